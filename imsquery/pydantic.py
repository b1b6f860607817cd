"""Filters as fields of Pydantic models, and so as parameters of FastAPI.

>>> from typing import Annotated
>>> from pydantic import BaseModel
>>> class Job(BaseModel):
...     images: Annotated[str, Filter(target="compile")]
>>> Job(images="platform = CentOS").images
'platform = CentOS'
>>> Job(images="platfrom = CentOS")
Traceback (most recent call last):
    ...
pydantic_core._pydantic_core.ValidationError: 1 validation error for Job
images
  unknown name `platfrom`; did you mean `platform`? [type=unknown-name, ...]

Needs the extra ``pydantic``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

try:
    from pydantic_core import PydanticCustomError, ValidationError, core_schema
except ModuleNotFoundError as _error:
    _message = "imsquery.pydantic needs Pydantic; install imsquery[pydantic]"
    raise ModuleNotFoundError(_message, name=_error.name) from _error

from imsquery.compiler.checker import check
from imsquery.frozen import Frozen
from imsquery.limits import DEFAULT_LIMITS, Limits
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.semantics.analysis import inspect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema, InitErrorDetails

    from imsquery.compiler.checker import Target
    from imsquery.diagnostics.model import Diagnostic
    from imsquery.schema.spec import Spec


class Filter(Frozen):
    """Annotates a text that must be a filter without errors, and without placeholders.

    The text is kept as it is written.  ``None`` is left to the type: ``Annotated[str | None, …]``.

    Each error of the filter is one of the model: its type is the code of the finding, and its
    context has the span, the notes and the fixes, as :meth:`Diagnostic.to_dict` returns them.

    Attributes:
        target: ``compile`` if the filter must be a single request.
        spec: the parameters.
        allow_unlisted: accept values not in open lists.
        limits: bounds on the text.
    """

    target: Target = "plan"
    spec: Spec = CLOUDIMAGES
    allow_unlisted: bool = False
    limits: Limits = DEFAULT_LIMITS

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return how Pydantic validates the text."""
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def _checked(self, text: object) -> object:
        if text is None:
            return None
        if not isinstance(text, str):
            raise PydanticCustomError("filter-type", "expected the text of a filter")
        options: dict[str, Any] = {
            "spec": self.spec,
            "allow_unlisted": self.allow_unlisted,
            "limits": self.limits,
        }
        found = _errors(check(text, target=self.target, **options))
        # A placeholder is no error of a text, but there are no values here.
        found = found or _errors(inspect(text, **options).findings)
        if found:
            errors = [_error_of(text, each) for each in found]
            raise ValidationError.from_exception_data(type(self).__name__, errors)
        return text


def _errors(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    return [each for each in found if each.severity == "error"]


def _error_of(text: str, found: Diagnostic) -> InitErrorDetails:
    context = _encodable(found.to_dict())
    # Names in braces are replaced one by one, also in what was put in: so the message comes last.
    context["message"] = context.pop("message")
    error = PydanticCustomError(found.code, "{message}", context)
    return {"type": error, "input": _encodable(text)}


def _encodable(value: Any) -> Any:
    """Return data with each half of a surrogate pair escaped: no response could have it."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, dict):
        return {name: _encodable(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_encodable(each) for each in value]
    return value
