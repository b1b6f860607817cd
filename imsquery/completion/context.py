"""What a filter says around one place in it, and which conditions go with that."""

from __future__ import annotations

from collections import Counter
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

from imsquery.language.lalr import parse_tokens
from imsquery.language.lexer import Tokens
from imsquery.semantics.analysis import bind
from imsquery.semantics.binder import Binder
from imsquery.semantics.consistency import check_consistency
from imsquery.semantics.formula import And, Atom, Not, Or, Unknown, leaves
from imsquery.semantics.simplify import simplify

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec
    from imsquery.semantics.formula import BoundQuery, Formula

HOLE = "?"  # parses as a name, and is none
_MOST_EFFORT = 400_000  # conditions and words looked at in all; about half a second
_MOST_VALUES = 16


class Surroundings:
    """The conditions that hold wherever the one at a place is looked at.

    Those are its siblings in each ``and`` around it (under a ``not``, in each ``or``).  Other
    alternatives say nothing about it.

    Args:
        text: of the filter.
        begin: offset of the condition at the place.
        end: offset behind it.
        spec: the parameters.
        now: what ``now`` and ``today`` mean.
        is_apart: what is behind it is another condition, and an ``and`` is missing.
    """

    def __init__(
        self,
        text: str,
        begin: int,
        end: int,
        spec: Spec,
        now: datetime,
        *,
        is_apart: bool = False,
    ) -> None:
        self._spec = spec
        self._now = now
        hole = f" {HOLE} {'and ' * is_apart}"
        holed = f"{text[:begin]}{hole}{text[end:]}"
        self._negated, context = _context(holed, begin + 1, spec, now)
        self.fixed: set[str] = set()
        """Wire names of parameters that have one value, or none: no more can be said of them."""
        self.missing: set[str] = set()
        """Wire names of the parameters that something around asks for, and that are not there."""
        self._take_in(context)
        # Along with what each asks for: that will have to be added.
        self._context = [self._completed(simplify(each)) for each in context]
        self._mentioned = [_wires(each) for each in self._context]
        self._sizes = [sum(1 for _ in leaves(each)) for each in self._context]
        self._effort = _MOST_EFFORT
        self._before: dict[tuple[int, ...], Counter[str]] = {}

    def _take_in(self, context: list[Formula]) -> None:
        whole = simplify(And(context, 0, 0))
        for literal in whole.operands if type(whole) is And else (whole,):
            if type(literal) is not Atom:
                continue
            self.fixed.update(self._spec.exclusive.get(literal.parameter.wire, ()))
            if literal.relation == "=":
                if not literal.parameter.multiple:
                    self.fixed.add(literal.parameter.wire)
                if literal.parameter.requires is not None and not self._negated:
                    self.missing.add(literal.parameter.requires[0])
        self.missing -= self.fixed

    def values(self, parameter: Parameter) -> list[str | int]:
        """Give some of what a parameter is compared with around the place."""
        found = (
            leaf.value
            for formula, wires in zip(self._context, self._mentioned, strict=True)
            if parameter.wire in wires
            for leaf in leaves(formula)
            if type(leaf) is Atom and leaf.parameter is parameter and leaf.relation != "present"
        )
        return list(dict.fromkeys(islice(found, _MOST_VALUES)))

    def affords(self, size: int) -> bool:
        """Tell whether another text of so many words may be looked at, and count it as if it was.

        Where much has been looked at, the answer is no from then on.
        """
        self._effort -= size
        return self._effort >= 0

    def admit(self, text: str) -> bool:
        """Tell whether a whole condition or clause parses, is right, and goes with what is around.

        Conditions that it asks for are taken as if they were there: they can be added.  Where there
        is so much around that the answer would take long, it is no after some answers.
        """
        tokens = Tokens(text)
        tally = _Tally(tokens, self._spec, now=self._now)
        bound: BoundQuery | None = parse_tokens(tokens, tally)
        if bound is None:
            return False
        tally.check_order(bound)
        return not tally.errors and self._goes_with(bound.filter)

    def _goes_with(self, formula: Formula) -> bool:
        signed = Not(formula, 0, 0) if self._negated else formula
        completed = self._completed(simplify(signed))
        wires = _wires(completed)
        wires.update(*(self._spec.exclusive.get(wire, ()) for wire in [*wires]))
        chosen = tuple(
            index for index, others in enumerate(self._mentioned) if not wires.isdisjoint(others)
        )
        self._effort -= 1 + sum(self._sizes[index] for index in chosen)
        if self._effort < 0:
            return False
        if chosen not in self._before:
            self._before[chosen] = self._faults(chosen)
        return self._faults(chosen, completed) <= self._before[chosen]

    def _faults(self, chosen: Iterable[int], *more: Formula) -> Counter[str]:
        """Count the findings about some of the conditions around, with others."""
        tally = _Tally(Tokens(""), self._spec)
        written = And([*(self._context[index] for index in chosen), *more], 0, 0)
        check_consistency(simplify(written), written, tally)
        return tally.found

    def _completed(self, formula: Formula) -> Formula:
        """Give a simplified filter along with what its conditions ask for."""
        if not any(type(leaf) is Atom and leaf.parameter.requires for leaf in leaves(formula)):
            return formula
        if type(formula) is And or type(formula) is Or:
            return type(formula)([self._completed(each) for each in formula.operands], 0, 0)
        if type(formula) is Atom and formula.parameter.requires is not None:
            wire, value = formula.parameter.requires
            return And((formula, Atom(self._spec.parameters[wire], "=", value, 0, 0)), 0, 0)
        return formula


def unanswered(text: str, spec: Spec, now: datetime) -> int:
    """Count the conditions of a query that are answered only together with one that is missing."""
    analysis = bind(Tokens(text), spec, now=now)
    analysis.check_consistency()
    return sum(each.code == "requires" for each in analysis.findings)


class _Tally(Binder):
    """Binds a text, and only counts what is wrong with it."""

    def __init__(self, tokens: Tokens, spec: Spec, **options: Any) -> None:
        super().__init__(tokens, spec, **options)
        self.found: Counter[str] = Counter()
        self.errors = 0

    def span(self, first: int, last: int | None = None) -> tuple[int, int]:  # noqa: ARG002
        return 0, 0

    def report(  # what is wrong is all that is asked
        self,
        code: str,
        message: str,  # noqa: ARG002
        span: object,  # noqa: ARG002
        *fixes: object,  # noqa: ARG002
        severity: str = "error",
    ) -> None:
        self.found[code] += 1
        self.errors += severity == "error"


def _wires(formula: Formula) -> set[str]:
    return {leaf.parameter.wire for leaf in leaves(formula) if type(leaf) is Atom}


def _context(text: str, place: int, spec: Spec, now: datetime) -> tuple[bool, list[Formula]]:
    """Give whether a place is negated, and the conditions that hold along with it."""
    analysis = bind(Tokens(text), spec, now=now)
    path = _path(analysis.bound.filter, analysis.binder, place)
    negated = False
    context: list[Formula] = []
    for node, child in pairwise(path):
        if type(node) is Not:
            negated = not negated
        elif type(node) is (Or if negated else And):
            siblings = [each for each in node.operands if each is not child]
            context += [Not(each, 0, 0) for each in siblings] if negated else siblings
    return negated, context


def _path(root: Formula, binder: Binder, offset: int) -> Sequence[Formula]:
    """Give the nodes from the root to the unreadable condition at an offset."""
    parents: dict[int, Formula] = {}
    pending = [root]
    while pending:
        node = pending.pop()
        children: Sequence[Formula] = ()
        if type(node) is And or type(node) is Or:
            children = node.operands
        elif type(node) is Not:
            children = (node.operand,)
        elif type(node) is Unknown and _lies_in(binder.span(node.first, node.last), offset):
            path: list[Formula] = [node]
            while id(path[-1]) in parents:
                path.append(parents[id(path[-1])])
            return path[::-1]
        for child in children:
            parents[id(child)] = node
            pending.append(child)
    return ()


def _lies_in(span: tuple[int, int], offset: int) -> bool:
    return span[0] <= offset < span[1]
