"""A text that does not parse, split into tokens once more, as if its characters were mended.

Whatever the lexer has no terminal for is reported and read as what it was meant for: look-alikes,
operators of other languages, quotes without a partner.  The tokens are those of the text with every
fix applied, at the offsets that they have in the text as it is.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from imsquery.diagnostics.edits import Safe, clip, spaced
from imsquery.language._tables import FIXED, KEYWORDS, TOKEN
from imsquery.language.lexer import END, ERROR, is_word, kind_of, quote
from imsquery.language.operators import OPERATORS
from imsquery.language.recovery.confusables import (
    JOINERS,
    ascii_of,
    describe,
    fold,
    is_invisible,
    is_lookalike,
    is_space,
    lookalikes_of,
    looks_like,
    show,
)
from imsquery.language.recovery.dialects.reading import TAGS
from imsquery.language.recovery.piece import (
    CLAUSES,
    CONNECTIVES,
    KEYWORD_KINDS,
    VALUES,
    Piece,
    pieces_of,
)
from imsquery.language.recovery.vocabulary import (
    BETWEEN_ENDS,
    BRACKETS,
    CONNECTIVE_WORDS,
    ENDS_OF_OPERATORS,
    SIGNS,
    SPELLINGS,
    SYMBOLS,
    WORD_OPERATORS,
)
from imsquery.late import Late

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable

    from imsquery.language.lexer import Tokens

    Fix = tuple[str, list[tuple[int, int, str]]]
    Report = Callable[..., bool]

UNCLOSED = "unclosed `(`"
UNMATCHED = "unmatched `)`"

# What continues a pattern without quotes: in a regular expression, nearly all but white space.
_BARE = {
    "matches": Late(r"[^\s'\"#]+").match,
    "glob": Late(r"(?=[\[{])(?:\[[^\s\]]*+\]?+|\{[^\s}]*+\}?+|[^\s'\"#(),\[{])++").match,
}

_plain_of_pattern = Late(r"[^\s'\"$,)\[({|^\\+]*").match

_token = re.compile(TOKEN)
_not_equal = Late(r"![ \t]++=").match
_backtick = Late(r"`([^`\n]*)`").match
_run = re.compile(r"[\w.\-:+/@*?%^~$\\{}\[\]`]").match
_comment = Late(r"(?<![^\s])(?:--(?![A-Za-z_])|//)[^\n]*").match
_rest_of_line = Late(r"[^\S\n]*+\S").match
_bracketed = Late(
    r"\[(\w+)\](?=\s*+(?:[=<>!]|(?:not|in|is|like|between|contains|startswith|endswith|glob)\b))",
    re.IGNORECASE,
).match
_backslash = Late(r"'\\'").match
_word_operator = Late(r"!?~\*").match
_VALUE = r"""(?:[\w.\-:+/@*]++|"[^"\\\n]*+"|'[^'\\\n]*+')"""
_range = Late(rf"[\[{{]\s*+{_VALUE}\s++to\s++{_VALUE}\s*+[\]}}]", re.IGNORECASE).match
_list = Late(rf"\[\s*+{_VALUE}(?:\s*+,\s*+{_VALUE})++\s*+\]").match
_only_list = Late(
    rf"\[\s*+{_VALUE}(?:\s*+,\s*+{_VALUE})*+\s*+\](?=\s{{0,9}}+(?:$|[),;]|(?:and|or|order|limit|after)\b))",
    re.IGNORECASE,
).match
_lexeme = Late(rf"{_VALUE}|[\[\]{{}},]")
_begins_condition = Late(
    r"\s{0,9}+(?:\(|(?:not|非|不)(?!\w)|\w[\w.-]{0,99}+\s{0,9}+"
    r"(?:[=<>!(]|(?:not|in|is|like|between|contains|startswith|endswith|glob|matches)\b))",
    re.IGNORECASE,
).match
_piped = Late(r"\|[ \t\r\n]*+where\b(?=\s)", re.IGNORECASE).match
_slashed = Late(r"\s*+/([^/\s'\"#]+)/(i?)(?=[\s)]|$)").match
_QUOTES = {each: lookalikes_of(each) + each for each in "'\""}
_quoted = {each: Late(f"[^\n{all_}]*[{all_}]").match for each, all_ in _QUOTES.items()}
# Where a quote that is never closed was probably meant to end.
_end_of_value = Late(
    r"(?<!\s)\s++(?:and|or|order\s++by|limit\s++\S|after\s++\S)\b|(?<!\s)\s*+(?:[),]|$)",
    re.IGNORECASE,
).search
_following = Late(r"[ \t\r\n]*+([\w.\-:+/@*?]++|[^;#)\s])").match
_ENDS_OF_CONDITIONS = VALUES | {"RPAR", "PRESENCE", "ALL", "NONE", "DIRECTION"}
_JOINTS = CONNECTIVES | {"COMMA"}
_LONGEST_END = 8  # looked back over, from what joins the two ends of `between`
_WITHIN_LISTS = VALUES | {"OPERATOR", "LPAR", "RPAR"}
_WORDS = KEYWORD_KINDS | {"WORD"}
_LONGEST_OPERATOR = 3  # of any language: `===`
_COMMENTS = frozenset({"--", "//", "/*"})
_APART = frozenset({"", *" \t\r\n(),"})
_LONGEST_KNOWN = 32  # longer than any keyword, and any word or operator of another language
_SIGNS = frozenset({"STRING", "OPERATOR", "LPAR", "RPAR", "COMMA"})  # and strings
_PARENTHESES = frozenset({"LPAR", "RPAR"})
_MAY_BEGIN = {*_BARE, *WORD_OPERATORS, "*"}  # what signs may go on
_BEFORE_VALUES = frozenset({"OPERATOR", "MATCH", "BETWEEN", "AFTER"})


class Scanner:
    """Splits one text.

    Args:
        tokens: of the text as it was written.
        report: takes a message, a span, and fixes; returns whether there may be more.

    Attributes:
        is_balanced: every parenthesis has its partner, once the text is scanned.
    """

    def __init__(self, tokens: Tokens, report: Report) -> None:
        self.is_balanced = True
        self._text = tokens.text
        self._tokens = tokens
        self._tell = report
        self._is_full = False
        self._closing = 0  # where the comment that was looked for last ends
        self._plain_end = 0  # of what was looked over for a pattern last
        self._pieces: list[Piece] = []
        self._grown: list[str] = []  # what the lexeme read last becomes, if it grows
        self._doubtful: list[int] = []  # depths of open brackets that may be parts of values
        self._lists = [False]  # of the open parentheses: whether they enclose values

    def scan(self) -> list[Piece]:
        """Return the tokens; the last is the end."""
        text, kinds, spans = self._text, self._tokens.kinds, self._tokens.spans
        index = position = 0  # the first lexeme from there on
        while not self._is_full:
            if position == spans[index - 1][1]:
                index = self._take_plain(index)
                start, end = spans[index]
                is_word = kinds[index] in _WORDS
            else:
                # What was read last ends within a lexeme.
                match = _token.match(text, position)
                assert match is not None  # noqa: S101 -- it matches anywhere
                start, end = match.span(match.lastindex or 2)
                is_word = match.lastindex == 1
            if start == end:
                break
            position = self._take(text[start:end], start, end, is_word=is_word)
            index = bisect_left(spans, (position,))
        self._add(Piece(END, "", len(text), len(text)))
        self.is_balanced &= len(self._lists) == 1
        return self._pieces

    def _take_plain(self, first: int) -> int:
        """Take in lexemes that are what they look like; return the first one to look into.

        In most texts nearly all are: ASCII that does not go on with what is before it.
        """
        pieces, text = self._pieces, self._text
        kinds, spans = self._tokens.kinds, self._tokens.spans
        if not pieces or pieces[-1].end == spans[first][0]:
            return first
        self._end_growth()
        for index in range(first, len(kinds)):
            kind = kinds[index]
            start, end = spans[index]
            lexeme = text[start:end]
            if kind in _WORDS:
                if not lexeme.isascii() or lexeme[:2] in _COMMENTS:
                    return index
            elif kind not in _SIGNS or _may_go_on(kind, start, pieces):
                return index
            if kind in _PARENTHESES:
                self._add(Piece(kind, lexeme, start, end))
            else:
                pieces.append(Piece(kind, lexeme, start, end))
        raise AssertionError  # the end is nothing to take in

    # -- what is done about a lexeme

    def _add(self, piece: Piece) -> None:
        if self._grown:
            self._end_growth()
        if piece.kind == "RPAR" and len(self._lists) == 1:
            self.is_balanced = False
            self._remove(piece.start, piece.end, UNMATCHED, joining=False)
            return
        if piece.kind == "LPAR":
            before, word = (self._last.kind, self._last.lexeme) if self._last else ("", "")
            self._lists.append(before in {"IN", "WORD", "OPERATOR"} and word.lower() != "where")
        elif piece.kind == "RPAR":
            self._lists.pop()
        self._pieces.append(piece)

    def _report(self, message: str, span: tuple[int, int], *fixes: Fix) -> None:
        self._is_full = not self._tell(message, span, *fixes)

    def _grow(self, part: str, end: int, *, without: int = 0) -> None:
        """Let the lexeme read last go on, without its last few characters.

        A long one is made once it ends: else each part would copy all before it.
        """
        last = self._pieces[-1]
        self._grown = self._grown or [last.lexeme]
        self._grown[-1] = self._grown[-1][: len(self._grown[-1]) - without]
        self._grown.append(part)
        last.end = end

    def _end_growth(self) -> None:
        if self._grown:
            self._pieces[-1].lexeme = "".join(self._grown)
            self._grown = []

    def _pop(self) -> Piece:
        """Take back the token read last."""
        self._end_growth()
        return self._pieces.pop()

    def _rewrite(
        self,
        start: int,
        end: int,
        new: str,
        message: str = "",
        *also: tuple[int, int, str],
        title: str = "",
        span: tuple[int, int] | None = None,
        is_sign: bool = False,
        is_safe: bool = True,
    ) -> int:
        """Report what is written otherwise here, and read it as new text; return where to go on.

        ``also`` is what else the fix writes, further on.
        """
        message = message or f"use `{new}`, not {show(' '.join(self._text[start:end].split()))}"
        edits = [spaced(self._text, start, end, new), *also]
        title = title or f"write `{clip(new)}`"
        fix = Safe(title, edits) if is_safe else (title, edits)
        self._report(message, span or (start, end), fix)
        for first, last, text in [(start, end, new), *also]:
            for piece in pieces_of(text, first, last):
                piece.is_sign = is_sign and piece.kind != "STRING"
                self._add(piece)
        return edits[-1][1]

    def _remove(
        self, start: int, end: int, message: str, *, joining: bool = True, is_safe: bool = False
    ) -> int:
        """Report characters that do not belong here, and leave them out; return where to go on.

        ``joining``: the words on either side become one.
        """
        text = self._text
        before = self._word_before(start) if joining else None
        if before is not None:
            before.end = end
        at_edge = start == 0 or end == len(text) or text[start - 1] in " \t\r\n"
        joins = before is not None and is_word(text[end : end + 1])
        new = "" if at_edge or joins or text[end] in " \t\r\n" else " "
        title = f"remove {show(text[start:end])}"
        edits = [(start, end, new)]
        self._report(message, (start, end), Safe(title, edits) if is_safe else (title, edits))
        return end

    def _quote(self, start: int, end: int, message: str, span: tuple[int, int]) -> int:
        """Report a value that needs quotes, and read it as if it had them."""
        new = quote(self._text[start:end])
        # Where the value ends is a guess.
        return self._rewrite(start, end, new, message, title="add quotes", span=span, is_safe=False)

    # -- what was read before

    @property
    def _last(self) -> Piece | None:
        return self._pieces[-1] if self._pieces else None

    def _word_before(self, start: int) -> Piece | None:
        """Return the word that ends at an offset."""
        last = self._last
        if last is None or last.end != start or last.is_sign or last.kind not in _WORDS:
            return None
        return last

    def _expects_value(self, back: int = 0) -> bool:
        """Return whether the next token, or one read before, is where a value goes."""
        pieces = self._pieces[-_LONGEST_END - back : len(self._pieces) - back]
        if not pieces:
            return False
        before = pieces[-1]
        if before.kind in {"LPAR", "COMMA"} and self._lists[-1]:
            return True
        if _joins_ends(before):
            between = (each.kind for each in pieces[-2::-1] if _joins_ends(each, "BETWEEN"))
            return next(between, "") == "BETWEEN"
        return before.kind in _BEFORE_VALUES or _known(before) in ENDS_OF_OPERATORS

    # -- lexemes

    def _take(self, lexeme: str, start: int, end: int, *, is_word: bool) -> int:
        """Take in one lexeme; return where to go on."""
        if is_word:
            after = self._comment(lexeme, start) if lexeme[:2] in _COMMENTS else None
            return self._word(lexeme, start, end) if after is None else after
        after = self._pattern(start)
        if after is not None:
            return after
        kind = kind_of[lexeme]
        if kind == ERROR:
            return self._mend(lexeme, start)
        if kind == "STRING":
            return self._string(lexeme, start, end)
        if kind == "OPERATOR":
            return self._operator(lexeme, start, end)
        self._add(Piece(kind, lexeme, start, end))
        return end

    def _comment(self, lexeme: str, start: int) -> int | None:
        """Read a comment of another language; return where to go on, or ``None`` without one."""
        if self._expects_value():
            return None
        if lexeme[:2] == "/*":
            return self._block_comment(start)
        comment = _comment(self._text, start)
        if comment is None:
            return None
        message = f"use `#`, not `{lexeme[:2]}`, for comments"
        self._report(message, comment.span(), ("write `#`", [(start, start + 2, "#")]))
        return comment.end()

    def _block_comment(self, start: int) -> int | None:
        """Read ``/* … */`` as a comment of whole lines."""
        text = self._text
        if text[start - 1 : start] not in _APART:
            return None
        if self._closing < start + 2:
            closing = text.find("*/", start + 2)
            self._closing = closing if closing >= 0 else len(text)
        end = self._closing + 2
        if end > len(text) or text[end : end + 1] not in _APART:
            return None
        lines = [f"# {line.strip()}".rstrip() for line in text[start + 2 : end - 2].split("\n")]
        goes_on = _rest_of_line(text, end)
        edit = (start, end, "\n".join(lines) + ("\n" if goes_on else ""))
        self._report("use `#`, not `/*`, for comments", (start, end), ("write `#`", [edit]))
        return end

    def _word(self, lexeme: str, start: int, end: int) -> int:
        last = self._pieces[-1] if self._pieces else None
        touches = last is not None and last.end == start
        before = self._word_before(start) if touches else None
        if before is not None:
            self._grow(lexeme, end)
            if len(before.lexeme) < _LONGEST_KNOWN:
                self._end_growth()
            before.kind = KEYWORDS.get(_known(before), "WORD")
            return end
        if lexeme in CONNECTIVE_WORDS and not self._expects_value():
            new = CONNECTIVE_WORDS[lexeme]
            # Else it and what follows may go on with the value before it.
            begins = last is None or last.kind in CONNECTIVES | {"LPAR"}
            is_safe = begins or _begins_condition(self._text, end) is not None
            return self._rewrite(start, end, new, f"use `{new}`, not `{lexeme}`", is_safe=is_safe)
        kind = KEYWORDS.get(lexeme.lower(), "WORD")
        plain = fold(lexeme)
        is_other = plain is not lexeme and KEYWORDS.get(plain.lower(), "WORD") != kind
        if is_other and not self._expects_value():
            self._lookalike(start, end, plain)
            lexeme, kind = plain, KEYWORDS[plain.lower()]
        self._add(Piece(kind, lexeme, start, end))
        return end

    def _pattern(self, start: int) -> int | None:
        """Read a pattern that lacks its quotes; return where to go on."""
        last = self._last
        begun = last if last is not None and last.end == start and last.kind == "WORD" else None
        operator = self._pieces[-2] if begun and len(self._pieces) > 1 else last
        name = "" if operator is None else _known(operator)
        name = WORD_OPERATORS.get(name, name)
        is_pattern = self._is_special(start) if name == "matches" else name in _BARE
        match = _BARE[name](self._text, start) if is_pattern else None
        if match is None:
            return None
        end = match.end() - _unmatched(match[0])
        if begun is not None:
            start = self._pop().start
        message = f"quote `{name}` patterns that contain special characters"
        if name == "glob":
            message += "; its wildcards are `*` and `?`"
        return self._quote(start, end, message, (start, end))

    def _is_special(self, start: int) -> bool:
        """Return whether a regular expression goes on with a character that no word has."""
        if start >= self._plain_end:
            match = _plain_of_pattern(self._text, start)
            self._plain_end = match.end() if match else start
        return self._text[self._plain_end : self._plain_end + 1] in {*"[({|^\\+"}

    def _string(self, lexeme: str, start: int, end: int) -> int:
        last = self._last
        mark = lexeme[0]
        if (
            last is None
            or (last.kind, last.end) != ("STRING", start)
            or not last.lexeme[0] == self._text[start - 1] == mark
        ):
            self._add(Piece("STRING", lexeme, start, end))
            return end
        edit = (start - 1, start + 1, f"\\{mark}")
        message = f"use `\\{mark}`, not `{mark}{mark}`, for a quote inside quotes"
        self._report(message, edit[:2], Safe(f"write `\\{mark}`", [edit]))
        self._grow(f"\\{mark}{lexeme[1:]}", end, without=1)
        return end

    def _operator(self, lexeme: str, start: int, end: int) -> int:
        last = self._last
        touches = last is not None and last.end == start
        meant = None
        if last is not None and _may_grow(last):
            joined = last.lexeme + lexeme
            meant = joined if joined in OPERATORS else SPELLINGS.get(joined) if touches else None
        elif last is not None and touches and (last.lexeme, lexeme) == ("*", "="):
            meant = None if self._expects_value(1) else "contains"
        if last is None or meant is None:
            self._add(Piece("OPERATOR", lexeme, start, end))
            return end
        self._pop()
        shown = last.lexeme + ("" if touches else " ") + lexeme
        message = f"use `{meant}`, not `{shown}`"
        written = self._text[last.start : end]
        is_safe = written.isascii() or (touches and not self._expects_value())
        is_sign = meant == "contains"
        return self._rewrite(last.start, end, meant, message, is_sign=is_sign, is_safe=is_safe)

    # -- characters that no lexeme begins with

    def _mend(self, lexeme: str, start: int) -> int:
        """Read a character as what it was meant for; return where to go on."""
        character = lexeme[0]
        if character in _QUOTES:
            if self._is_within_word(start):
                return self._unknown(start)
            escape = _backslash(self._text, start)
            if escape is not None and self._last and self._last.lexeme.lower() == "escape":
                self._add(Piece("STRING", quote("\\"), *escape.span()))
                return escape.end()
            return self._unclosed(character, start)
        plain = ascii_of(character) or character
        if plain in _QUOTES:
            return self._foreign_quote(plain, start)
        if character == "`":
            return self._backtick(start)
        if self._is_of_value(character, start):
            return self._bare(start)
        return self._mend_sign(character, plain, start)

    def _mend_sign(self, character: str, plain: str, start: int) -> int:
        """Read a character that is not of a value as what it was meant for."""
        pair = self._text[start : start + 2]
        pair = fold(pair) if len(pair) > 1 else ""
        if pair in SYMBOLS or plain in SYMBOLS or character in SIGNS:
            return self._symbol(character, plain, pair, start)
        if plain in BRACKETS:
            return self._bracket(plain, start)
        if plain in FIXED:
            return self._fixed(plain, start)
        if character != plain and is_word(plain):
            self._lookalike(start, start + 1, plain)
            return self._word(plain, start, start + 1)
        if plain == ";":
            return self._semicolon(start)
        if is_space(character) or is_invisible(character):
            return self._unseen(character, start)
        return self._unknown(start)

    def _semicolon(self, start: int) -> int:
        """Read what joins conditions elsewhere; leave it out where it ends something."""
        end = start + 1
        following = _following(self._text, end)
        kind = KEYWORDS.get(following[1].lower(), "") if following else ""
        last = self._last
        idle = following is None or following[1] == "," or kind in CONNECTIVES | CLAUSES
        # A keyword may be meant as a value, too.
        ends = last is not None and (last.kind in _ENDS_OF_CONDITIONS or self._expects_value(1))
        shown = show(self._text[start])
        if idle or not ends:
            is_safe = following is None and self._text[start] == ";"
            return self._remove(start, end, f"unexpected {shown}", joining=False, is_safe=is_safe)
        if self._lists[-1] and self._is_listed():
            message = f"use `,`, not {shown}, between the values of a list"
            return self._rewrite(start, end, ",", message, is_safe=False)
        message = f"use `and`, not {shown}, between conditions"
        return self._rewrite(start, end, "and", message, is_sign=True, is_safe=False)

    def _is_listed(self) -> bool:
        """Return whether the token read last is a value of a list, perhaps an unclosed one."""
        depth = 0
        for piece in reversed(self._pieces):
            depth += (piece.kind == "RPAR") - (piece.kind == "LPAR")
            if depth < 0 or (depth == 0 and piece.kind == "COMMA"):
                return True
            if piece.kind not in _WITHIN_LISTS:
                break
        return False

    def _lookalike(self, start: int, end: int, plain: str) -> None:
        """Report ASCII that was not typed as such."""
        message = looks_like(self._text[start:end], plain)
        fix = f"write `{plain}`", [(start, end, plain)]
        is_safe = self._is_apart(start, plain)
        self._report(message, (start, end), Safe(*fix) if is_safe else fix)

    def _is_apart(self, start: int, plain: str) -> bool:
        """Return whether a look-alike of ASCII cannot be a part of a value."""
        is_in_list = self._lists[-1] and plain == ","
        closes = len(self._lists) > 1 and BRACKETS.get(plain, plain) == ")"
        return self._text[start].isascii() or is_in_list or closes or not self._is_in_value(start)

    def _symbol(self, character: str, plain: str, pair: str, start: int) -> int:
        """Read an operator of another language; a pattern after it may be between slashes."""
        text = self._text
        word = _word_operator(text, start)
        if word is not None:
            # It is an operator only after a name.
            self._add(Piece(ERROR, word[0], *word.span()))
            return word.end()
        unequal = _not_equal(text, start)
        if unequal is not None:
            return self._rewrite(start, unequal.end(), "!=", "use `!=`, not `! =`")
        last = self._last
        if plain == "!" and last is not None and last.lexeme == "=" and last.end == start:
            self._pop()
            return self._rewrite(last.start, start + 1, "!=")
        if pair == "!=":
            self._lookalike(start, start + 2, pair)
            self._add(Piece("OPERATOR", pair, start, start + 2))
            return start + 2
        piped = _piped(text, start) if character == "|" else None
        if piped is not None:
            return self._rewrite(start, piped.end(), "and", is_sign=True)
        sign = SIGNS.get(character)
        end = start + (2 if sign is None and pair in SYMBOLS else 1)
        new = sign or SYMBOLS.get(pair) or SYMBOLS[plain]
        if new == "matches" and last and last.lexeme == "=" and last.end == start:
            start = self._pop().start
        slashed = _slashed(text, end) if "matches" in new else None
        if slashed is None:
            # Elsewhere, `~` contains or `=~` ignores letter case.
            is_safe = "matches" not in new and self._is_apart(start, plain)
            is_safe = is_safe and not self._may_be_of_value(start, end)
            return self._rewrite(start, end, new, is_sign=True, is_safe=is_safe)
        pattern = quote(f"(?i){slashed[1]}" if slashed[2] else slashed[1])
        also = (slashed.start(1) - 1, slashed.end(), pattern)
        return self._rewrite(start, end, new, "", also, is_sign=True)

    def _may_be_of_value(self, start: int, end: int) -> bool:
        """Return whether a sign may go on with a value, as in ``R&D``."""
        text = self._text
        around = text[start - 1 : start], text[end : end + 1]
        touches = start + 1 == end and None not in map(is_word, around)
        is_value = touches and self._expects_value(1)
        return is_value and not self._lists[-1] and _begins_condition(text, end) is None

    def _bracket(self, plain: str, start: int) -> int:
        """Read a bracket as a parenthesis, or leave out those around a name."""
        whole = self._range_or_tags(start)
        if whole is not None:
            for lexeme in _lexeme.finditer(self._text, start, whole.end()):
                for piece in pieces_of(BRACKETS.get(lexeme[0], lexeme[0]), *lexeme.span()):
                    self._add(piece)
            return whole.end()
        named = _bracketed(self._text, start) if plain == "[" else None
        if named is not None and not self._expects_value():
            return self._rewrite(start, named.end(), named[1], "names take no brackets")
        is_doubtful = self._is_doubtful(plain, start)
        is_safe = self._is_apart(start, plain) and not is_doubtful
        end = self._rewrite(start, start + 1, BRACKETS[plain], is_safe=is_safe)
        if self._pieces:
            self._pieces[-1].is_doubtful = is_doubtful
        return end

    def _is_doubtful(self, plain: str, start: int) -> bool:
        """Return whether a bracket may be a part of a value; one that closes is as its partner."""
        depth = len(self._lists)
        if BRACKETS[plain] == "(":
            is_text = self._is_text(plain, start)
            self._doubtful += [depth + 1] if is_text else []
            return is_text
        while self._doubtful and self._doubtful[-1] > depth:
            self._doubtful.pop()
        return self._doubtful[-1:] == [depth] and bool(self._doubtful.pop())

    def _is_text(self, plain: str, start: int) -> bool:
        """Return whether an opening bracket may be a part of a value, or of a template."""
        last = self._last
        if last is None or not self._expects_value(int(last.kind in VALUES)):
            return False
        is_list = plain == "[" and last.kind == "OPERATOR"
        return not (is_list and _only_list(self._text, start))

    def _range_or_tags(self, start: int) -> re.Match[str] | None:
        """Return what is in brackets that mean more than a list does: the rules read it whole."""
        last = self._last
        if last is None or last.lexeme[-1] not in "=:":
            return None
        name = self._pieces[-2].lexeme if len(self._pieces) > 1 else ""
        tags = _list(self._text, start) if name.lower() in TAGS and last.lexeme == "=" else None
        return tags or _range(self._text, start)

    def _fixed(self, plain: str, start: int) -> int:
        """Read an operator or separator that is a look-alike, in part or as a whole."""
        end = start + 1
        longer = plain + fold(self._text[end : end + 1])
        last = self._last
        if last and last.end == start and _may_grow(last):
            # The first half of the operator was ASCII already.
            if last.lexeme + plain in OPERATORS:
                plain = last.lexeme + plain
                start = self._pop().start
        elif len(longer) > len(plain) and longer in FIXED:
            plain, end = longer, end + 1
        self._lookalike(start, end, plain)
        if FIXED[plain] == "OPERATOR":
            return self._operator(plain, start, end)
        self._add(Piece(FIXED[plain], plain, start, end))
        return end

    def _run_of(self, start: int) -> int:
        """Return where a run of one character ends."""
        end = start + 1
        while end < len(self._text) and self._text[end] == self._text[start]:
            end += 1
        return end

    def _unseen(self, character: str, start: int) -> int:
        """Pass over foreign white space, or what cannot be seen."""
        end = self._run_of(start)
        what = describe(character)
        if not is_space(character):
            return self._remove(start, end, f"unexpected invisible character {what}")
        message = f"use a plain space, not {what}"
        self._report(message, (start, end), Safe("write a plain space", [(start, end, " ")]))
        return end

    def _is_within_word(self, start: int) -> bool:
        """Return whether a quote is an apostrophe, as in ``it's``."""
        following = self._text[start + 1 : start + 2]
        return self._word_before(start) is not None and is_word(following) is not None

    def _unknown(self, start: int) -> int:
        """Read the value that a character belongs to, or else leave the character out."""
        text = self._text
        character = text[start]
        is_apostrophe = (ascii_of(character) or character) in _QUOTES
        if is_apostrophe or self._is_in_value(start):
            return self._bare(start, is_apostrophe=is_apostrophe)
        return self._remove(start, self._run_of(start), f"unexpected {show(character)}")

    def _bare(self, start: int, *, is_apostrophe: bool = False) -> int:
        """Read a value that lacks the quotes that a character in it needs."""
        text = self._text
        within = is_apostrophe or self._word_before(start) is not None
        first = self._pop().start if within else start
        stop = start + 1
        while stop < len(text) and (text[stop] == text[start] or _runs_on(text[stop])):
            stop += 1
        self._add(Piece("STRING", quote(text[first:stop]), first, stop, is_bare=True))
        return stop

    def _is_of_value(self, character: str, start: int) -> bool:
        """Return whether a character can only be a part of a value: a mark, a symbol, an emoji."""
        if not _belongs(character):
            return False
        if character not in JOINERS and ascii_of(character) is None:
            return True
        before = self._word_before(start)
        return self._is_in_value(start) or (before is not None and not before.lexeme.isascii())

    def _is_in_value(self, start: int) -> bool:
        """Return whether a character begins a value, or goes on with one without white space."""
        return self._expects_value(int(self._word_before(start) is not None))

    # -- quotes

    def _backtick(self, start: int) -> int:
        match = _backtick(self._text, start)
        if match is None:
            return self._unknown(start)
        is_value = self._expects_value() or not is_word(match[1])
        new = quote(match[1]) if is_value else match[1]
        message = "use `'` or `\"` around values and nothing around names, not backticks"
        return self._rewrite(start, match.end(), new, message)

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
        message = f"use `{plain}`, not {describe(text[start])}"
        self._report(message, (start, start + 1), Safe(f"write `{plain}`", edits))
        self._add(Piece("STRING", plain + match[0][:-1] + plain, start, match.end()))
        return match.end()

    def _unclosed(self, mark: str, start: int) -> int:
        """Close a quote where it was probably meant to end, in its line at the latest."""
        text = self._text
        end_of_line = text.find("\n", start)
        body = text[start + 1 : end_of_line if end_of_line >= 0 else len(text)]
        closing = ""
        foreign = _quoted[mark](body)
        if foreign is not None and text[start] == mark and mark not in foreign[0]:
            content, closing = foreign[0][:-1], foreign[0][-1]
        elif foreign is not None:
            content = body.rstrip()  # what is escaped here would be searched again and again
        else:
            end = _end_of_value(body)
            content = body[: end.start()] if end else body
        if not content and not closing and not self._expects_value():
            return self._remove(start, start + 1, "unmatched quote")
        stop = start + 1 + len(content)
        escape = "\\" if _ends_in_escape(content) else ""
        edits = [(stop, stop + len(closing), escape + mark)]
        if text[start] != mark:
            edits.insert(0, (start, start + 1, mark))
        self._report("unclosed quote", (start, start + 1), (f"add `{mark}`", edits))
        stop += len(closing)
        self._add(Piece("STRING", mark + content + escape + mark, start, stop))
        return stop


def _may_go_on(kind: str, start: int, pieces: list[Piece]) -> bool:
    """Return whether a sign or string may be of one token with what is before it."""
    last = pieces[-1]
    if kind == "STRING":
        return last.end == start
    if last.kind == "OPERATOR" or last.lexeme.lower() in _MAY_BEGIN:
        return True
    return last.end == start and len(pieces) > 1 and pieces[-2].lexeme.lower() in _MAY_BEGIN


def _joins_ends(piece: Piece, *kinds: str) -> bool:
    """Return whether a token may join the two ends of a range, or is of one of the kinds."""
    return piece.kind in {*_JOINTS, *kinds} or _known(piece) in BETWEEN_ENDS


def _may_grow(piece: Piece) -> bool:
    """Return whether a token is an operator that the next character may be a part of."""
    return piece.kind == "OPERATOR" and piece.end - piece.start < _LONGEST_OPERATOR


def _known(piece: Piece) -> str:
    """Return a token as other languages' words are looked up; empty for what is longer than any."""
    return piece.lexeme.lower() if len(piece.lexeme) < _LONGEST_KNOWN else ""


def _unmatched(run: str) -> int:
    """Return the number of parentheses at the end of a pattern that it does not open."""
    most = len(run) - len(run.rstrip(")"))
    return min(most, max(0, run.count(")") - run.count("(")))


def _runs_on(character: str) -> bool:
    """Return whether a character may be meant as part of the value before it."""
    if _belongs(character):
        return True
    plain = ascii_of(character)
    if plain is not None:
        return is_word(plain) is not None or plain in _QUOTES
    return _run(character) is not None


def _belongs(character: str) -> bool:
    """Return whether a character may be a part of a value, and of nothing else."""
    if character.isascii() or character in SIGNS or is_lookalike(character):
        return False
    return character in JOINERS or not (is_space(character) or is_invisible(character))


def _ends_in_escape(content: str) -> bool:
    """Return whether a quote after this would be escaped."""
    return (len(content) - len(content.rstrip("\\"))) % 2 == 1
