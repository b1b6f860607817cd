r"""Regular expressions of RE2, ported to other engines.

RE2, Java, PostgreSQL and Rust read the same expression differently: what ``.``, ``$``, ``\s`` or
``(?i)`` mean, what may be in brackets.  Ported, an expression has nothing left that could be read
in two ways: every set of characters is spelled out, every group is plain.
"""

from __future__ import annotations

import re

from imsquery.frozen import Frozen

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import NoReturn

    Range = tuple[int, int]

_LAST = 0x10FFFF
_FEW = 256  # characters of a range to look at one by one
_SURROGATES = (0xD800, 0xDFFF)
_WORD: Sequence[Range] = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_DIGIT: Sequence[Range] = ((0x30, 0x39),)
_SPACE: Sequence[Range] = ((0x09, 0x0A), (0x0C, 0x0D), (0x20, 0x20))
_NEWLINE: Sequence[Range] = ((0x0A, 0x0A),)
_LETTERS: Sequence[Range] = ((0x41, 0x5A), (0x61, 0x7A))
_PERL = {"d": _DIGIT, "s": _SPACE, "w": _WORD}
_POSIX: dict[str, Sequence[Range]] = {
    "alnum": (*_DIGIT, *_LETTERS), "alpha": _LETTERS, "ascii": ((0x00, 0x7F),),
    "blank": ((0x09, 0x09), (0x20, 0x20)), "cntrl": ((0x00, 0x1F), (0x7F, 0x7F)),
    "digit": _DIGIT, "graph": ((0x21, 0x7E),), "lower": ((0x61, 0x7A),), "print": ((0x20, 0x7E),),
    "punct": ((0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)),
    "space": ((0x09, 0x0D), (0x20, 0x20)), "upper": ((0x41, 0x5A),), "word": _WORD,
    "xdigit": ((0x30, 0x39), (0x41, 0x46), (0x61, 0x66)),
}  # fmt: skip
_ESCAPES = {"n": 0x0A, "r": 0x0D, "t": 0x09, "a": 0x07, "f": 0x0C, "v": 0x0B}
# What `(?i)` takes beyond ASCII for an ASCII letter: the signs for kelvin and a long s.
_FOLDED = {0x4B: 0x212A, 0x53: 0x017F}

_flags = re.compile(r"\(\?([imsU]*)(?:-([imsU]+))?([:)])").match
_named = re.compile(r"\(\?P?<\w+>").match
_counted = re.compile(r"\{([0-9]+)(?:(,)([0-9]*))?\}\??").match
_hexadecimal = re.compile(r"x(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{2}))").match
_octal = re.compile(r"0[0-7]{0,2}|[1-7][0-7]{1,2}").match
_posix = re.compile(r"\[:(\^?)([a-z]+):\]").match


class NotPortableError(ValueError):
    """Raised for a construct that the other engine cannot express."""


class Flavor(Frozen):
    """How an engine writes what the others write differently.

    Attributes:
        name: the engine, for messages.
        character: spells a code point that is not an ASCII letter or digit.
        begin, end: the places at both ends of the text.
        begin_line, end_line: at both ends of a line.
        boundary: between a word character of ASCII and another.
        most: maximum of a counted repetition.
        least: least code point that a text can contain.
    """

    name: str
    character: Callable[[int], str]
    begin: str = r"\A"
    end: str = r"\z"
    begin_line: str = r"(?<![^\n])"
    end_line: str = r"(?![^\n])"
    boundary: str = r"(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))"
    most: int = 1_000
    least: int = 0


def _braced(code: int) -> str:
    return f"\\x{{{code:x}}}"


def _short_or_long(code: int) -> str:
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 -- four digits


def _short_or_plain(code: int) -> str:
    return f"\\x{code:02x}" if code <= 0x7F else chr(code)  # noqa: PLR2004 -- the end of ASCII


JAVA = Flavor("Java", _braced)
RUST = Flavor(
    "Polars", _braced, begin_line="(?m:^)", end_line="(?m:$)", boundary=r"(?-u:\b)"
)  # fmt: skip
RE2 = Flavor("RE2", _braced, begin_line="(?m:^)", end_line="(?m:$)", boundary=r"\b")
TRINO = Flavor("Trino", _short_or_plain)
POSTGRES = Flavor("PostgreSQL", _short_or_long, end=r"\Z", most=255, least=1)


def port(pattern: str, flavor: Flavor) -> str:
    """Return the expression of another engine that finds the same texts.

    Args:
        pattern: an expression that RE2 accepts.
        flavor: of the other engine.

    Raises:
        NotPortableError: the other engine cannot express it.
    """
    return _Porter(pattern, flavor).port()


class _Flags(Frozen):
    fold: bool = False
    lines: bool = False
    dot_all: bool = False

    def changed(self, on: str, off: str) -> _Flags:
        def of(letter: str, *, now: bool) -> bool:
            return (now or letter in on) and letter not in off

        return _Flags(
            of("i", now=self.fold), of("m", now=self.lines), of("s", now=self.dot_all)
        )  # fmt: skip


class _Group:
    """An open group: what was written in it, and the flags after it."""

    def __init__(self, flags: _Flags) -> None:
        self.flags = flags
        self.parts: list[str] = []


class _Porter:
    """Reads an expression once, from left to right, and writes it piece by piece."""

    def __init__(self, pattern: str, flavor: Flavor) -> None:
        self._pattern = pattern
        self._flavor = flavor
        self._at = 0
        self._flags = _Flags()
        self._open = [_Group(self._flags)]

    def port(self) -> str:
        """Return the ported expression."""
        while self._at < len(self._pattern):
            self._read_next()
        return "".join(self._open[0].parts)

    def _read_next(self) -> None:
        letter = self._pattern[self._at]
        match letter:
            case "(":
                self._enter()
            case ")":
                self._leave()
            case "|":
                self._write("|")
            case "*" | "+" | "?":
                self._repeat(letter)
            case "{" if counted := _counted(self._pattern, self._at):
                self._repeat_counted(counted)
            case ".":
                self._write(self._set(() if self._flags.dot_all else _NEWLINE, negated=True))
            case "^":
                self._write(self._place(self._flavor.begin_line, self._flavor.begin))
            case "$":
                self._write(self._place(self._flavor.end_line, self._flavor.end))
            case "[":
                self._at += 1
                self._part(self._read_class())
            case "\\":
                self._escape()
            case _:
                self._write(self._literal(ord(letter)))

    def _part(self, written: str) -> None:
        self._open[-1].parts.append(written)

    def _write(self, written: str) -> None:
        """Write something for the letter that is next."""
        self._part(written)
        self._at += 1

    def _refuse(self, construct: str) -> NoReturn:
        raise NotPortableError(f"`{construct}` cannot be written for {self._flavor.name}")

    # -- groups and repetitions

    def _enter(self) -> None:
        if flags := _flags(self._pattern, self._at):
            self._at = flags.end()
            changed = self._flags.changed(flags[1], flags[2] or "")
            if flags[3] == ":":
                self._open.append(_Group(self._flags))
            self._flags = changed
            return
        named = _named(self._pattern, self._at)
        self._at = named.end() if named else self._at + 1
        self._open.append(_Group(self._flags))

    def _leave(self) -> None:
        group = self._open.pop()
        self._flags = group.flags
        self._write(f"(?:{''.join(group.parts)})")

    def _repeat(self, sign: str) -> None:
        """Write a repetition, greedy: which text it takes does not matter, only whether one."""
        parts = self._open[-1].parts
        parts[-1] = f"(?:{parts[-1]}){sign}"
        self._at += 1
        if self._pattern.startswith("?", self._at):
            self._at += 1

    def _repeat_counted(self, counted: re.Match[str]) -> None:
        if any(int(count) > self._flavor.most for count in counted.group(1, 3) if count):
            self._refuse(counted[0])
        self._repeat(counted[0].removesuffix("?"))
        self._at = counted.end()

    # -- escapes

    def _escape(self) -> None:
        letter = self._pattern[self._at + 1]
        if letter == "Q":
            self._quoted()
        elif letter in {"A", "z", "b"}:
            places = {"A": self._flavor.begin, "z": self._flavor.end, "b": self._flavor.boundary}
            self._part(f"(?:{places[letter]})")
            self._at += 2
        elif letter in "BCpP":
            self._refuse(self._pattern[self._at : self._at + 2])
        elif (ranges := _PERL.get(letter.lower())) is not None:
            self._part(self._set(self._fold(ranges), negated=letter.isupper()))
            self._at += 2
        else:
            self._at += 1
            self._part(self._literal(self._read_escape()))

    def _quoted(self) -> None:
        end = self._pattern.find("\\E", self._at)
        stop = len(self._pattern) if end < 0 else end
        for letter in self._pattern[self._at + 2 : stop]:
            self._part(self._literal(ord(letter)))
        self._at = stop if end < 0 else end + 2

    def _read_escape(self) -> int:
        """Read what follows a backslash as one character."""
        for expression, base in ((_octal, 8), (_hexadecimal, 16)):
            if match := expression(self._pattern, self._at):
                self._at = match.end()
                return int(next(filter(None, match.groups()), match[0]), base)
        letter = self._pattern[self._at]
        self._at += 1
        return _ESCAPES.get(letter, ord(letter))

    # -- sets of characters

    def _read_class(self) -> str:
        """Read a class after its bracket."""
        negated = self._pattern.startswith("^", self._at)
        self._at += negated
        ranges: list[Range] = []
        is_first = True
        while is_first or self._pattern[self._at] != "]":
            ranges += self._read_item()
            is_first = False
        self._at += 1
        return self._set(ranges, negated=negated)

    def _read_item(self) -> Sequence[Range]:
        if named := _posix(self._pattern, self._at):
            self._at = named.end()
            found = self._fold(_POSIX[named[2]])
            return _complement(found) if named[1] else found
        letter = self._pattern[self._at]
        if letter == "\\":
            name = self._pattern[self._at + 1]
            if name in "pP":
                self._refuse(f"\\{name}")
            if (ranges := _PERL.get(name.lower())) is not None:
                self._at += 2
                return _complement(self._fold(ranges)) if name.isupper() else self._fold(ranges)
        first = last = self._read_character()
        if self._pattern[self._at] == "-" and self._pattern[self._at + 1] != "]":
            self._at += 1
            last = self._read_character()
        return self._fold([(first, last)])

    def _read_character(self) -> int:
        letter = self._pattern[self._at]
        self._at += 1
        return self._read_escape() if letter == "\\" else ord(letter)

    def _fold(self, ranges: Sequence[Range]) -> Sequence[Range]:
        """Add the other letter case, where the flag says so."""
        if not self._flags.fold:
            return ranges
        added: list[Range] = []
        for first, last in ranges:
            for code in range(first, min(last, 0x7F) + 1):
                upper = ord(chr(code).upper())
                both = (upper, ord(chr(code).lower()), _FOLDED.get(upper, upper))
                added += [(each, each) for each in both]
            if last - first > _FEW or not all(map(_is_uncased, range(max(first, 0x80), last + 1))):
                raise NotPortableError("`(?i)` cannot be written for letters beyond ASCII")
        return [*ranges, *added]

    def _literal(self, code: int) -> str:
        return self._set(self._fold([(code, code)]), negated=False)

    def _place(self, of_line: str, of_text: str) -> str:
        return f"(?:{of_line if self._flags.lines else of_text})"

    def _set(self, ranges: Sequence[Range], *, negated: bool) -> str:
        """Spell a set of characters, as its complement if that is shorter."""
        positive = _complement(ranges if negated else _complement(ranges))
        complement = _complement(positive)
        if len(positive) == 1 and positive[0][0] == positive[0][1] >= self._flavor.least:
            return self._spell(positive[0][0])
        if len(complement) < len(positive) or not self._within(positive):
            return f"[^{self._brackets(complement)}]" if complement else self._anything()
        return f"[{self._brackets(positive)}]"

    def _anything(self) -> str:
        return f"[{self._brackets([(0, _SURROGATES[0] - 1), (_SURROGATES[1] + 1, _LAST)])}]"

    def _within(self, ranges: Sequence[Range]) -> list[Range]:
        """Leave out what no text can contain."""
        least = self._flavor.least
        return [(max(first, least), last) for first, last in ranges if last >= least]

    def _brackets(self, ranges: Sequence[Range]) -> str:
        return "".join(
            self._spell(first) + ("" if first == last else f"-{self._spell(last)}")
            for first, last in self._within(ranges)
        )

    def _spell(self, code: int) -> str:
        letter = chr(code)
        is_plain = letter.isascii() and letter.isalnum()
        return letter if is_plain else self._flavor.character(code)


def _is_uncased(code: int) -> bool:
    """Return whether a character has no other letter case, in any version of Unicode so far."""
    letter = chr(code)
    return letter == letter.lower() == letter.upper() == letter.casefold()


def _united(ranges: Iterable[Range]) -> list[Range]:
    """Return the same set as sorted ranges that do not touch, without surrogates."""
    united: list[Range] = []
    for first, last in sorted(ranges):
        if united and first <= united[-1][1] + 1:
            united[-1] = (united[-1][0], max(united[-1][1], last))
        else:
            united.append((first, last))
    return united


def _complement(ranges: Iterable[Range]) -> list[Range]:
    gaps: list[Range] = []
    start = 0
    for first, last in [*_united([*ranges, _SURROGATES]), (_LAST + 1, _LAST + 1)]:
        if start < first:
            gaps.append((start, first - 1))
        start = last + 1
    return gaps
