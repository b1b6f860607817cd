"""The tests of ``glob`` and ``matches``, which take time linear in the text."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Test = Callable[[str], object]

RUN = "*"

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
    pieces: list[list[str | None]] = [[]]
    for token in read_glob(pattern):
        if token is None:
            pieces.append([])
        else:
            pieces[-1].append(token)
    first, *rest = ("".join(map(_expression, piece)) for piece in pieces)
    if rest:
        middle = "".join(f"(?>.*?{piece})" for piece in rest[:-1] if piece)
        first += f"{middle}.*{rest[-1]}"
    return re.compile(first, re.DOTALL).fullmatch


def _expression(token: str | None) -> str:
    return re.escape(token) if token else "."


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
