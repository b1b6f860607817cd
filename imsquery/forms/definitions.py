"""Requests as calls of what is generated from the vendor's API definitions: its SDK, and KooCLI.

Sources: ``huaweicloudsdkims`` 3.1, ``ListImagesRequest``; KooCLI, user guide, which names both the
operation and its parameters as the API definitions do, and refuses any other parameter.
"""

from __future__ import annotations

from imsquery.compiler.lowering import finish
from imsquery.diagnostics.terminal import escape
from imsquery.forms.shell import quote
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.schema.huaweicloud import NOT_DEFINED
from imsquery.semantics.formula import Atom, leaves

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imsquery.semantics.analysis import Analysis


def python(analysis: Analysis) -> str:
    """Return the call of the SDK for Python that makes the request of a query.

    Raises:
        QueryError: there are errors, the query is not one request, or the SDK lacks a parameter.
    """
    pairs = _pairs(analysis, "the SDK", lambda _: None)
    arguments = [_argument(wire, value) for wire, value in pairs]
    return f"ListImagesRequest({', '.join(arguments)})"


def _argument(wire: str, value: str) -> str:
    row = CLOUDIMAGES.parameters[wire]
    written = {"integer": value, "boolean": value.title()}.get(row.json, repr(value))
    return f"{row.name}={written}"


def koocli(analysis: Analysis, region: str) -> str:
    """Return the command of KooCLI that makes the request of a query.

    Raises:
        QueryError: there are errors, the query is not one request, or the command lacks something.
    """
    pairs = _pairs(analysis, "KooCLI", _untypable)
    words = [f"--{wire}={quote(value)}" for wire, value in pairs]
    return " ".join([f"hcloud IMS ListImages --cli-region={region}", *words])


def _untypable(value: str) -> str | None:
    hidden = escape(value, lambda _: "") != value
    return "a command cannot contain characters that a terminal does not show" if hidden else None


def _pairs(
    analysis: Analysis, tool: str, refuse: Callable[[str], str | None]
) -> Sequence[tuple[str, str]]:
    """Return the pairs of the request of a query.

    Args:
        analysis: of the query.
        tool: what it is for.
        refuse: returns why the tool cannot send a value; ``None`` if it can.

    Raises:
        QueryError: there are errors, the query is not one request, or the tool cannot make it.
    """
    pairs = finish(analysis).pairs
    asked = {wire for wire, _ in pairs}
    binder = analysis.binder
    for leaf in leaves(analysis.bound.filter):
        if not isinstance(leaf, Atom) or leaf.parameter.wire not in asked:
            continue
        reason = refuse(str(leaf.value))
        if not _is_defined(leaf.parameter.wire):
            reason = f"{tool} has no parameter `{leaf.parameter.name}`"
        if reason is not None:
            binder.report("not-expressible", reason, binder.span(leaf.first, leaf.last))
    analysis.raise_errors()
    return pairs


def _is_defined(wire: str) -> bool:
    return wire in CLOUDIMAGES.parameters and wire not in NOT_DEFINED
