"""Unknown names and functions, and their likely meaning.

Loaded only for texts with such a name: the binder imports it to report one.
"""

from __future__ import annotations

from imsquery.diagnostics.edits import Safe, clip, did_you_mean
from imsquery.diagnostics.suggest import nearest, the_one_slip
from imsquery.language._tables import KEYWORDS
from imsquery.language.lexer import END, Tokens, spell
from imsquery.language.recovery.confusables import fold
from imsquery.language.recovery.vocabulary import (
    CERTAIN_CALLS,
    CLAUSES,
    COLON_OF_LIST,
    MATCHING_CALLS,
    NEGATIONS,
    PRESENCE_OF,
    SORT_MARKS,
    colon_beside,
)
from imsquery.late import Late
from imsquery.schema.kinds import ImageName, Tag, Text
from imsquery.semantics.foreign_names import meanings_of
from imsquery.semantics.rebinding import (
    Rewriting,
    as_fixes,
    bind,
    if_valid,
    is_comparison,
    is_in_clause,
    mended,
    placed,
    relation,
    renamed,
    rewritten,
    shown,
)

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Sequence

    from imsquery.schema.parameters import ForeignName, Parameter
    from imsquery.semantics.formula import Formula
    from imsquery.semantics.literals import LiteralBinder

    Fix = tuple[str, list[tuple[int, int, str]]]

_CONVERSE = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_GOES_WITH = {"OR": "=", "AND": "!="}
_MOST_LOOKED_BACK = 20  # else a long list would take time in the square of its length
_url = Late("(?:[A-Za-z]+:/)?/[^/*]").match
_wild = Late(r"[*?]").search
_pair = Late("([^.:]+)[.:](.+)").fullmatch
_ALL_NAMES = "`imsquery spec` lists all names"


def guess(binder: LiteralBinder, name: int, last: int) -> Parameter | None:
    """Report an unknown name.

    Args:
        binder: collects the findings.
        name: the token.
        last: the last token of the condition that begins with the name.

    Returns:
        The parameter, if look-alikes or a colon are the only fault of its name.
    """
    written = binder.tokens.lexemes[name]
    plain = fold(written)
    if written[-1] == ":" and _report_surplus_colon(binder, name):
        return binder.spec.find(written[:-1])
    if not plain.isascii() or plain == written:
        if name != last or _sort_key(binder, name) or not _report_colon(binder, name):
            _report_name(binder, name, last)
        return None
    if plain.lower() not in KEYWORDS:
        binder.foreign_letters(name, plain)
        parameter = binder.spec.find(plain)
        if parameter is None:
            _report_name(binder, name, last)
        return parameter
    if plain.lower() in {"all", "none"} and name == last:
        binder.foreign_letters(name, plain)
    else:
        _report_name(binder, name, last)
    return None


def report_function(binder: LiteralBinder, name: int, closing: int) -> Formula | None:
    """Report an unknown function; return the condition that ``name:(…)`` was meant for."""
    written = binder.tokens.lexemes[name]
    plain = fold(written)
    if plain != written and plain.lower() in binder.spec.functions:
        binder.foreign_letters(name, plain)
        return None
    if written[-1] == ":" and binder.spec.find(written[:-1].removeprefix("-")) is not None:
        return _report_list(binder, name, closing)
    if written == "-":
        place = binder.span(name)
        message = f"unknown function `-`{did_you_mean(['not'])}"
        binder.report("unknown-function", message, place, ("write `not`", [(*place, "not ")]))
        return None
    operator, match = _match(binder, name, closing)
    meant = mended(binder, _presence(binder, name, closing) or match)
    names = [clip(meant)] if meant else nearest(written, binder.spec.functions)
    is_certain = operator in CERTAIN_CALLS and meant == match
    fixes = as_fixes(rewritten(binder, name, closing, meant), meant if is_certain else "")
    binder.report(
        "unknown-function",
        f"unknown function `{clip(written)}`{did_you_mean(names)}",
        binder.span(name),
        *(fixes or _renamings(binder, name, closing, names)),
        notes=() if names else (_ALL_NAMES,),
    )
    return None


def read_colon(binder: LiteralBinder, name: int) -> Formula | None:
    """Return the condition that ``name:value``, which has been reported, was meant for."""
    text = mended(binder, _split(binder, name))
    bound = bind(binder, Tokens(text)) if text else None
    return placed(bound, name, name)


# -- names


def _report_name(binder: LiteralBinder, name: int, last: int) -> None:
    written = binder.tokens.lexemes[name]
    if _url(written):
        message = "this is a URL, not a filter; use `decompile` to get its filter"
        binder.report("unknown-name", message, binder.span(name), *_without_query(binder, name))
        return
    known = binder.spec.foreign(written)
    notes = [known.note] if known is not None and known.note else []
    names, fixes = _meanings(binder, name, last, known)
    if known is not None and not known.meanings:
        notes.insert(0, f"image lists have no counterpart of `{clip(written)}`")
    if not names:
        notes.append(_ALL_NAMES)
    message = f"unknown name `{clip(written)}`{did_you_mean(names)}"
    binder.report("unknown-name", message, binder.span(name), *fixes, notes=notes)


def _sort_key(binder: LiteralBinder, name: int) -> str:
    """Return the sort key and direction in ``-created_at``."""
    kinds, written = binder.tokens.kinds, binder.tokens.lexemes[name].lower()
    is_key = is_in_clause(binder, name) and kinds[name - 1] != "PER"
    if not is_key or kinds[name + 1] == "DIRECTION":
        return ""
    for mark, direction in SORT_MARKS.items():
        key = written.removeprefix(mark) if len(mark) == 1 else written.removesuffix(mark)
        if key != written and binder.spec.find(key) is not None:
            return f"{key} {direction}"
    return ""


def _negated(binder: LiteralBinder, written: str) -> str:
    """Return the negation in ``-name`` and ``unprotected``."""
    for prefix in NEGATIONS:
        row = binder.spec.find(written.lower().removeprefix(prefix))
        if row is not None and (prefix == "-" or row.kind.standalone):
            return f"not {written[len(prefix) :]}"
    return ""


def _without_query(binder: LiteralBinder, name: int) -> list[Fix]:
    """Return the fix for a text that is the URL of all images."""
    tokens = binder.tokens
    is_whole = name == 0 and tokens.kinds[1] == END
    if not is_whole or not tokens.lexemes[0].rstrip("/").endswith(binder.spec.path):
        return []
    return [Safe("write `all`", [(*binder.span(name), "all")])]


def _meanings(
    binder: LiteralBinder, name: int, last: int, known: ForeignName | None
) -> tuple[list[str], list[Fix]]:
    """Return what may have been meant, and the fixes that write it."""
    written = binder.tokens.lexemes[name]
    negated = "" if is_in_clause(binder, name) else _negated(binder, written)
    key = _sort_key(binder, name)
    if key or negated or written[0] == "-":
        return shown(rewritten(binder, name, name, key or negated), key)
    key = _tag_key(binder, written)
    tagged = if_valid(binder, _tagged(binder, name, last, key)) if key else ""
    if tagged:
        # Elsewhere, `!=` may find only what has the key.
        is_certain = not tagged.startswith("not ")
        return shown(rewritten(binder, name, last, tagged), tagged if is_certain else "")
    alternative = if_valid(binder, _alternative(binder, name)) if name == last else ""
    if alternative:
        return shown(rewritten(binder, name, last, alternative), "")
    if known is not None:
        later = _later(binder, name, known) if name == last else []
        if later:
            return shown(later, "")
        return meanings_of(binder, name, last, known) if known.meanings else ([], [])
    # One suggestion for each parameter, since `__platform` and `platform` are the same advice.
    found = nearest(written, binder.spec.names) if not key else []
    rows = dict.fromkeys(binder.spec.names[each] for each in found)
    names = [row.name for row in rows if row.clause is None]
    if names:
        return names, _renamings(binder, name, last, names)
    meant = if_valid(binder, _turned(binder, name, last)) or _clause(binder, name)
    return shown(rewritten(binder, name, last, meant), "")


def _later(binder: LiteralBinder, name: int, known: ForeignName) -> list[Rewriting]:
    """Return ``created_at >`` for ``created after``, of which the end parses as a clause."""
    kinds = binder.tokens.kinds[name + 1 : name + 3]
    if kinds[:1] != ["AFTER"] or "PLACEHOLDER" in kinds:
        return []
    rows = [binder.spec.find(meaning) for meaning in known.meanings]
    names = [row.name for row in rows if row is not None and row.is_time]
    return [
        Rewriting(f"{each} >", [(*binder.span(name), each), (*binder.span(name + 1), ">")])
        for each in names
    ]


# -- conditions that begin with a value


def _tag_key(binder: LiteralBinder, written: str) -> str:
    """Return the key in ``tag:key`` or ``labels.key``, as other services write tags."""
    pair = _pair(written)
    if pair is None:
        return ""
    known = binder.spec.foreign(pair[1])
    row = binder.spec.find(known.means[0] if known and known.means else pair[1])
    return pair[2] if row is not None and isinstance(row.kind, Tag) else ""


def _tagged(binder: LiteralBinder, name: int, last: int, key: str) -> str:
    """Return the call for ``tag:key = value``."""
    if not is_comparison(binder, name, last) or "tagged" not in binder.spec.functions:
        return ""
    negation = {"=": "", "!=": "not "}.get(relation(binder, name + 1))
    if negation is None or binder.tokens.kinds[last] == "PLACEHOLDER":
        return ""
    return f"{negation}tagged({spell(key)}, {spell(binder.literal(last))})"


def _turned(binder: LiteralBinder, name: int, last: int) -> str:
    """Return ``name < value`` for ``value > name``."""
    kinds, lexemes = binder.tokens.kinds, binder.tokens.lexemes
    sign = relation(binder, name + 1)
    if not is_comparison(binder, name, last) or kinds[last] != "WORD" or not sign:
        return ""
    if binder.spec.find(lexemes[last]) is None:
        return ""
    return f"{lexemes[last]} {_CONVERSE.get(sign, sign)} {spell(lexemes[name])}"


def _alternative(binder: LiteralBinder, name: int) -> str:
    """Return ``name = this`` for a lone word after ``name = that or``; ``!=`` goes with ``and``."""
    kinds, lexemes = binder.tokens.kinds, binder.tokens.lexemes
    # Skip parentheses, such as those that the fix of `mixed-and-or` adds.
    joint = _back_over(kinds, name - 1, "LPAR")
    word = kinds[joint]
    for _ in range(_MOST_LOOKED_BACK):
        if joint < 2 or kinds[joint - 2 : joint + 1] != [word, "WORD", word]:  # noqa: PLR2004 -- two tokens back
            break
        joint -= 2
    value = _back_over(kinds, joint - 1, "RPAR")
    if value < 2 or word not in _GOES_WITH or kinds[value - 2] != "WORD":  # noqa: PLR2004 -- likewise
        return ""
    if relation(binder, value - 1) != _GOES_WITH[word]:
        return ""
    if binder.spec.find(lexemes[value - 2]) is None:
        return ""  # that name must be mended first
    return f"{lexemes[value - 2]} {_GOES_WITH[word]} {spell(lexemes[name])}"


def _back_over(kinds: list[str], index: int, kind: str) -> int:
    """Return the last token, up to an index, that is not of a kind; look back over a few only."""
    for _ in range(_MOST_LOOKED_BACK):
        if kinds[index] != kind:
            break
        index -= 1
    return index


def _clause(binder: LiteralBinder, name: int) -> str:
    """Return the clauses that a word alone was meant for, such as ``newest``."""
    is_alone = name == 0 and binder.tokens.kinds[1] == END
    return CLAUSES.get(binder.tokens.lexemes[name].lower(), "") if is_alone else ""


def _presence(binder: LiteralBinder, name: int, closing: int) -> str:
    """Return ``name is present`` for ``exists(name)``."""
    kinds, lexemes = binder.tokens.kinds, binder.tokens.lexemes
    presence = PRESENCE_OF.get(lexemes[name].lower())
    start, end = binder.span(name, closing)
    if presence is None or closing != name + 3 or kinds[name + 2] != "WORD":
        return ""
    return "" if "#" in binder.tokens.text[start:end] else f"{lexemes[name + 2]} is {presence}"


def _match(binder: LiteralBinder, name: int, closing: int) -> tuple[str, str]:
    """Return the function, and ``name startswith value`` for ``startsWith(name, value)``.

    ``name.startswith(value)`` is such a call, too.
    """
    kinds, lexemes = binder.tokens.kinds, binder.tokens.lexemes
    receiver, dot, function = lexemes[name].rpartition(".")
    operator = MATCHING_CALLS.get(function.lower(), "")
    value = closing - 1
    if kinds[name + 2 : value] == ["WORD", "COMMA"] and not dot:
        receiver = lexemes[name + 2]
    elif closing != name + 3 or not dot:
        return "", ""
    start, end = binder.span(name, closing)
    if not operator or "#" in binder.tokens.text[start:end] or kinds[value] == "PLACEHOLDER":
        return "", ""
    row = binder.spec.find(receiver)
    if row is not None and isinstance(row.kind, Tag) and operator == "contains":
        operator = "="  # one of several
    return function.lower(), f"{receiver} {operator} {spell(binder.literal(value))}"


# -- `name:value`, which is a single word


def _split(binder: LiteralBinder, name: int) -> str:
    """Return the condition that ``name:value`` was meant for; empty if it is something else.

    ``-name:value`` and ``name:low..high``, as in search boxes, are read, too.
    """
    plain, _, value = binder.tokens.lexemes[name].partition(":")
    negation = "not " if plain.startswith("-") else ""
    plain = plain.removeprefix("-")
    if not value or (binder.spec.find(plain) is None and not _has_meaning(binder, plain)):
        return ""
    low, dots, high = value.partition("..")
    if dots and low and high:
        return f"{negation}{plain} between {spell(low)} and {spell(high)}"
    if value == "*":
        return f"{negation}{plain} is present"
    operator = "=" if _wild(value) is None else "glob"
    return f"{negation}{plain} {operator} {spell(value)}"


def _has_meaning(binder: LiteralBinder, plain: str) -> bool:
    """Return whether a name of another tool has a counterpart, perhaps as a tag."""
    known = binder.spec.foreign(plain)
    return bool(known.meanings if known is not None else _tag_key(binder, plain))


def _report_colon(binder: LiteralBinder, name: int) -> bool:
    """Report the colon of ``name:value``; return whether there is one."""
    text = _split(binder, name)
    if text:
        is_valid = mended(binder, text)
        word = text.removeprefix("not ").partition(" ")[2]
        word = word if word == "is present" else word.split()[0]
        binder.report(
            "syntax",
            f"use `{word}`, not `:`{did_you_mean([clip(is_valid or text)])}",
            binder.span(name),
            *as_fixes(rewritten(binder, name, name, is_valid), ""),
            *as_fixes(rewritten(binder, name, name, _containing(binder, is_valid)), ""),
        )
    return bool(text)


def _containing(binder: LiteralBinder, condition: str) -> str:
    """Return a comparison of a text as some tools mean its colon: part of the text is enough."""
    tokens = Tokens(condition)
    row = binder.spec.find(tokens.lexemes[0]) if tokens.lexemes[1:2] == ["="] else None
    is_text = row is not None and type(row.kind) in {Text, ImageName}
    return if_valid(binder, condition.replace(" = ", " contains ", 1)) if is_text else ""


def _report_surplus_colon(binder: LiteralBinder, name: int) -> bool:
    """Report the colon of ``name:>5``; return whether there is one."""
    plain = binder.tokens.lexemes[name][:-1]
    _, end = binder.span(name)
    following = binder.tokens.lexemes[name + 1]
    is_operator = binder.tokens.kinds[name + 1] == "OPERATOR" and binder.span(name + 1)[0] == end
    if not is_operator or binder.spec.find(plain) is None:
        return False
    place = (end - 1, end)
    binder.report("syntax", colon_beside(following), place, ("remove it", [(*place, "")]))
    return True


def _report_list(binder: LiteralBinder, name: int, closing: int) -> Formula | None:
    """Report ``name:(…)``, which parses as a call."""
    written = binder.tokens.lexemes[name][:-1]
    plain = written.removeprefix("-")
    start, end = binder.span(name)
    place = (end - 1, end)
    negation = [] if plain == written else [(start, start + 1, "not ")]
    listed = f"{plain} in {binder.tokens.text[end : binder.span(closing)[1]]}"
    tokens = Tokens(f"not {listed}" if negation else listed)
    bound = None if "PLACEHOLDER" in tokens.kinds else bind(binder, tokens)
    fixes = [("write `in`", [*negation, (*place, " in ")])] if bound is not None else []
    binder.report("syntax", COLON_OF_LIST, place, *fixes)
    return placed(bound, name, closing)


def _renamings(binder: LiteralBinder, name: int, last: int, names: Sequence[str]) -> list[Fix]:
    """Return the fixes that write other names, except for those that lead to another finding."""
    certain = the_one_slip(binder.tokens.lexemes[name], names)
    found = [each for meant in names for each in renamed(binder, name, last, meant)]
    return as_fixes(found, certain)
