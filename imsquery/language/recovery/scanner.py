"""A text that does not parse, split into tokens once more: as if its characters were mended.

What the lexer has no terminal for is read as what it was meant for, and said so: look-alikes, the
operators of other languages, quotes that do not pair.  The tokens are those of the text with every
fix applied, but know where they stand in the text as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imsquery.diagnostics.edits import spaced
from imsquery.language._tables import FIXED, KEYWORDS, TOKEN
from imsquery.language.lexer import END, ERROR, Tokens, is_word, quote
from imsquery.language.operators import OPERATORS
from imsquery.language.recovery.confusables import (
    ascii_of,
    describe,
    first_foreign,
    fold,
    is_invisible,
    is_space,
    lookalikes_of,
)
from imsquery.language.recovery.piece import Piece
from imsquery.language.recovery.vocabulary import (
    AND,
    BRACKETS,
    MATCHES,
    SIGNS,
    SPELLINGS,
    SYMBOLS,
    WORD_OPERATORS,
    Foreign,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    Report = Callable[..., None]


NEVER_CLOSED = "this `(` is never closed"
SURPLUS = "this `)` closes nothing"

# What a pattern without quotes goes on with: of a regular expression nearly all but white space.
_BARE = {
    "matches": re.compile(r"(?=[^\s'\"$,)]*[\[({|^\\+])[^\s'\"#]+").match,
    "glob": re.compile(r"(?=[\[{])(?:\[[^\s\]]*+\]?+|\{[^\s}]*+\}?+|[^\s'\"#(),\[{])++").match,
}

_token = re.compile(TOKEN)
_not_equal = re.compile(r"![ \t]++=").match
_backtick = re.compile(r"`([^`\n]*)`").match
_run = re.compile(r"[\w.\-:+/@*?%^~$\\{}\[\]`]").match
_comment = re.compile(r"(?<![^\s])(?:--|//)[^\n]*").match
_bracketed = re.compile(
    r"\[(\w+)\](?=\s*+(?:[=<>!]|(?:not|in|is|like|between|contains|startswith|endswith|glob)\b))",
    re.IGNORECASE,
).match
_piped = re.compile(r"\|[ \t\r\n]*+where\b(?=\s)", re.IGNORECASE).match
_slashed = re.compile(r"\s*+/([^/\s'\"#]+)/(i?)(?=[\s)]|$)").match
_line = re.compile(r"[^\n]*").match
_QUOTES = {each: lookalikes_of(each) + each for each in "'\""}
_quoted = {each: re.compile(f"[^\n{all_}]*[{all_}]").match for each, all_ in _QUOTES.items()}
# Where a quote that is never closed was probably meant to end.
_end_of_value = re.compile(
    r"(?<!\s)\s++(?:and|or|order\s++by|limit\s++\S|after\s++\S)\b|(?<!\s)\s*+(?:[),]|$)",
    re.IGNORECASE,
).search
_following = re.compile(r"[ \t\r\n]*+([\w.\-:+/@*?]++|[^;#)\s])").match
_ENDS_OF_CONDITIONS = frozenset({
    "WORD", "STRING", "PLACEHOLDER", "RPAR", "PRESENCE", "ALL", "NONE", "DIRECTION",
})  # fmt: skip
_BETWEEN_CONDITIONS = frozenset({"AND", "OR", "ORDER", "LIMIT", "AFTER"})
_BEFORE_VALUES = frozenset({"OPERATOR", "MATCH", "BETWEEN", "AFTER"})


def colon_of_list(name: str) -> str:
    """Say what is wrong with ``name:(…)``: where it parses, it is a call."""
    return f"`:` compares nothing; one of several values is written `{name[:60]} in (…)`"


def colon_beside(operator: str) -> str:
    """Say what is wrong with ``name:>5``: it parses, and so does ``name:`` by itself."""
    return f"`:` says nothing beside `{operator}`"


class Scanner:
    """Splits one text.

    Args:
        text: as it was written.
        report: takes a message, a span, and fixes.
    """

    def __init__(self, text: str, report: Report) -> None:
        self._text = text
        self._report = report
        self._pieces: list[Piece] = []
        self._lists = [False]  # of the open parentheses: whether values stand in them

    def scan(self) -> list[Piece]:
        """Give the tokens; the last is the end."""
        text = self._text
        position = 0
        while True:
            match = _token.match(text, position)
            assert match is not None  # noqa: S101 -- it matches anywhere
            start, end = match.span(match.lastindex or 2)
            if start == end:
                self._add(END, "", start, end)
                return self._pieces
            position = self._take(text[start:end], start, end, is_word=match.lastindex == 1)

    def _take(self, lexeme: str, start: int, end: int, *, is_word: bool) -> int:
        """Take one lexeme in; give where to go on."""
        if is_word:
            comment = _comment(self._text, start)
            if comment is not None and not self._expects_value(len(self._pieces)):
                edit = (start, start + 2, "#")
                message = f"a comment begins with `#`, not with `{lexeme[:2]}`"
                self._report(message, comment.span(), ("write `#`", [edit]))
                return comment.end()
            self._word(lexeme, start, end)
            return end
        behind = self._pattern(start)
        if behind is not None:
            return behind
        kind = Tokens(lexeme).kinds[0]
        if kind == ERROR:
            return self._mend(lexeme, start)
        if kind == "STRING":
            self._string(lexeme, start, end)
        elif kind == "OPERATOR":
            self._operator(lexeme, start, end)
        else:
            self._add(kind, lexeme, start, end)
        return end

    def _add(self, kind: str, lexeme: str, start: int, end: int) -> None:
        if kind == "RPAR" and len(self._lists) == 1:
            span, fix = self._drop(start, end, joining=False)
            self._report(SURPLUS, span, fix)
            return
        if kind == "LPAR":
            last = self._pieces[-1] if self._pieces else None
            is_list = last is not None and last.kind in {"IN", "WORD"}
            self._lists.append(is_list and self._pieces[-1].lexeme.lower() != "where")
        elif kind == "RPAR":
            self._lists.pop()
        self._pieces.append(Piece(kind, lexeme, start, end))

    def _word_before(self, start: int) -> Piece | None:
        """Give the word that ends where something starts."""
        last = self._pieces[-1] if self._pieces else None
        if last is None or last.end != start or last.is_sign or not is_word(last.lexeme):
            return None
        return last

    def _word(self, lexeme: str, start: int, end: int) -> None:
        before = self._word_before(start)
        if before is None:
            plain = fold(lexeme)
            kind = KEYWORDS.get(lexeme.lower(), "WORD")
            meant = KEYWORDS.get(plain.lower(), "WORD")
            if meant == kind or self._expects_value(len(self._pieces)):
                self._add(kind, lexeme, start, end)
            else:
                self._foreign_keyword(meant, plain, start, end)
            return
        before.lexeme += lexeme
        before.kind = KEYWORDS.get(before.lexeme.lower(), "WORD")
        before.end = end

    def _foreign_keyword(self, kind: str, plain: str, start: int, end: int) -> None:
        foreign = describe(first_foreign(self._text[start:end]))
        self._report(
            f"{foreign} looks like ASCII but is not; this is `{plain}`",
            (start, end),
            (f"write `{plain}`", [(start, end, plain)]),
        )
        self._add(kind, plain, start, end)

    def _expects_value(self, index: int) -> bool:
        """Tell whether what stands at an index among the tokens is a value."""
        before = self._pieces[index - 1] if 0 < index <= len(self._pieces) else None
        if before is None:
            return False
        if before.kind in {"LPAR", "COMMA"}:
            return self._lists[-1]
        return before.kind in _BEFORE_VALUES or before.lexeme.lower() in WORD_OPERATORS

    def _pattern(self, start: int) -> int | None:
        """Read a pattern that stands in no quotes though it should; give where to go on."""
        last = self._pieces[-1] if self._pieces else None
        begun = last if last is not None and last.kind == "WORD" and last.end == start else None
        operator = self._pieces[-2] if begun and len(self._pieces) > 1 else last
        name = "" if operator is None else operator.lexeme.lower()
        name = WORD_OPERATORS.get(name, name)
        match = _BARE[name](self._text, start) if name in _BARE else None
        if match is None:
            return None
        end = match.end() - _surplus(match[0])
        if begun is not None:
            start = self._pieces.pop().start
        new = quote(self._text[start:end])
        message = f"a pattern of `{name}` with more than letters and digits stands in quotes"
        if name == "glob":
            message += "; `*` and `?` alone mean more than themselves"
        self._report(message, (start, end), ("add quotes", [(start, end, new)]))
        self._add("STRING", new, start, end)
        return end

    # -- lexemes that there are, but not side by side

    def _string(self, lexeme: str, start: int, end: int) -> None:
        last = self._pieces[-1] if self._pieces else None
        mark = lexeme[0]
        if (
            last is not None
            and last.kind == "STRING"
            and last.end == start
            and last.lexeme[0] == self._text[start - 1] == mark
        ):
            self._report(
                f"a quote within quotes is written `\\{mark}`, not `{mark}{mark}`",
                (start - 1, start + 1),
                (f"write `\\{mark}`", [(start - 1, start + 1, f"\\{mark}")]),
            )
            last.lexeme = f"{last.lexeme[:-1]}\\{mark}{lexeme[1:]}"
            last.end = end
        else:
            self._add("STRING", lexeme, start, end)

    def _operator(self, lexeme: str, start: int, end: int) -> None:
        last = self._pieces[-1] if self._pieces else None
        is_star = last is not None and last.lexeme == "*" and last.end == start and lexeme == "="
        if last is not None and is_star and not self._expects_value(len(self._pieces) - 1):
            self._pieces.pop()
            self._foreign(Foreign(("MATCH",), "contains"), last.start, end)
            return
        if last is not None and last.kind == "OPERATOR":
            joined = last.lexeme + lexeme
            meant = joined if joined in OPERATORS else None
            if last.end == start:
                meant = meant or SPELLINGS.get(joined)
            if meant is not None:
                span = (last.start, end)
                shown = joined if last.end == start else f"{last.lexeme} {lexeme}"
                self._report(
                    f"`{shown}` is written `{meant}`",
                    span,
                    (f"write `{meant}`", [(*span, meant)]),
                )
                last.lexeme = meant
                last.end = end
                return
        self._add("OPERATOR", lexeme, start, end)

    # -- characters that no lexeme begins with

    def _mend(self, lexeme: str, start: int) -> int:
        """Read a character as what it was meant for; give where to go on."""
        character = lexeme[0]
        if character in _QUOTES:
            if self._is_within_word(start):
                return self._unknown(start)
            return self._unclosed(character, start)
        plain = ascii_of(character) or character
        pair = self._text[start : start + 2]
        pair = fold(pair) if len(pair) > 1 else ""
        if plain in _QUOTES:
            return self._foreign_quote(plain, start)
        if character == "`":
            return self._backtick(start)
        if pair in SYMBOLS or plain in SYMBOLS or character in SIGNS:
            return self._symbol(character, plain, pair, start)
        if plain in BRACKETS or plain in FIXED:
            return self._fixed(character, plain, start)
        if character != plain and is_word(plain):
            self._lookalike(start, start + 1, plain)
            self._word(plain, start, start + 1)
            return start + 1
        if plain == ";":
            return self._semicolon(start)
        if is_space(character) or is_invisible(character):
            return self._unseen(character, start)
        return self._unknown(start)

    def _semicolon(self, start: int) -> int:
        """Read what joins conditions in other languages; at an end it says nothing."""
        text = self._text
        following = _following(text, start + 1)
        kind = KEYWORDS.get(following[1].lower(), "") if following else ""
        last = self._pieces[-1].kind if self._pieces else ""
        idle = following is None or following[1] == "," or kind in _BETWEEN_CONDITIONS
        # A keyword may stand for a value, too.
        ends = last in _ENDS_OF_CONDITIONS or self._expects_value(len(self._pieces) - 1)
        if idle or not ends:
            known = "`;`" if text[start] == ";" else describe(text[start])
            span, fix = self._drop(start, start + 1, joining=False)
            self._report(f"{known} means nothing here", span, fix)
        elif self._lists[-1] and self._is_listed():
            edit = (start, start + 1, ",")
            message = "the values of a list are separated by `,`, not by `;`"
            self._report(message, edit[:2], _write(edit))
            self._add("COMMA", ",", start, start + 1)
        else:
            edit = spaced(text, start, start + 1, "and")
            message = "conditions are joined by `and` or `or`, not by `;`"
            self._report(message, (start, start + 1), _write(edit))
            self._pieces.append(Piece("AND", "and", start, start + 1, is_sign=True))
        return start + 1

    def _is_listed(self) -> bool:
        """Tell whether what was read last is a value of a list, which may have been left open."""
        index = len(self._pieces) - 1
        while self._pieces[index].kind in {"WORD", "STRING", "PLACEHOLDER", "OPERATOR"}:
            index -= 1
        return self._pieces[index].kind in {"LPAR", "COMMA"}

    def _lookalike(self, start: int, end: int, plain: str) -> None:
        """Report ASCII that was not typed as such."""
        written = self._text[start:end]
        self._report(
            f"{describe(first_foreign(written))} looks like ASCII but is not; it is `{plain}`",
            (start, end),
            (f"write `{plain}`", [(start, end, plain)]),
        )

    def _symbol(self, character: str, plain: str, pair: str, start: int) -> int:
        """Read an operator of another language."""
        text = self._text
        unequal = _not_equal(text, start)
        if unequal is not None or pair == "!=":
            end = unequal.end() if unequal else start + 2
            if unequal is not None:
                edit = (start, end, "!=")
                self._report("`! =` is written `!=`", (start, end), ("write `!=`", [edit]))
            else:
                self._lookalike(start, end, "!=")
            self._add("OPERATOR", "!=", start, end)
            return end
        piped = _piped(text, start) if character == "|" else None
        if piped is not None:
            return self._foreign(AND, start, piped.end())
        sign = SIGNS.get(character)
        end = start + (2 if sign is None and pair in SYMBOLS else 1)
        foreign = sign or SYMBOLS.get(pair) or SYMBOLS[plain]
        last = self._pieces[-1] if self._pieces else None
        if foreign is MATCHES and last and last.lexeme == "=" and last.end == start:
            start = last.start
            self._pieces.pop()
        return self._foreign(foreign, start, end)

    def _foreign(self, foreign: Foreign, start: int, end: int) -> int:
        """Take in an operator as another language spells it; a pattern may stand in slashes."""
        text = self._text
        written = text[start:end]
        edits = [spaced(text, start, end, foreign.text)]
        slashed = _slashed(text, end) if "matches" in foreign.text else None
        if slashed is not None:
            pattern = quote(f"(?i){slashed[1]}" if slashed[2] else slashed[1])
            first = slashed.start(1) - 1
            edits.append((first, slashed.end(), pattern))
        self._report(
            f"`{written}` is written `{foreign.text}`"
            if written.isascii()
            else f"{describe(first_foreign(written))} is written `{foreign.text}`",
            (start, end),
            (f"write `{foreign.text}`", edits),
        )
        for kind, word in zip(foreign.kinds, foreign.text.split(), strict=True):
            self._pieces.append(Piece(kind, word, start, end, is_sign=True))
        if slashed is None:
            return end
        self._add("STRING", pattern, first, slashed.end())
        return slashed.end()

    def _fixed(self, character: str, plain: str, start: int) -> int:
        """Read a bracket, or an operator or separator that is a look-alike."""
        text = self._text
        end = start + 1
        named = _bracketed(text, start) if plain == "[" else None
        if named is not None and not self._expects_value(len(self._pieces)):
            span, name = named.span(), named[1]
            self._report("a name stands in no brackets", span, _write((*span, name)))
            self._add(KEYWORDS.get(name.lower(), "WORD"), name, *span)
            return named.end()
        if plain in BRACKETS:
            meant = BRACKETS[plain]
            edit = (start, end, meant)
            self._report(f"`{character}` is written `{meant}`", (start, end), _write(edit))
        else:
            meant = plain
            longer = plain + fold(text[end : end + 1])
            last = self._pieces[-1] if self._pieces else None
            if last and last.kind == "OPERATOR" and last.end == start:
                # The first half of the operator was ASCII already.
                if last.lexeme + meant in OPERATORS:
                    meant = last.lexeme + meant
                    start = last.start
                    self._pieces.pop()
            elif len(longer) > len(plain) and longer in FIXED:
                meant, end = longer, end + 1
            self._lookalike(start, end, meant)
        if FIXED[meant] == "OPERATOR":
            self._operator(meant, start, end)
        else:
            self._add(FIXED[meant], meant, start, end)
        return end

    def _unseen(self, character: str, start: int) -> int:
        """Pass over white space that is none of the language's, or what cannot be seen."""
        text = self._text
        end = start + 1
        while end < len(text) and text[end] == character:
            end += 1
        what = describe(character)
        if is_space(character):
            edit = (start, end, " ")
            message = f"{what} is no white space here; write a plain space"
            self._report(message, (start, end), ("write a plain space", [edit]))
        else:
            self._report(f"{what} cannot be seen, and may not stand here", *self._drop(start, end))
        return end

    def _drop(
        self, start: int, end: int, *, joining: bool = True
    ) -> tuple[tuple[int, int], tuple[str, list[tuple[int, int, str]]]]:
        """Leave characters out; give their span and the fix.

        ``joining``: the words on either side become one.
        """
        text = self._text
        before = self._word_before(start) if joining else None
        if before is not None:
            before.end = end
        at_edge = start == 0 or end == len(text) or text[start - 1] in " \t\r\n"
        joins = before is not None and is_word(text[end : end + 1])
        new = "" if at_edge or joins or text[end] in " \t\r\n" else " "
        return (start, end), ("remove it", [(start, end, new)])

    def _is_within_word(self, start: int) -> bool:
        """Tell an apostrophe: ``it's``."""
        following = self._text[start + 1 : start + 2]
        return self._word_before(start) is not None and is_word(following) is not None

    def _is_within_value(self, start: int) -> bool:
        """Tell whether a value goes on here without white space."""
        return self._word_before(start) is not None and self._expects_value(len(self._pieces) - 1)

    def _unknown(self, start: int) -> int:
        """Quote the value that a character stands in, or else leave it out."""
        text = self._text
        character = text[start]
        end = start
        while end < len(text) and text[end] == character:
            end += 1
        apostrophe = (ascii_of(character) or character) in _QUOTES
        within = apostrophe or self._is_within_value(start)
        if not (within or self._expects_value(len(self._pieces))):
            known = f"`{character}`" if character.isascii() else describe(character)
            span, fix = self._drop(start, end)
            self._report(f"{known} means nothing here", span, fix)
            return end
        first = self._pieces.pop().start if within else start
        stop = end
        while stop < len(text) and (text[stop] == character or _runs_on(text[stop])):
            stop += 1
        new = quote(text[first:stop])
        apart = " " if text[stop : stop + 1] in _QUOTES else ""
        self._report(
            f"`{character}` stands in a value only within quotes",
            (start, end),
            ("add quotes", [(first, stop, new + apart)]),
        )
        self._add("STRING", new, first, stop)
        return stop

    # -- quotes

    def _backtick(self, start: int) -> int:
        match = _backtick(self._text, start)
        if match is None:
            return self._unknown(start)
        is_value = self._expects_value(len(self._pieces)) or not is_word(match[1])
        new = quote(match[1]) if is_value else match[1]
        edit = spaced(self._text, start, match.end(), new)
        message = "a backtick is no quote: a value stands in `'` or `\"`, a name in none"
        self._report(message, match.span(), _write(edit))
        if is_value:
            self._add("STRING", new, start, match.end())
        else:
            self._add(KEYWORDS.get(new.lower(), "WORD"), new, start, match.end())
        return match.end()

    def _foreign_quote(self, plain: str, start: int) -> int:
        """Read a string between typographic quotes."""
        text = self._text
        if self._is_within_word(start):
            return self._unknown(start)
        match = _quoted[plain](text, start + 1)
        if match is None or _ends_in_escape(match[0][:-1]):
            return self._unclosed(plain, start)
        ends = [(start, start + 1, plain), (match.end() - 1, match.end(), plain)]
        edits = [edit for edit in ends if text[edit[0]] != plain]
        self._report(
            f"{describe(text[start])} is no quote; write `{plain}`",
            (start, start + 1),
            (f"write `{plain}`", edits),
        )
        self._add("STRING", plain + match[0][:-1] + plain, start, match.end())
        return match.end()

    def _unclosed(self, mark: str, start: int) -> int:
        """Close a quote where it was probably meant to be closed, in its line at the latest."""
        text = self._text
        line = _line(text, start + 1)
        assert line is not None  # noqa: S101 -- it matches nothing, too
        body = line[0]
        closing = ""
        foreign = _quoted[mark](body)
        if foreign is not None and text[start] == mark and mark not in foreign[0]:
            content, closing = foreign[0][:-1], foreign[0][-1]
        elif foreign is not None:
            content = body.rstrip()  # what is escaped here would be searched again and again
        else:
            end = _end_of_value(body)
            content = body[: end.start()] if end else body
        if not content and not closing and not self._expects_value(len(self._pieces)):
            span, fix = self._drop(start, start + 1)
            self._report("this quote closes nothing and opens nothing", span, fix)
            return start + 1
        stop = start + 1 + len(content)
        escape = "\\" if _ends_in_escape(content) else ""
        edits = [(stop, stop + len(closing), escape + mark)]
        if text[start] != mark:
            edits.insert(0, (start, start + 1, mark))
        self._report("this quote is never closed", (start, start + 1), ("close it", edits))
        stop += len(closing)
        self._add("STRING", mark + content + escape + mark, start, stop)
        return stop


def _surplus(run: str) -> int:
    """Count the parentheses at the end of a pattern that it does not open."""
    most = len(run) - len(run.rstrip(")"))
    return min(most, max(0, run.count(")") - run.count("(")))


def _runs_on(character: str) -> bool:
    """Tell whether a character may be meant as a part of the value that it stands in."""
    plain = ascii_of(character)
    if plain is not None:
        return is_word(plain) is not None or plain in _QUOTES
    return _run(character) is not None


def _write(edit: tuple[int, int, str]) -> tuple[str, list[tuple[int, int, str]]]:
    return f"write `{edit[2].strip()}`", [edit]


def _ends_in_escape(content: str) -> bool:
    """Tell whether a quote behind this would be escaped."""
    return (len(content) - len(content.rstrip("\\"))) % 2 == 1
