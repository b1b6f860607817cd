"""Commands of KooCLI: ``hcloud IMS ListImages --__imagetype=gold``."""

from __future__ import annotations

import re

from imsquery.diagnostics.source import Span
from imsquery.forms.shell import quote
from imsquery.frozen import Frozen
from imsquery.late import Late
from imsquery.linting.placeholders import PATTERN, find_placeholder
from imsquery.linting.requests import Entry, Request, pairs_in_row, unknown_entry
from imsquery.urls.notation import UNWRITABLE, Notation

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterator

    from imsquery.schema.spec import Spec

_COMMAND = "ListImages"
_command = Late(r"\bhcloud[ \t]+[Ii][Mm][Ss][ \t]+ListImages(?:/v2)?(?![\w/-])")
# Between words: white space, and the ends of lines as shells escape them.
_spaces = {
    around: Late(rf"(?:[ \t]+|[\\^{'' if around == '`' else '`'}]\r?\n)+")
    for around in ("", '"', "'", "`")
}
_QUOTED = {'"': r'"(?:[^"\\\n]|\\[^\n])*"', "'": r"'[^'\n]*'"}
_PUNCTUATION = "，。；：、（）"  # which no space is after
_ESCAPE = r"\\[^\n]|"
_word = {
    around: Late(
        rf"(?:{PATTERN}|{'' if around else _ESCAPE}[^\s\"'\\;|&<>()`{_PUNCTUATION}]|"
        + "|".join(each for quote, each in _QUOTED.items() if quote != around)
        + r")+"
    )
    for around in ("", '"', "'", "`")
}
_option = Late(r"--([A-Za-z_][\w.-]*)(=)?")
# Options of every command; so are those with a hyphen.
_OWN = frozenset({
    "debug", "domain_id", "dryrun", "help", "interactive", "method", "project_id", "skeleton",
    "version",
})  # fmt: skip
_part = Late(r"'([^'\n]*)'|\"((?:[^\"\\\n]|\\[^\n])*)\"|\\([^\n])")
_escaped = Late(r"\\([\"\\$`])")
_LONGEST_LINE = 200  # before a command


class _Option(Frozen, Notation):
    """Writes options within the quotes ``around`` a command."""

    around: str

    def value(self, value: str) -> str:
        written = quote(value)
        is_plain = self.around not in written if self.around else True
        return written if is_plain and "\\" not in written else UNWRITABLE

    def pair(self, wire: str, value: str) -> str:
        return f"--{wire}={self.value(value)}"


def read(text: str, spec: Spec) -> Iterator[Request]:
    """Yield the requests of commands."""
    if _COMMAND not in text:
        return
    end = 0
    for match in _command.finditer(text):
        if match.start() < end:  # a word of the command before
            continue
        around = _quote_around(text, match.start())
        entries = [*_options(text, match.end(), _Option(around))]
        end = entries[-1].end if entries else match.end()
        yield Request(Span(match.start(), end), pairs_in_row(entries, " ", match.end()), spec)


def _quote_around(text: str, start: int) -> str:
    """Return the quote that is open in the line before a command."""
    line = text[max(0, start - _LONGEST_LINE) : start].rpartition("\n")[2]
    return next((each for each in ("`", '"', "'") if line.count(each) % 2), "")


def _options(text: str, position: int, notation: _Option) -> Iterator[Entry]:
    """Yield the words of a command after its name."""
    while space := _spaces[notation.around].match(text, position):
        word = _word[notation.around].match(text, space.end())
        if word is None or word[0].startswith("#"):
            return
        start, position = word.start(), _sentence_end(text, *word.span())
        option = _option.match(text, start, position)
        if option is None:
            is_filled = find_placeholder(word[0]) is not None
            yield unknown_entry(start, position) if is_filled else Entry(start, position)
        elif "-" in option[1] or option[1] in _OWN:
            position = position if option[2] else _separate_value(text, position, notation)
            yield Entry(start, position)
        else:
            value, place = None, Span(option.end(), position)
            if option[2] is None:
                position = _separate_value(text, position, notation)
            elif not _continues(text, place, notation.around):
                value = _value(text[place.start : place.end])
            yield Entry(start, position, option[1], value, Span(*option.span(1)), place, notation)
        if position < word.end():
            return


def _sentence_end(text: str, start: int, end: int) -> int:
    """Return the end of a word without what ends a sentence, or bold type, in a document."""
    word = text[start:end]
    if word.endswith("..."):
        return end
    return start + len(word.rstrip(".,:!?").removesuffix("**").rstrip(".,:!?"))


def _separate_value(text: str, position: int, notation: _Option) -> int:
    """Return the end of the word after an option, if that is its value."""
    space = _spaces[notation.around].match(text, position)
    word = _word[notation.around].match(text, space.end()) if space else None
    return word.end() if word and not word[0].startswith("-") else position


def _continues(text: str, place: Span, around: str) -> bool:
    """Return whether a program goes on with a value: in other quotes, or in another string."""
    if text.startswith("\\", place.end) and not text.startswith(("\\\n", "\\r", "\\n"), place.end):
        return True
    return place.start == place.end and around != "" and text.startswith(around, place.end)


def _value(written: str) -> str | None:
    """Return a word without its quotes; ``None`` if the shell or a reader fills in parts."""
    if find_placeholder(f"={written}") or "`" in written:
        return None
    return _part.sub(_unquoted, written)


def _unquoted(found: re.Match[str]) -> str:
    if found[1] is not None:
        return found[1]
    return _escaped.sub(r"\1", found[2]) if found[2] is not None else found[3]
