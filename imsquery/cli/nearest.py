"""What images have in place of what a condition asks for.

Derived from the bound condition: from its parts that compare a value and are not negated.
"""

from __future__ import annotations

from datetime import datetime

from imsquery.diagnostics.suggest import nearest
from imsquery.evaluation.attributes import read, read_list
from imsquery.language.lexer import spell
from imsquery.language.operators import NOCASE
from imsquery.schema.kinds import Boolean, Integer
from imsquery.semantics.formula import And, Atom, Not, Or, fold_text, leaves, map_atoms

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from imsquery.schema.parameters import Parameter
    from imsquery.semantics.formula import Formula

    Record = Mapping[str, Any]
    Value = str | int

_MOST = 3  # values to name
_MOST_ASKED = 10  # values of a condition to look for; the cost is the product of both
_MOST_SHOWN = 1_000  # values that images have
_COMPARED = frozenset({"=", "<", "<=", ">", ">="})
_FOLDED = frozenset({"=", "contains", "startswith", "endswith", "glob"})


# -- letter case


def folded(condition: Formula) -> Formula | None:
    """Return a condition whose texts ignore letter case; ``None`` if it has none."""
    texts = [leaf for leaf in leaves(condition) if isinstance(leaf, Atom) and _is_text(leaf)]
    return map_atoms(condition, _fold) if texts else None


def _is_text(atom: Atom) -> bool:
    parameter = atom.parameter
    is_text = not (parameter.is_time or isinstance(parameter.kind, Boolean | Integer))
    return is_text and atom.relation in _FOLDED


def _fold(atom: Atom) -> Atom:
    return fold_text(atom, atom.last) if _is_text(atom) else atom


# -- values


class Near:
    """Collects the values that images have for what a condition asks for.

    Args:
        condition: the bound condition.
    """

    def __init__(self, condition: Formula) -> None:
        self._asked: dict[Parameter, list[Value]] = {}
        self._shown: dict[Parameter, set[Value]] = {}
        for atom in _positive(condition):
            if (
                atom.relation.removesuffix(NOCASE) in _COMPARED
                and atom.parameter.observed is not None
            ):
                self._asked.setdefault(atom.parameter, []).append(atom.value)
                self._shown.setdefault(atom.parameter, set())

    def add(self, record: Record) -> None:
        """Add the values of an image."""
        for row, shown in self._shown.items():
            if len(shown) < _MOST_SHOWN:
                shown.update(_values(row, record))

    def values(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the name of each parameter with the values nearest to those asked for.

        Numbers and times are near by their distance, texts by their spelling.
        """
        for row, asked in self._asked.items():
            near = _near(row, asked[:_MOST_ASKED], self._shown[row])[:_MOST]
            if near:
                yield row.name, tuple(near)


def _positive(condition: Formula) -> Iterator[Atom]:
    """Yield the atoms that are not negated, in text order."""
    pending = [(condition, True)]
    while pending:
        node, is_positive = pending.pop()
        if isinstance(node, And | Or):
            pending += [(each, is_positive) for each in reversed(node.operands)]
        elif isinstance(node, Not):
            pending.append((node.operand, not is_positive))
        elif isinstance(node, Atom) and is_positive:
            yield node


def _values(row: Parameter, record: Record) -> list[Value]:
    if row.multiple:
        return [*read_list(record.get(str(row.observed)))]
    value = read(row, record)
    return [] if value is None else [value]


def _near(row: Parameter, asked: list[Value], shown: set[Value]) -> list[str]:
    if row.is_time or isinstance(row.kind, Integer):
        wanted = [_place(each) for each in asked]
        found = sorted((min(abs(_place(each) - one) for one in wanted), each) for each in shown)
        return [spell(str(each)) for _, each in found]
    names = sorted(map(str, shown))
    near = [each for one in asked for each in nearest(str(one), names)]
    return [spell(each) for each in dict.fromkeys(near)]


def _place(value: Value) -> float:
    """Return where a number or a time lies, to measure distances."""
    return value if isinstance(value, int) else datetime.fromisoformat(value).timestamp()
