"""Texts with a version in them: compared by it, and sorted in natural order.

The version in a text is its first run of digits joined by dots.  Versions are compared part by part
as numbers; parts that one lacks count as 0.  A literal stands for all versions that begin with it,
so that ``> 7`` is ``>= 8``, and ``<= 7`` is ``< 8``: every bound becomes one of ``>=`` and ``<``.
"""

from __future__ import annotations

import re

from imsquery.language.operators import ORDER
from imsquery.schema.kinds import Advice, RefusedValue, Text

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    Key = tuple[tuple[int, str], ...]

_version = re.compile(r"[0-9]+(?:\.[0-9]+)*")
is_version = _version.fullmatch
_digits = re.compile("[0-9]+")


class Version(Text):
    """A text that states a version, such as ``Ubuntu 22.04 server 64bit``."""

    name = "version"
    operators = Text.operators | ORDER
    ordered = True

    def describe(self) -> str:
        return "any text; by order, the version in it, such as 22.04"

    def advise(self, value: str) -> Advice | None:
        if not is_version(value):
            return super().advise(value)
        message = "`=` compares the whole text; `between` compares the version in it"
        phrase = f"between {value} and {value}"
        return Advice("literal-pattern", "warning", message, phrase=phrase)

    def read_bound(self, relation: str, text: str) -> tuple[str, str]:
        if not is_version(text):
            found = _version.search(text)
            raise RefusedValue("bad-value", "a version such as 22.04", [found[0]] if found else ())
        parts = [part.lstrip("0") or "0" for part in text.split(".")]
        if relation in {">", "<="}:
            parts[-1] = _successor(parts[-1])
        while len(parts) > 1 and parts[-1] == "0":
            parts.pop()
        return (">=" if relation in {">", ">="} else "<"), ".".join(parts)

    def place(self, value: str) -> Key | None:
        return version_in(value)


def version_in(text: str) -> Key | None:
    """Return the version in a text, as a key that compares like it; ``None`` if there is none.

    A part is the number of its digits and these, without leading zeros: numbers of any length
    compare in linear time.
    """
    found = _version.search(text)
    if found is None:
        return None
    parts = [part.lstrip("0") for part in found[0].split(".")]
    while parts and not parts[-1]:
        parts.pop()
    return tuple((len(part), part) for part in parts)


def natural_key(text: str) -> str:
    """Return a text that compares by code point as a text compares in natural order.

    Runs of digits compare as numbers: each is written as a zero, the number of its digits, and
    these without leading zeros.
    """
    return _digits.sub(_write_number, text)


def _write_number(run: re.Match[str]) -> str:
    digits = run[0].lstrip("0")
    many, few = divmod(len(digits), _LARGEST)
    return f"0{chr(_LARGEST) * many}{chr(few)}{digits}"


_LARGEST = 0xD7FF  # the last code point before the surrogates


def _successor(digits: str) -> str:
    """Return the next number, in linear time."""
    head = digits.rstrip("9")
    zeros = "0" * (len(digits) - len(head))
    return f"{head[:-1]}{int(head[-1]) + 1}{zeros}" if head else f"1{zeros}"
