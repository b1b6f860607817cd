"""Lists that a server takes as one condition: ``name in (a, b)`` where it knows lists of names.

In a filter, a list is the disjunction of its values; only what asks a server sees it as one.
"""

from __future__ import annotations

from imsquery.schema.parameters import LIST
from imsquery.schema.wire import MAX_LIST, write_list
from imsquery.semantics.formula import And, Atom, Or, fold, leaves, map_atoms
from imsquery.semantics.simplify import simplify

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Sequence

    from imsquery.semantics.formula import Formula


class OneOf(Atom):
    """A comparison with a list; its value is the list as a request has it.

    Attributes:
        values: the values.
    """

    __slots__ = ("_atoms", "values")

    def __init__(self, atoms: Sequence[Atom], value: str) -> None:
        first, last = min(each.first for each in atoms), max(each.last for each in atoms)
        super().__init__(atoms[0].parameter, LIST, value, first, last)
        self.values = frozenset(each.value for each in atoms)
        self._atoms: list[Atom] | None = None

    def atoms(self) -> list[Atom]:
        """Return the comparison with each value."""
        if self._atoms is None:
            self._atoms = [
                Atom(self.parameter, "=", value, self.first, self.last)
                for value in sorted(self.values)
            ]
        return self._atoms


def as_one(atoms: Sequence[Atom]) -> Atom | None:
    """Return equalities of one parameter as one condition; ``None`` if the server takes no such."""
    values = {each.value for each in atoms}
    if len(values) == 1:
        return atoms[0]
    text = write_list(map(str, values)) if LIST in atoms[0].parameter.forms else None
    return None if text is None else OneOf(atoms, text)


def as_list(formula: Formula) -> Atom | None:
    """Return a disjunction as one condition that a server takes; ``None`` if it is not one."""
    if type(formula) is not Or or not formula.operands:
        return None
    atoms = [each for each in formula.operands if isinstance(each, Atom) and _is_listable(each)]
    rows = {each.parameter.wire for each in atoms}
    return as_one(atoms) if len(atoms) == len(formula.operands) and len(rows) == 1 else None


def _is_listable(part: Formula) -> bool:
    if type(part) is not Atom or LIST not in part.parameter.forms or part.relation != "=":
        return False
    return part.value not in part.parameter.scopes and write_list([str(part.value)]) is not None


def gather(formula: Formula) -> Formula:
    """Return a simplified filter with lists as one condition, or as a few if they are long."""
    if not any(_is_listable(leaf) for leaf in leaves(formula)):
        return formula

    def join(node: And | Or, parts: list[Formula]) -> Formula:
        return type(node)(_gathered(parts) if type(node) is Or else parts, node.first, node.last)

    return simplify(fold(formula, lambda leaf: leaf, lambda node, _: node, join))


def _gathered(parts: list[Formula]) -> list[Formula]:
    by_row: dict[str, dict[str, Atom]] = {}
    others: list[Formula] = []
    for part in parts:
        if isinstance(part, Atom) and _is_listable(part):
            by_row.setdefault(part.parameter.wire, {})[str(part.value)] = part
        else:
            others.append(part)
    for atoms in by_row.values():
        listed = [atoms[value] for value in sorted(atoms)]
        for start in range(0, len(listed), MAX_LIST):
            some = listed[start : start + MAX_LIST]
            one = as_one(some)
            others += some if one is None else [one]
    return others


def spread(formula: Formula) -> Formula:
    """Return a filter with lists as disjunctions, simplified."""
    if not any(isinstance(leaf, OneOf) for leaf in leaves(formula)):
        return formula

    def alternatives(atom: Atom) -> Formula:
        return Or(atom.atoms(), atom.first, atom.last) if isinstance(atom, OneOf) else atom

    return simplify(map_atoms(formula, alternatives))
