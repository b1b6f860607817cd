"""Writers of dialects that differ from this language in words and signs, not in their shape.

They are written from the manuals of the dialects and share nothing with what reads them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeGuard

from imsquery.language.syntax import (
    And,
    Between,
    Call,
    Comparison,
    Expr,
    Match,
    Membership,
    Not,
    Or,
    Presence,
    Standalone,
)
from imsquery.language.unparse import unparse
from tests.language.dialects.writers import (
    Pick,
    UnsayableError,
    called,
    is_tag,
    text_of,
    texts_of,
)
from tests.strategies import KEYWORDS, quoted

_COARSE = len("2018-10-28T10:00")  # a time of fewer letters is an interval here, a moment there

Predicate = Callable[[Expr, Pick], str]


def infix(expr: Expr, pick: Pick, predicate: Predicate, words: tuple[str, str, str]) -> str:
    """Write connectives in words, with parentheses around what they join."""
    both, either, negation = words
    match expr:
        case And(operands) | Or(operands):
            word = both if isinstance(expr, And) else either
            parts = (infix(each, pick, predicate, words) for each in operands)
            return "(" + f" {word} ".join(parts) + ")"
        case Not(operand):
            return f"{negation}({infix(operand, pick, predicate, words)})"
        case _:
            return predicate(expr, pick)


# -- letter case

_FOLDS = (("lower", str.lower), ("upper", str.upper))


def ignores_case(expr: Expr) -> TypeGuard[Comparison | Membership | Match]:
    return isinstance(expr, Comparison | Membership | Match) and expr.ignoring_case


def _folded(expr: Expr, pick: Pick) -> tuple[str, str, str, str]:
    """Return a name, what its folded text is compared by and with, and what folds it."""
    function, fold = pick(*_FOLDS)
    if not isinstance(expr, Comparison) or is_tag(expr.name) or expr.name.endswith("_at"):
        raise UnsayableError
    value = text_of(expr.value)
    if fold(fold(value)) != fold(value) or fold(value).casefold() != value.casefold():
        raise UnsayableError
    return expr.name, expr.operator, fold(value), function


# -- English

_ENGLISH = {
    "=": ("is", "equals", "is equal to"),
    "!=": ("is not", "is not equal to"),
    "<": ("is less than", "less than", "lower than"),
    "<=": ("is at most", "at most", "is less than or equal to"),
    ">": ("is greater than", "more than", "is higher than"),
    ">=": ("is at least", "at least", "greater than or equal to"),
}
_ENGLISH_TIMES = {
    "<": ("before", "is before", "older than", "earlier than"),
    ">": ("newer than", "is later than"),
    ">=": ("since",),
}
_ENGLISH_MATCHES = {
    "contains": ("contains", "does not contain"),
    "startswith": ("starts with", "does not start with"),
    "endswith": ("ends with", "does not end with"),
}


def english(expr: Expr, pick: Pick) -> str:
    words = (pick("and", "AND"), pick("or", "OR"), pick("not ", "not"))
    return infix(expr, pick, _english, words)


def _english(expr: Expr, pick: Pick) -> str:
    if ignores_case(expr):
        return f"{_english(expr.evolve(ignoring_case=False), pick)} ignoring case"
    match expr:
        case Comparison(name, operator, value):
            known = _ENGLISH_TIMES if name.endswith("_at") else {}
            spellings = (*known.get(operator, ()), *_ENGLISH[operator])
            return f"{name} {pick(*spellings)} {quoted(text_of(value))}"
        case Membership(name):
            word = (
                pick("is not one of", "is not in") if expr.negated else pick("is one of", "is in")
            )
            return f"{name} {word} ({', '.join(map(quoted, texts_of(expr)))})"
        case Between(name, low, high):
            word = "is not between" if expr.negated else "is between"
            return f"{name} {word} {quoted(text_of(low))} and {quoted(text_of(high))}"
        case Match(name, operator, value) if operator in _ENGLISH_MATCHES:
            return f"{name} {_ENGLISH_MATCHES[operator][expr.negated]} {quoted(text_of(value))}"
        case Presence(name):
            words = ("is not set", "does not exist", "is missing", "is null")
            return f"{name} {pick(*words) if expr.negated else pick('is set', 'exists')}"
        case _:
            return unparse(expr)


# -- SQL


def sql(expr: Expr, pick: Pick) -> str:
    prefix = pick("", "where ", "WHERE ", "SELECT * FROM images WHERE ", "select * from t where ")
    return prefix + sql_filter(expr, pick) + pick("", ";")


def sql_filter(expr: Expr, pick: Pick) -> str:
    """Write what comes after ``where``."""
    return infix(expr, pick, _sql, pick(("and", "or", "not "), ("AND", "OR", "NOT ")))


def _sql(expr: Expr, pick: Pick) -> str:
    if ignores_case(expr):
        name, relation, folded, function = _folded(expr, pick)
        sign = pick("<>", "!=") if relation == "!=" else relation
        return f"{pick(function, function.upper())}({name}) {sign} {_sql_string(name, folded)}"
    match expr:
        case Comparison(name, operator, value) if not is_tag(name):
            sign = pick("<>", "!=") if operator == "!=" else operator
            return f"{name} {sign} {_sql_string(name, text_of(value))}"
        case Membership(name) if not is_tag(name):
            listed = ", ".join(_sql_string(name, each) for each in texts_of(expr))
            word = pick("not in", "NOT IN") if expr.negated else pick("in", "IN")
            return f"{name} {word} ({listed})"
        case Between(name, low, high):
            word = pick("between", "BETWEEN")
            ends = (_sql_string(name, text_of(each)) for each in (low, high))
            return f"{name} {'not ' * expr.negated}{word} {' and '.join(ends)}"
        case Match(name, operator, value) if not is_tag(name):
            return _sql_like(name, operator, text_of(value), pick, negated=expr.negated)
        case Presence(name) if not is_tag(name):
            return f"{name} {pick('is null', 'IS NULL') if expr.negated else 'IS NOT NULL'}"
        case Standalone(name):
            return pick(name, f"{name} = true", f"{name} = TRUE")
        case Call():
            return infix(called(expr), pick, _sql, ("and", "or", "not "))
        case _:
            raise UnsayableError


def _sql_string(name: str, value: str) -> str:
    if "\\" in value or not value.isprintable():
        raise UnsayableError  # databases differ about it
    if name.endswith("_at") and len(value) <= _COARSE:
        raise UnsayableError
    doubled = value.replace("'", "''")
    return f"'{doubled}'"


def _sql_like(name: str, operator: str, value: str, pick: Pick, *, negated: bool) -> str:
    if operator in {"glob", "matches"}:
        raise UnsayableError
    escape = pick("!", "#", "|")
    pattern = "".join(f"{escape}{each}" if each in f"%_{escape}" else each for each in value)
    before, after = operator in {"contains", "endswith"}, operator in {"contains", "startswith"}
    word = pick("not like", "NOT LIKE") if negated else pick("like", "LIKE")
    like = f"{name} {word} {_sql_string(name, '%' * before + pattern + '%' * after)}"
    return like if pattern == value else f"{like} {pick('escape', 'ESCAPE')} '{escape}'"


# -- Python

_PYTHON = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def python(expr: Expr, pick: Pick) -> str:
    return infix(expr, pick, _python, ("and", "or", "not "))


def _python(expr: Expr, pick: Pick) -> str:
    if ignores_case(expr):
        name, relation, folded, function = _folded(expr, pick)
        return f"{name}.{function}() {_PYTHON[relation]} {_python_string(folded, pick)}"
    match expr:
        case Comparison("tag" | "tags" as name, operator, value):
            return f"{_python_string(text_of(value), pick)} {'not ' * (operator != '=')}in {name}"
        case Comparison(name, operator, value):
            return f"{name} {_PYTHON[operator]} {_python_string(text_of(value), pick)}"
        case Membership(name) if not is_tag(name):
            listed = ", ".join(_python_string(each, pick) for each in texts_of(expr))
            several = pick(f"[{listed}]", f"({listed},)", f"{{{listed}}}")
            return f"{name} {'not ' * expr.negated}in {several}"
        case Between(name, low, high):
            least, most = (_python_string(text_of(each), pick) for each in (low, high))
            within = pick(f"{least} <= {name} <= {most}", f"{most} >= {name} >= {least}")
            return f"not {within}" if expr.negated else within
        case Match(name, "contains", value) if not is_tag(name):
            return f"{_python_string(text_of(value), pick)} {'not ' * expr.negated}in {name}"
        case Match(name, "startswith" | "endswith" as operator, value) if not is_tag(name):
            call = f"{name}.{operator}({_python_string(text_of(value), pick)})"
            return f"not {call}" if expr.negated else call
        case Presence(name):
            return f"{name} is {'None' if expr.negated else 'not None'}"
        case Standalone(name):
            return pick(name, f"{name} == True", f"{name} is True")
        case Call():
            return infix(called(expr), pick, _python, ("and", "or", "not "))
        case _:
            raise UnsayableError


def _python_string(value: str, pick: Pick) -> str:
    if not value.isprintable():
        raise UnsayableError
    if value.isascii() and value.isdigit() and value == str(int(value)):
        return pick(value, repr(value))
    escaped = value.replace("\\", "\\\\")
    double, single = escaped.replace('"', '\\"'), escaped.replace("'", "\\'")
    return pick(f'"{double}"', f"'{single}'")


# -- Lucene, and Kibana's KQL


def lucene(expr: Expr, pick: Pick) -> str:
    words = pick(("AND", "OR", "NOT "), ("and", "or", "not "), ("&&", "||", "!"))
    return infix(expr, pick, _lucene, words)


def _lucene(expr: Expr, pick: Pick) -> str:
    if ignores_case(expr):
        raise UnsayableError
    match expr:
        case Comparison(name, "=", value):
            return f"{name}:{_lucene_term(text_of(value), pick)}"
        case Comparison(name, "!=", value):
            return f"NOT {name}:{_lucene_term(text_of(value), pick)}"
        case Comparison(name, operator, value):
            return f"{name}:{_lucene_range(operator, _lucene_term(text_of(value), pick), pick)}"
        case Membership(name):
            terms = " OR ".join(_lucene_term(each, pick) for each in texts_of(expr))
            return f"{'NOT ' * expr.negated}{name}:({terms})"
        case Between(name, low, high):
            least, most = (_lucene_term(text_of(each), pick) for each in (low, high))
            return f"{'NOT ' * expr.negated}{name}:[{least} TO {most}]"
        case Match(name, "startswith", value) if not is_tag(name):
            if not _is_plain(text_of(value)):
                raise UnsayableError
            return f"{pick('NOT ', '-') if expr.negated else ''}{name}:{text_of(value)}*"
        case Presence(name) if not is_tag(name):
            return f"{pick('NOT ', '-') if expr.negated else ''}{name}:*"
        case Standalone(name):
            return f"{name}:true"
        case Call():
            return infix(called(expr), pick, _lucene, ("AND", "OR", "NOT "))
        case _:
            raise UnsayableError


def _is_plain(value: str) -> bool:
    return value.isascii() and value.isalnum() and value.lower() not in {"and", "or", "not", "to"}


def _lucene_term(value: str, pick: Pick) -> str:
    if not value.isprintable() or "\\" in value or value.lower() in KEYWORDS:
        raise UnsayableError
    phrase = '"' + value.replace('"', '\\"') + '"'
    return pick(value, phrase) if _is_plain(value) else phrase


def _lucene_range(operator: str, term: str, pick: Pick) -> str:
    ranges = {
        "<": f"{{* TO {term}}}", "<=": f"[* TO {term}]", ">": f"{{{term} TO *}}",
        ">=": f"[{term} TO *]",
    }  # fmt: skip
    return pick(f"{operator}{term}", ranges[operator])


# -- filters of gcloud


def gcloud(expr: Expr, pick: Pick) -> str:
    return infix(expr, pick, _gcloud, pick(("AND", "OR", "NOT "), ("AND", "OR", "-")))


def _gcloud(expr: Expr, pick: Pick) -> str:
    if ignores_case(expr):
        raise UnsayableError
    match expr:
        case Comparison(name, operator, value):
            return f"{name}{pick('', ' ')}{operator}{_lucene_term(text_of(value), pick)}"
        case Membership(name):
            terms = " ".join(_lucene_term(each, pick) for each in texts_of(expr))
            return f"{pick('NOT ', '-') if expr.negated else ''}{name}:({terms})"
        case Presence(name) if not is_tag(name):
            return f"{pick('NOT ', '-') if expr.negated else ''}{name}:*"
        case Match(name, "matches", value):
            return f"{name}{'!~' if expr.negated else '~'}{_lucene_term(text_of(value), pick)}"
        case Standalone(name):
            return pick(f"{name}=true", f"{name}:true")
        case Call():
            return infix(called(expr), pick, _gcloud, ("AND", "OR", "NOT "))
        case _:
            raise UnsayableError
