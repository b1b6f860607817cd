"""Types of values: which operators each accepts, and how each reads a literal.

A kind turns the text of a literal into a *value*: one spelling or number for all equivalent
spellings, so that equal values make equal filters.
"""

from __future__ import annotations

import re
from functools import cached_property, partial, wraps
from types import MappingProxyType

from imsquery.frozen import Frozen
from imsquery.language.operators import EQUALITY, MATCH, ORDER
from imsquery.late import Late

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, ParamSpec

    Arguments = ParamSpec("Arguments")


# Operator before an impossible number -> operator before the nearest possible one, below or above
# it.  `!=` has none: excluding an impossible number does not suggest the nearest.
_BELOW = {"=": "=", "<": "<", "<=": "<", ">": ">=", ">=": ">="}
_ABOVE = {"=": "=", "<": "<=", "<=": "<=", ">": ">", ">=": ">"}


class RefusedValue(Exception):  # noqa: N818 -- becomes a finding, not an error of its own
    """A literal that a kind does not accept.

    Attributes:
        code: ``bad-value``, ``unlisted-value`` or ``out-of-range``.
        message: what the kind accepts.
        relations: operator -> the one that says the same of the nearest; ``None`` if all do.
    """

    def __init__(
        self,
        code: str,
        message: str,
        instead: Iterable[str] | Callable[[], Iterable[str]] = (),
        relations: Mapping[str, str] | None = None,
        certain: str | Callable[[], str] = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.relations = relations
        self._instead = instead
        self._certain = certain

    # To look for what was meant takes longer than all else, and many only ask whether a value fits.

    @cached_property
    def instead(self) -> tuple[str, ...]:
        """Literals that may have been meant, nearest first."""
        return tuple(self._instead() if callable(self._instead) else self._instead)

    @cached_property
    def certain(self) -> str:
        """The literal that is certainly meant, if there is one."""
        return self._certain() if callable(self._certain) else self._certain


class Advice(Frozen):
    """A finding about a value that is legal but cannot match as written.

    Attributes:
        code, severity, message: of the finding.
        value: replacement for the value, if any.
        operator: replacement for the operator, if any.
        predicate: replacement for all of ``name = value``, if any.
        values: the values that are meant instead of the one, if it is several.
        notes: what else helps.
        phrase: replacement for ``= value``, if any.
    """

    __slots__ = _fields = (
        "code", "severity", "message", "value", "operator", "predicate", "values", "notes",
        "phrase",
    )  # fmt: skip
    code: str
    severity: str
    message: str
    value: str | None
    operator: str | None
    predicate: str | None
    values: tuple[str, ...]
    notes: tuple[str, ...]
    phrase: str | None

    def __init__(
        self,
        code: str,
        severity: str,
        message: str,
        *,
        value: str | None = None,
        operator: str | None = None,
        predicate: str | None = None,
        values: tuple[str, ...] = (),
        notes: tuple[str, ...] = (),
        phrase: str | None = None,
    ) -> None:
        self._set(code, severity, message, value, operator, predicate, values, notes, phrase)


# Signs of a pattern; not a percent sign after a number.
_sign = Late(r"\.\*|[*^]|(?<![0-9])%|\[[^\[\]]+\]|\\[dw]|\(\?i\)").search
_class_sign = Late(r"\[[^\[\]]+\]").search
_begins_sign = re.compile(r"[*^%\[\\(]").search  # far cheaper, and in few values


def advise_pattern(relation: str, text: str) -> Advice | None:
    """Return the finding about a pattern where an operator compares letter by letter."""
    if _begins_sign(text) is None:
        return None
    found = (_class_sign if relation == "glob" else _sign)(text)
    if found is None:
        return None
    from imsquery.schema.literal_patterns import meaning

    message, operator, pattern = meaning(relation, text, found[0])
    return Advice("literal-pattern", "warning", message, operator=operator, value=pattern)


_NULLS = frozenset({"null", "NULL", "Null", "nil", "undefined"})


def _advise_null(text: str) -> Advice:
    """Return the finding about a text that means the lack of a value elsewhere."""
    message = f"`=` compares with the text `{text}`; use `is absent` for what has no value"
    return Advice("literal-null", "warning", message, phrase="is absent")


def checked(make: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Make an ``__init__`` that fails say which argument has the wrong type, if one has."""

    @wraps(make)
    def made(*arguments: Arguments.args, **keywords: Arguments.kwargs) -> None:
        try:
            make(*arguments, **keywords)
        except (AttributeError, TypeError, ValueError):
            from imsquery.schema.column_types import check_arguments

            check_arguments(make, arguments, keywords)
            raise

    return made


class Kind(Frozen):
    """A type of value; this one accepts any text, as written."""

    name = "text"
    operators = EQUALITY | MATCH
    standalone = False
    ordered = False
    complete = False  # a value satisfies each order comparison or its complement
    advises = False
    doubts = False
    tells_case = True  # values that differ in letter case are different

    def advise(self, value: str) -> Advice | None:
        """Return what is wrong with a value compared by ``=``; called only if ``advises``."""

    def doubt(self, value: str) -> Advice | None:
        """Return why no image is found by a value; called only if the kind ``doubts``."""

    def read(self, text: str) -> str | int:
        """Return the value of a literal; raise :class:`RefusedValue` if it is not one."""
        return text

    def read_bound(self, relation: str, text: str) -> tuple[str, str | int]:
        """Return an order comparison with a literal as the one that means it."""
        return relation, self.read(text)

    def place(self, value: Any) -> Any:
        """Return what a value compares by in order, ``None`` if it does not."""
        return value

    def opposite(self, value: Any) -> str | None:
        """Return the only other value that there is; ``None`` if there are none or several."""

    def describe(self) -> str:
        """Describe in a few words what is accepted."""
        return "any text"

    @property
    def choices(self) -> tuple[str, ...]:
        """The values, where they can be listed."""
        return ()


class Text(Kind):
    """Free text, such as a description."""

    advises = True

    def advise(self, value: str) -> Advice | None:
        if value in _NULLS and not self.doubts:
            return _advise_null(value)
        return None if _begins_sign(value) is None else advise_pattern("=", value)


class Identifier(Text):
    """An id that a service assigned: compared as written."""

    name = "identifier"
    doubts = True

    def describe(self) -> str:
        return "an identifier"

    def doubt(self, value: str) -> Advice | None:
        if "," not in value:
            return None
        values = tuple(each for each in map(str.strip, value.split(",")) if each)
        message = "no id contains a comma; `in` takes a list"
        return Advice("never-matches", "warning", message, values=values)


class Project(Identifier):
    """The id of a project: 32 hexadecimal digits, without dashes."""

    # Fewer digits, or one letter, may stand for an id; other clouds' accounts have 12 digits.
    _possible = Late("(?![0-9]{12}$)[0-9A-Fa-f]+|.").fullmatch

    def describe(self) -> str:
        return "the id of a project"

    def doubt(self, value: str) -> Advice | None:
        if self._possible(value):
            return None
        if "," in value:
            return super().doubt(value)
        plain = value.replace("-", "")
        is_dashed = self._possible(plain) and len(plain) == _ID_LENGTH
        return Advice(
            "never-matches",
            "warning",
            "not the id of a project, and so not the owner of an image",
            value=plain if is_dashed else None,
            notes=("project ids are 32 hexadecimal digits; `imagetype = private` are your own",),
        )


_ID_LENGTH = 32


_image_name = Late("[A-Za-z0-9._ \u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af-]{1,128}")


class ImageName(Text):
    """The name of an image: 1 to 128 of the characters that image names can have."""

    advises = True

    def describe(self) -> str:
        return "an image name, matched exactly"

    def advise(self, value: str) -> Advice | None:
        if _image_name.fullmatch(value) and value.strip(" ") == value:
            return _advise_null(value) if value in _NULLS else None
        message = (
            "no image has this name: names are 1 to 128 letters, digits, `-`, `.`, `_`, spaces "
            "and Chinese characters, with no space at either end"
        )
        meant = advise_pattern("=", value)
        operator, pattern = (meant.operator, meant.value) if meant is not None else (None, None)
        if operator is None and "?" in value:
            operator = "glob"
        return Advice("impossible-name", "warning", message, operator=operator, value=pattern)


_number = Late(r"[^.]*[0-9]\.[0-9]").match  # whose point separates no key


class Tag(Text):
    """A tag: ``key=value``, or a key alone.

    Tags in records may have the older form ``key.value``; they are found as ``key=value``, too.
    Source: "Image Tag Data Formats": tags once stored with a dot are split at the first one.
    """

    advises = True

    def describe(self) -> str:
        return "a tag: key, or key=value"

    def advise(self, value: str) -> Advice | None:
        *older, current = self.spellings(value)
        pattern = super().advise(value)
        if pattern is not None or not older or _number(value):
            return pattern
        message = "the service now stores tags as `key=value`, not as `key.value`"
        return Advice("legacy-tag", "warning", message, value=current)

    def read_key(self, text: str) -> str:
        """Return a literal as the key of tags; raise :class:`RefusedValue` if it cannot be one."""
        if "=" in text:
            raise RefusedValue("bad-arguments", "a key, without `=`")
        return text

    def has_key(self, tag: str, key: str) -> bool:
        """Return whether a tag is a key, or has it before its first ``=``, or else ``.``."""
        found, separator, _ = tag.partition("=")
        return key in {tag, found if separator else tag.partition(".")[0]}

    def spellings(self, tag: str) -> tuple[str, ...]:
        """Return the tags that a tag in a record is found by: itself, and ``k=v`` for ``k.v``."""
        if "." not in tag or "=" in tag:
            return (tag,)
        return tag, tag.replace(".", "=", 1)

    def sources(self, tag: str) -> tuple[str, ...]:
        """Return the tags in records that a tag finds: itself, and ``k.v`` for ``k=v``."""
        key, separator, value = tag.partition("=")
        if not separator or "." in key or "=" in value:
            return (tag,)
        return tag, f"{key}.{value}"


class Flavor(Identifier):
    """The id of a server flavor; those of bare metal are found by board type."""

    advises = True
    _board = Late(r"physical\.([a-z0-9]+)\.([0-9]*x*)(s|m|l)(?:mall|edium|arge)").fullmatch

    def describe(self) -> str:
        return "the id of one server flavor"

    def advise(self, value: str) -> Advice | None:
        if not value.startswith("physical."):
            return super().advise(value)
        message = "bare-metal flavors find no image; filter by board type"
        # The vendor's rule is loose: hence a suggested fix, never a silent rewrite.
        match = self._board(value)
        predicate = f"supports({''.join(match.groups())})" if match else None
        return Advice("bare-metal-flavor", "error", message, predicate=predicate)


class Enumeration(Kind):
    """One of the values in a list, in any letter case; an open list is known to grow.

    Attributes:
        values: the list.
        is_open: whether the service may know values that are not in the list.
        synonyms: other words for values, in lower case -> the value that each certainly means.
        related: other words, in lower case -> the value that each may mean.
    """

    _fields = ("values", "is_open", "synonyms", "related")
    __slots__ = (*_fields, "_read")
    tells_case = False
    name = "enumeration"
    values: tuple[str, ...]
    is_open: bool
    synonyms: Mapping[str, str]
    related: Mapping[str, str]
    _read: Mapping[str, str]

    @checked
    def __init__(
        self,
        *values: str,
        is_open: bool = False,
        synonyms: Mapping[str, str] | None = None,
        related: Mapping[str, str] | None = None,
    ) -> None:
        read = {value.casefold(): value for value in reversed(values)}
        read.update((value, value) for value in values)
        words = MappingProxyType({**(synonyms or {})}), MappingProxyType({**(related or {})})
        self._set(values, is_open, *words, read)

    def __hash__(self) -> int:
        return hash(self.values)

    def __reduce__(self) -> tuple[Any, ...]:
        return _make_enumeration, (self._arguments(),)

    @property
    def choices(self) -> tuple[str, ...]:
        return self.values

    def read(self, text: str) -> str:
        value = self._read.get(text) or self._read.get(text.casefold())
        if value is None:
            raise self._refuse(text)
        return value

    def describe(self) -> str:
        return ("usually one of " if self.is_open else "one of ") + ", ".join(self.values)

    def with_values(self, values: Iterable[str]) -> Enumeration:
        """Return the same list with more values."""
        return self.of_values([*self.values, *values])

    def of_values(self, values: Iterable[str]) -> Enumeration:
        """Return the same list with other values, each once."""
        return _make_enumeration({**self._arguments(), "values": tuple(dict.fromkeys(values))})

    def _refuse(self, text: str) -> RefusedValue:
        from imsquery.diagnostics.suggest import nearest, the_one_slip

        code = "unlisted-value" if self.is_open else "bad-value"
        folded = text.casefold()
        certain = self.synonyms.get(folded, "")
        meant = certain or self.related.get(folded, "")
        if meant:
            return RefusedValue(code, self.describe(), [meant], certain=certain)
        return RefusedValue(
            code,
            self.describe(),
            partial(nearest, text, self.values),
            # Near a value of an open list, there may be another that is not listed.
            certain="" if self.is_open else partial(the_one_slip, text, self.values),
        )


def _make_enumeration(arguments: dict[str, Any]) -> Enumeration:
    return Enumeration(*arguments.pop("values"), **arguments)


class Boolean(Kind):
    """``true`` or ``false``; its name alone is a condition."""

    tells_case = False
    name = "boolean"
    operators = EQUALITY
    standalone = True

    @property
    def choices(self) -> tuple[str, ...]:
        return ("true", "false")

    def read(self, text: str) -> str:
        value = text if text in {"true", "false"} else text.lower()
        if value in {"true", "false"}:
            return value
        meant = truth_of(text)
        if not meant:
            from imsquery.diagnostics.suggest import nearest

            raise RefusedValue("bad-value", self.describe(), nearest(text, self.choices))
        raise RefusedValue("bad-value", self.describe(), [meant], certain=meant)

    def opposite(self, value: Any) -> str | None:
        return "false" if value == "true" else "true"

    def describe(self) -> str:
        return "true or false"


_TRUTH = dict.fromkeys(("true", "yes", "on", "1", "t", "y"), "true") | dict.fromkeys(
    ("false", "no", "off", "0", "f", "n"), "false"
)


def truth_of(text: str) -> str:
    """Return ``true`` or ``false`` for a word that means it; empty for any other."""
    return _TRUTH.get(text.lower(), "")


class Flag(Boolean):
    """Only ``true``: an image for which it is false lacks the attribute."""

    name = "flag"

    @property
    def choices(self) -> tuple[str, ...]:
        return ("true",)

    def read(self, text: str) -> str:
        value = truth_of(text)
        if value == "false":
            message = "only true, since other images lack the attribute"
            raise RefusedValue("bad-value", message, certain=value)
        return super().read(text)

    def opposite(self, _value: Any) -> str | None:
        return None

    def describe(self) -> str:
        return "true"


class Integer(Kind):
    """A decimal number within a range, or one of a few.

    Attributes:
        least, most: both ends of the range, ``None`` where it has no end.
        values: the only numbers, if they can be listed.
    """

    _fields = ("least", "most", "values")
    __slots__ = (*_fields, "name")
    name: str
    least: int | None
    most: int | None
    values: tuple[int, ...]
    tells_case = False
    operators = EQUALITY | ORDER
    ordered = True
    complete = True
    _most = 2**63 - 1  # what a 64-bit service can hold; also keeps hostile digits cheap
    _decimal = re.compile(r"[+-]?[0-9]+").fullmatch

    @checked
    def __init__(
        self, least: int | None = 0, most: int | None = None, *, values: tuple[int, ...] = ()
    ) -> None:
        self._set(least, most, tuple(values), "enumeration" if values else "integer")

    @property
    def choices(self) -> tuple[str, ...]:
        return tuple(map(str, self.values))

    def read(self, text: str) -> int:
        if not self._decimal(text):
            raise RefusedValue("bad-value", self.describe(), self._respell(text))
        digits = text.lstrip("+-0") or "0"
        value = int(digits) if len(digits) < 20 else self._most + 1  # noqa: PLR2004
        if text[0] == "-":
            value = -value
        if abs(value) > self._most:
            raise RefusedValue("out-of-range", f"{self.describe()}, within 64 bits")
        least = -self._most if self.least is None else self.least
        most = self._most if self.most is None else self.most
        if not least <= value <= most:
            raise self._off("out-of-range", value, min(max(value, least), most))
        if self.values and value not in self.values:
            raise self._off(
                "bad-value", value, min(self.values, key=lambda each: abs(each - value))
            )
        return value

    def _off(self, code: str, value: int, nearest: int) -> RefusedValue:
        """Return the error for a number between or beyond the legal ones."""
        relations = _BELOW if value < nearest else _ABOVE
        return RefusedValue(code, self.describe(), [str(nearest)], relations)

    def describe(self) -> str:
        if self.values:
            return "one of " + ", ".join(self.choices)
        least = "" if self.least is None else f" from {self.least}"
        most = "" if self.most is None else f" to {self.most}" if least else f" up to {self.most}"
        return f"a whole number{least}{most}"

    def _respell(self, text: str) -> list[str]:
        """Return the digits that another spelling of a number probably means."""
        import unicodedata

        plain = unicodedata.normalize("NFKC", text[:40]).replace("_", "").replace(",", "")
        plain = re.sub(r"\.0+$", "", plain)
        digits = self._decimal(plain) and plain.lstrip("+")
        if not digits:
            return []
        try:
            return [str(self.read(digits))]
        except RefusedValue as refused:
            return list(refused.instead)


class Time(Kind):
    """A time, or the span of time that its precision covers; the binder reads it."""

    tells_case = False
    name = "time"
    operators = EQUALITY | ORDER
    ordered = True
    complete = True

    def describe(self) -> str:
        return (
            "a time such as 2018, 2018-10, 2018-10-28, 2018-10-28T10:00, 2018-10-28T10:00:00Z, "
            "now-7d or today"
        )
