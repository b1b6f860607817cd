"""``--set``: values for the placeholders of a filter."""

from __future__ import annotations

import sys
from itertools import islice

from imsquery.cli.common import UsageError, limits, options, read_lines
from imsquery.cli.encoding import check_encoding
from imsquery.cli.output import draw_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator
    from typing import Any, BinaryIO

    from imsquery.language.lexer import Tokens


def options_of(arguments: Namespace, text: str) -> dict[str, Any]:
    """Return the options for reading the only filter, values among them, as keyword arguments."""
    return {**options(arguments), "values": Values(arguments).of_one(text)}


class Values:
    """The values that were set, for one filter after another.

    Args:
        arguments: those that :func:`~imsquery.cli.common.add_values` declares.

    Raises:
        UsageError: a file cannot be read.
        SystemExit: a file is not UTF-8, which is drawn.
    """

    def __init__(self, arguments: Namespace) -> None:
        self._limits = limits(arguments)  # on a list of values, too
        self._given: dict[str, list[str]] = {}
        self._is_list: set[str] = set()
        texts = [getattr(arguments, each, None) for each in ("filter", "first", "second")]
        for name, value in arguments.values:
            found = self._given.setdefault(name, [])
            if value.startswith("@@") or not value.startswith("@"):
                found.append(_checked(value.removeprefix("@"), f"--set {name}"))
            elif value == "@-" and "-" in texts:
                raise UsageError("--set: standard input is the filter already")
            else:
                self._is_list.add(name)
                found += self._read_file(value[1:])
        # Names that no filter had yet -> the placeholders that there were instead.
        self._unused: dict[str, set[str]] = {name: set() for name in self._given}

    def of(self, text: str) -> dict[str, Any]:
        """Return the values of the placeholders in a filter that were set."""
        if not self._given:
            return {}
        from imsquery.language.parser import tokenize  # most filters have no placeholders

        try:
            tokens = tokenize(text, self._limits)
        except ValueError:  # to be reported by those who read the filter
            return {}
        found: dict[str, Any] = {}
        for name, is_list in _placeholders(tokens):
            if name in self._given:
                found[name] = self._value(name, is_list=is_list)
                self._unused.pop(name, None)
            for unused in self._unused.values():
                unused.add(name)
        return found

    def check_used(self) -> None:
        """Raise :class:`UsageError` if no filter had a placeholder of a name."""
        for name, placeholders in self._unused.items():
            from imsquery.diagnostics.edits import did_you_mean
            from imsquery.diagnostics.suggest import nearest

            others = sorted(placeholders - self._given.keys())
            meant = [f"${each}" for each in nearest(name, others)]
            raise UsageError(f"--set: there is no placeholder `${name}`{did_you_mean(meant)}")

    def of_one(self, text: str) -> dict[str, Any]:
        """Return the values of the only filter; see :meth:`of` and :meth:`check_used`."""
        found = self.of(text)
        self.check_used()
        return found

    def _value(self, name: str, *, is_list: bool) -> str | list[str]:
        values = self._given[name]
        if is_list:
            return values
        if name in self._is_list or len(values) > 1:
            raise UsageError(f"--set: `${name}` takes one value; lists go after `in`")
        return values[0]

    def _read_file(self, name: str) -> list[str]:
        """Return the values in a file, each without the spaces around it, and no empty ones."""
        longest, most = self._limits.length, self._limits.count + 1
        try:
            with _open(name) as stream:
                lines = enumerate(read_lines(stream, longest), 1)
                values = (_checked(line, f"{name}:{number}").strip() for number, line in lines)
                return list(islice(filter(None, values), most))
        except (OSError, ValueError) as error:
            from imsquery.diagnostics.failures import reason

            raise UsageError(f"--set: {reason(error, file=name)}") from None


def _checked(text: str, name: str) -> str:
    """Return a text that is UTF-8, or draw where it is not, and end the command."""
    try:
        return check_encoding(text)
    except ValueError as error:
        draw_error(error, name=name)
        raise SystemExit(1) from None


def _open(name: str) -> BinaryIO:
    return sys.stdin.buffer if name == "-" else open(name, "rb")  # noqa: PTH123 -- closed once read


def _placeholders(tokens: Tokens) -> Iterator[tuple[str, bool]]:
    """Yield the names of the placeholders, each with whether it takes a list."""
    before = ""
    for kind, lexeme in zip(tokens.kinds, tokens.lexemes, strict=False):
        if kind == "PLACEHOLDER":
            yield lexeme[1:], before == "IN"
        before = kind
