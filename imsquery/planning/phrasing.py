"""Bound filters as text, the same for filters that differ only in the order of their parts."""

from __future__ import annotations

from imsquery.frozen import Frozen
from imsquery.language.lexer import spell
from imsquery.language.operators import KEYED, NOCASE
from imsquery.schema.kinds import Flag, Integer
from imsquery.semantics.formula import And, Atom, Not, Or, fold

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from imsquery.schema.parameters import Parameter
    from imsquery.semantics.formula import Formula


class _Phrase(Frozen):
    """A text, and its outermost connective: ``and``, ``or`` or nothing."""

    text: str
    joiner: str = ""


def phrase(formula: Formula) -> str:
    """Write a bound filter in the language, with its parts sorted as text."""
    return fold(formula, _leaf, _negation, _connective).text


class Phrasing:
    """Writes filters that have parts in common; each part is written once."""

    def __init__(self) -> None:
        self._known: dict[Formula, _Phrase] = {}

    def phrase(self, formula: Formula) -> str:
        """Write a filter as :func:`phrase` does."""
        if not isinstance(formula, And | Or):
            return self._part(formula).text
        return _connective(formula, [self._part(each) for each in formula.operands]).text

    def _part(self, part: Formula) -> _Phrase:
        known = self._known.get(part)
        if known is None:
            known = self._known[part] = fold(part, self._leaf, _negation, _connective)
        return known

    def _leaf(self, leaf: Formula) -> _Phrase:
        known = self._known.get(leaf)
        if known is None:
            known = self._known[leaf] = _leaf(leaf)
        return known


def phrase_atom(atom: Atom) -> str:
    """Write one condition."""
    parameter = atom.parameter
    if atom.relation == "present":
        return f"{parameter.name} is present"
    if isinstance(parameter.kind, Flag):
        return f"{parameter.name}"
    if atom.relation == KEYED:
        return f"{KEYED}({_value(atom)})"
    nocase = NOCASE if atom.relation.endswith(NOCASE) else ""
    return f"{parameter.name} {atom.relation.removesuffix(NOCASE)} {_value(atom)}{nocase}"


def _leaf(leaf: Formula) -> _Phrase:
    return _Phrase(phrase_atom(leaf) if isinstance(leaf, Atom) else "?")


def _negation(node: Not, operand: _Phrase) -> _Phrase:
    inner = node.operand
    if isinstance(inner, Atom) and inner.relation == "present":
        return _Phrase(f"{inner.parameter.name} is absent")
    if (
        isinstance(inner, Atom)
        and inner.relation.removesuffix(NOCASE) == "="
        and not isinstance(inner.parameter.kind, Flag)
    ):
        return _Phrase(operand.text.replace(" = ", " != ", 1))
    return _Phrase(f"not ({operand.text})" if operand.joiner else f"not {operand.text}")


def _connective(node: And | Or, parts: list[_Phrase]) -> _Phrase:
    if not parts:
        return _Phrase("all" if isinstance(node, And) else "none")
    if len(parts) == 1:
        return parts[0]
    joiner = "and" if isinstance(node, And) else "or"
    lists: dict[Parameter, set[str]] = {}
    texts: set[str] = set()
    for operand, part in zip(node.operands, parts, strict=True):
        item = _item(operand, negated=joiner == "and")
        if item is not None:
            lists.setdefault(item.parameter, set()).add(_value(item))
        else:
            texts.add(f"({part.text})" if part.joiner else part.text)
    negation = "not " if joiner == "and" else ""
    for parameter, values in lists.items():
        listed = ", ".join(sorted(values))
        one = f"{parameter.name} {'!=' if negation else '='} {listed}"
        texts.add(one if len(values) == 1 else f"{parameter.name} {negation}in ({listed})")
    return _Phrase(f" {joiner} ".join(sorted(texts)), joiner if len(texts) > 1 else "")


def _item(operand: Formula, *, negated: bool) -> Atom | None:
    """Return an operand as the equality that fits into ``in`` or ``not in``, if it is one."""
    inner = operand.operand if negated and isinstance(operand, Not) else operand
    if (isinstance(operand, Not) is not negated) or not isinstance(inner, Atom):
        return None
    is_listed = inner.relation == "=" and not isinstance(inner.parameter.kind, Flag)
    return inner if is_listed else None


def _value(atom: Atom) -> str:
    is_number = isinstance(atom.parameter.kind, Integer)
    return str(atom.value) if is_number else spell(str(atom.value))
