"""The tests of ``glob`` and ``matches``, which take time linear in the text."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from importlib import import_module

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    Test = Callable[[str], object]

RUN = "*"

_Piece = list[str]  # of a glob between two ``*``: characters, and an empty text for ``?``
_LONGEST_SEARCHED = 64  # an expression may go over as much again at each place of a text

_token = re.compile(r"\\([*?])|([*?])|([\s\S])")


class PatternError(ValueError):
    """Raised for an invalid regular expression."""


def read_glob(pattern: str) -> list[str | None]:
    """Read a glob: ``*`` as ``None``, ``?`` as ``""``, and any other character as itself."""
    return [
        (None if wild == RUN else "") if wild else escaped or plain
        for escaped, wild, plain in _token.findall(pattern)
    ]


@lru_cache(maxsize=256)
def compile_glob(pattern: str) -> Test:
    """Return the test of a glob over a whole text.

    The text between two ``*`` is matched where it first occurs: an atomic group keeps the
    expression from backtracking, which would take exponential time.
    """
    pieces: list[_Piece] = [[]]
    for token in read_glob(pattern):
        if token is None:
            pieces.append([])
        else:
            pieces[-1].append(token)
    if any(len(piece) > _LONGEST_SEARCHED for piece in pieces[1:-1]):
        return partial(_has_in_order, pieces)
    first, *rest = map(_expression, pieces)
    if rest:
        middle = "".join(f"(?>.*?{piece})" for piece in rest[:-1] if piece)
        first += f"{middle}.*{rest[-1]}"
    return re.compile(first, re.DOTALL).fullmatch


def _expression(piece: _Piece) -> str:
    return "".join(re.escape(token) or "." for token in piece)


def _has_in_order(pieces: list[_Piece], text: str) -> bool:
    """Return whether a text begins and ends with the outer pieces, with the others between."""
    first, *middle, last = pieces
    position, end = len(first), len(text) - len(last)
    if position > end or not (_is_at(first, text, 0) and _is_at(last, text, end)):
        return False
    for piece in middle:
        position = _find(piece, text, position, end)
        if position < 0:
            return False
        position += len(piece)
    return True


def _is_at(piece: _Piece, text: str, start: int) -> bool:
    return all(token in {"", text[start + place]} for place, token in enumerate(piece))


def _find(piece: _Piece, text: str, start: int, end: int) -> int:
    """Return where a piece first occurs in a part of a text; -1 if it does not."""
    if all(piece):
        return text.find("".join(piece), start, end)
    # One bit for each place where the piece may begin, all of them cleared at once.
    found = (1 << max(0, end - start - len(piece) + 1)) - 1
    offsets, places = _indexes(piece), _indexes(text[start:end])
    for character in offsets.keys() - {""}:
        bits = _bits(places.get(character, []))
        for offset in offsets[character]:
            found &= bits >> offset
        if not found:
            return -1
    return start + (found & -found).bit_length() - 1 if found else -1


def _indexes(characters: Iterable[str]) -> dict[str, list[int]]:
    """Return where each character occurs."""
    found: dict[str, list[int]] = {}
    for index, character in enumerate(characters):
        found.setdefault(character, []).append(index)
    return found


def _bits(indexes: list[int]) -> int:
    """Return a number with these bits, in ascending order."""
    octets = bytearray(indexes[-1] // 8 + 1 if indexes else 0)
    for index in indexes:
        octets[index // 8] |= 1 << index % 8
    return int.from_bytes(octets, "little")


def check_expression(pattern: str) -> None:
    """Raise :class:`PatternError` for an invalid regular expression."""
    compile_expression(pattern)


@lru_cache(maxsize=256)
def compile_expression(pattern: str) -> Test:
    """Return the test of a regular expression anywhere in a text.

    Raises:
        PatternError: RE2 rejects it.
        ModuleNotFoundError: RE2 is not installed.
    """
    re2 = _load()
    options = re2.Options()
    options.log_errors = False
    try:
        search = re2.compile(pattern, options).search
    except (re2.error, UnicodeEncodeError) as error:
        reason = error.args[0]
        shown = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        raise PatternError(shown) from None

    def test(text: str) -> bool:
        try:
            return search(text) is not None
        except UnicodeEncodeError:  # a lone surrogate, which RE2 cannot take
            return search(text.encode(errors="replace").decode()) is not None

    return test


def _load() -> Any:
    try:
        return import_module("re2")  # which has no type stubs
    except ModuleNotFoundError as missing:
        message = "`matches` needs RE2; install imsquery[re2]"
        raise ModuleNotFoundError(message, name=missing.name) from None
