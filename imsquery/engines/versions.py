"""Versions in texts, compared by regular expressions.

The version in a text is its first run of digits joined by dots; parts compare as numbers, and parts
that it lacks count as 0.
"""

from __future__ import annotations

from imsquery.engines.numbers import greater
from imsquery.engines.regexes import NotPortableError

_MORE = r"(?:\.[0-9]+)*"
_END = r"(?:[^0-9.]|\.[^0-9]|\.?$)"
_LONGEST = 200  # digits of a part

HAS_VERSION = "[0-9]"
"""The expression of texts with a version in them."""


def at_least(version: str) -> str:
    """Return the expression of the texts whose version is another one, or after it.

    Args:
        version: numbers joined by dots, the last of which is not 0 unless it is the only one.

    Raises:
        NotPortableError: a number is too long.
    """
    parts = version.split(".")
    if max(map(len, parts)) > _LONGEST:
        raise NotPortableError(f"a number of more than {_LONGEST} digits cannot be written")
    written = _MORE if parts != ["0"] else ""
    for part in reversed(parts):
        further = f"0*(?:{'|'.join(greater(part))}){_MORE}"
        same = f"0*{part}{written}" if part != "0" else f"0+{written}"
        written = rf"\.(?:{further}|{same})"
    whole = written.removeprefix(r"\.") if version != "0" else f"[0-9]+{_MORE}"
    return f"^[^0-9]*{whole}{_END}"
