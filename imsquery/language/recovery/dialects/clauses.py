"""Conditions of other dialects that are clauses here: ``limit = 5`` among others."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from imsquery.language._tables import KEYWORDS
from imsquery.language.lexer import is_word, unquote
from imsquery.language.recovery.dialects.reading import parses, sign
from imsquery.language.recovery.piece import CLAUSES, VALUES, Piece
from imsquery.language.recovery.vocabulary import ORDER_BY, SORT, SORT_MARKS

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Sequence

    from imsquery.language.algebra import Algebra


_SORTS = SORT | ORDER_BY


def lift_clauses(pieces: Sequence[Piece], algebra: Algebra) -> tuple[Sequence[Piece], bool]:
    """Return the tokens of a filter with the conditions that are clauses at its end.

    Only where all conditions must hold, and each clause is there once and valid as one.

    Returns:
        The tokens, and whether they certainly say the same: without a direction, ``sort`` is
        ascending elsewhere.
    """
    following = pairwise(piece.kind for piece in pieces)
    parts = _conjuncts(pieces[:-1])
    if not parts or any(kind in CLAUSES and after != "OPERATOR" for kind, after in following):
        return pieces, True
    named = [(_clause(part, algebra), part) for part in parts]
    counts = Counter(clause for clause, _ in named)
    values = {clause: part[-1] for clause, part in named if clause and counts[clause] == 1}
    lifted = _written(values, algebra)
    if not lifted:
        return pieces, True
    kept: list[Piece] = []
    for clause, part in named:
        if clause not in values:
            kept += [*sign("and", part[0].start), *part] if kept else part
    made = [*kept, *lifted, pieces[-1]]
    if not parses(made):
        return pieces, True
    is_sorted = any(clause == "order by" and _sorts(part) for clause, part in named)
    is_directed = any(piece.kind == "DIRECTION" for piece in lifted)
    return made, is_directed or not is_sorted


def _conjuncts(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Return the parts that ``and`` joins outside parentheses; none if ``or`` joins some."""
    parts: list[list[Piece]] = [[]]
    depth = 0
    for piece in pieces:
        depth += (piece.kind == "LPAR") - (piece.kind == "RPAR")
        if piece.kind == "OR" and depth == 0:
            return []
        if piece.kind == "AND" and depth == 0:
            parts.append([])
        else:
            parts[-1].append(piece)
    return parts


def _clause(part: list[Piece], algebra: Algebra) -> str:
    """Return the clause that a condition sets; empty if it is a filter."""
    is_equality = len(part) == 3 and part[1].lexeme in {"=", "=="}  # noqa: PLR2004 -- name, sign, value
    if not is_equality or part[2].kind not in VALUES:
        return ""
    return "order by" if _sorts(part) else algebra.clause_of(part[0].lexeme)


def _sorts(part: list[Piece]) -> bool:
    """Return whether a condition begins with another language's word for ``order by``."""
    return part[0].lexeme.lower().replace("-", "_") in _SORTS


def _key(written: str) -> list[str]:
    """Return a sort key and its direction, if one is written in one word with it."""
    for mark, direction in SORT_MARKS.items():
        key = written.removeprefix(mark) if len(mark) == 1 else written.removesuffix(mark)
        if key != written:
            return [key, direction]
    return [written]


def _written(values: dict[str, Piece], algebra: Algebra) -> list[Piece]:
    """Return the tokens of clauses, or nothing if a value is invalid for its clause."""
    written: list[Piece] = []
    key, direction = values.get("order by"), values.get("direction")
    if key is not None or direction is not None:
        words = _key(_plain(key)) if key else [algebra.default_order]
        words += [_plain(direction)] if direction else []
        if not all(words) or (direction and KEYWORDS.get(words[-1].lower()) != "DIRECTION"):
            return []
        written += sign(f"order by {' '.join(words)}", (key or values["direction"]).start)
    for clause in ("skip", "limit", "after"):
        value = values.get(clause)
        if value is not None:
            written += [*sign(clause, value.start), value]
    return written


def _plain(value: Piece) -> str:
    """Return a value that is a word, or a keyword in quotes; else an empty text."""
    text = unquote(value.lexeme)[0] if value.kind == "STRING" else value.lexeme
    return text if value.kind != "PLACEHOLDER" and is_word(text) else ""
