"""Text to tokens, by one regular expression, and values to literals and back."""

from __future__ import annotations

import re

from imsquery.language._tables import CONDITION, FIXED, KEYWORDS, TOKEN
from imsquery.late import Late

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    # The groups of CONDITION: name, operator or `(`, value, `)`, connective; or word; or other.
    Lexemes = tuple[str, str, str, str, str, str, str, str]

END = "$END"
ERROR = "ERROR"  # the kind of a lexeme that no terminal matches

_lexemes = re.compile(CONDITION).findall

# Controls, line and paragraph separators, bidirectional controls and surrogates are not allowed raw
# in a value: they drive a terminal, hide text from a reader, or cannot be sent.  Escapes may spell
# all but a lone surrogate.
_UNPRINTABLE = "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
_unprintable = Late(f"[{_UNPRINTABLE}]+")

_escape = Late(r"\\(u[0-9A-Fa-f]{4}|[\s\S])")
_ESCAPES = {"\\": "\\", "'": "'", '"': '"', "n": "\n", "t": "\t"}
_surrogate_pair = Late("[\ud800-\udbff][\udc00-\udfff]")


class _Kinds(dict[str, str]):
    """Lexeme other than a word -> terminal; computes those without a fixed spelling."""

    def __missing__(self, lexeme: str) -> str:
        if lexeme[0] == "$":
            return "PLACEHOLDER" if len(lexeme) > 1 else ERROR
        return "STRING" if lexeme[0] in QUOTES and _is_closed(lexeme) else ERROR


def _is_closed(lexeme: str) -> bool:
    """Return whether it is a string, not an unclosed quote with the rest of its line."""
    if lexeme[1:][-1:] != lexeme[0]:
        return False
    body = lexeme[1:-1]
    return (len(body) - len(body.rstrip("\\"))) % 2 == 0


QUOTES = "'\""
kind_of = _Kinds(FIXED)

NAMES = frozenset({"WORD", "LIMIT", "SKIP", "PER", "IGNORING", "CASE"})
"""The terminals that a condition may begin with as its name: words, and some keywords."""


def scan(text: str) -> list[Lexemes]:
    """Return the lexemes of a text, those of each condition together.

    The groups that do not take part are empty; none of the tuples is empty as a whole.
    """
    found: list[Lexemes] = _lexemes(text)
    if found and not found[0][0] and not any(found[0]):
        del found[0]  # what is ignored before the first
    return found


class Tokens:
    """The lexemes of a text and the terminal of each, without white space and comments.

    The last token is empty and of kind ``$END``; a lexeme that no terminal matches is of kind
    ``ERROR``.  Tokens are named by their index.  Their offsets are computed only for a finding.
    """

    __slots__ = ("_spans", "kinds", "lexemes", "text")

    def __init__(self, text: str, found: Sequence[Lexemes] | None = None) -> None:
        self.text = text
        self.lexemes: list[str] = []
        self.kinds: list[str] = []
        lexemes, kinds = self.lexemes, self.kinds
        # Keywords are ASCII, and no letter beyond ASCII lowers to one of theirs.
        keyword = KEYWORDS.get
        for name, operator, opening, value, closing, connective, word, other in (
            scan(text) if found is None else found
        ):
            if name:
                lexemes += name, operator or opening, value
                kinds += (
                    keyword(name.lower(), "WORD"),
                    "OPERATOR" if operator else "LPAR",
                    "STRING" if value[0] in QUOTES else keyword(value.lower(), "WORD"),
                )
                if closing:
                    lexemes.append(closing)
                    kinds.append("RPAR")
                if connective:
                    lexemes.append(connective)
                    kinds.append(KEYWORDS[connective.lower()])
            elif word:
                lexemes.append(word)
                kinds.append(keyword(word.lower(), "WORD"))
            else:
                lexemes.append(other)
                kinds.append(kind_of[other])
        lexemes.append("")
        kinds.append(END)
        self._spans: list[tuple[int, int]] | None = None

    @classmethod
    def of(cls, text: str, tokens: Iterable[tuple[str, str, tuple[int, int]]]) -> Tokens:
        """Make tokens of a text that are not simply its own: kind, lexeme and span of each."""
        made = object.__new__(cls)
        made.text = text
        listed = list(tokens)
        made.kinds = [kind for kind, _, _ in listed]
        made.lexemes = [lexeme for _, lexeme, _ in listed]
        made._spans = [span for _, _, span in listed]
        return made

    def before(self, index: int) -> Tokens:
        """Return the tokens before one, of the text up to it."""
        start, _ = self.spans[index]
        found = zip(self.kinds[:index], self.lexemes, self.spans, strict=False)
        return Tokens.of(self.text[:start], [*found, (END, "", (start, start))])

    @property
    def spans(self) -> list[tuple[int, int]]:
        """The offsets of all tokens."""
        if self._spans is None:
            matches = Late(TOKEN).finditer(self.text)
            self._spans = [match.span(match.lastindex or 2) for match in matches]
        return self._spans

    def span(self, first: int, last: int | None = None) -> tuple[int, int]:
        """Return the offsets of a token, or of the tokens from one to another."""
        spans = self.spans
        return spans[first][0], spans[first if last is None else last][1]


def has_surrogate(value: str) -> bool:
    """Return whether a value contains an unpaired surrogate, which cannot be encoded."""
    return not value.isascii() and _surrogate.search(value) is not None


_surrogate = Late("[\ud800-\udfff]")


def unquote(lexeme: str) -> tuple[str, list[tuple[int, int, str]]]:
    """Read a string.

    Args:
        lexeme: the string with its quotes.

    Returns:
        The value, and its faults: ``(start, end, message)`` with offsets in the lexeme.
    """
    if "\\" not in lexeme and (lexeme.isprintable() or not _unprintable.search(lexeme)):
        return lexeme[1:-1], []
    faults: list[tuple[int, int, str]] = []
    parts: list[str] = []
    position = 1
    for match in _escape.finditer(lexeme, 1, len(lexeme) - 1):
        parts.append(_raw(lexeme, position, match.start(), faults))
        position = match.end()
        spelled = match[1]
        if len(spelled) > 1:
            parts.append(chr(int(spelled[1:], 16)))
        elif spelled in _ESCAPES:
            parts.append(_ESCAPES[spelled])
        else:
            faults.append((match.start(), position, f"unknown escape `\\{spelled}`"))
            parts.append(match[0])
    parts.append(_raw(lexeme, position, len(lexeme) - 1, faults))
    value = _surrogate_pair.sub(_join_pair, "".join(parts))
    if not faults and has_surrogate(value):
        faults.append((0, len(lexeme), "unpaired surrogate"))
    return value, faults


def _raw(lexeme: str, start: int, end: int, faults: list[tuple[int, int, str]]) -> str:
    """Return what is between two escapes; each run that needs an escape is a fault."""
    for match in _unprintable.finditer(lexeme, start, end):
        names = [f"U+{ord(character):04X}" for character in match[0][: _MOST_NAMED + 1]]
        names[_MOST_NAMED:] = ["…"] * (len(names) > _MOST_NAMED)
        faults.append((*match.span(), f"unescaped {' '.join(names)} in a value"))
    return lexeme[start:end]


_MOST_NAMED = 4


def _join_pair(pair: re.Match[str]) -> str:
    high, low = map(ord, pair[0])
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))


def quote(value: str) -> str:
    """Return the string that reads back as exactly this value."""
    return '"' + _special.sub(_spell, value) + '"'


def escape(fault: str) -> str:
    """Return the escapes for what is not allowed raw in a string; empty if there are none."""
    if fault[0] == "\\":
        return "\\" + fault
    if has_surrogate(fault) or not _unprintable.fullmatch(fault):
        return ""
    return _special.sub(_spell, fault)


_special = Late(f'[\\\\"{_UNPRINTABLE}]')
_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


def escape_controls(comment: str) -> str:
    """Return a comment with the escapes of what is not allowed raw in a value, but for tabs."""
    return _unprintable.sub(lambda match: _special.sub(_spell_but_tab, match[0]), comment)


def _spell_but_tab(match: re.Match[str]) -> str:
    return match[0] if match[0] == "\t" else _spell(match)


def _spell(match: re.Match[str]) -> str:
    character = match[0]
    return _SHORT.get(character) or f"\\u{ord(character):04x}"


is_word = re.compile(r"[\w.\-:+/@*?]+").fullmatch


def is_name(word: str) -> bool:
    """Return whether a word can be the name in a condition."""
    return is_word(word) is not None and KEYWORDS.get(word.lower(), "WORD") in NAMES


def spell(value: str) -> str:
    """Return a value as a word if that reads back as the value, else as a string."""
    if is_word(value) and value.lower() not in KEYWORDS:
        return value
    return quote(value)
