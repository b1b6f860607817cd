"""The conditions around a position in a filter, and whether others are compatible with them."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from itertools import islice, pairwise

from imsquery.language.lalr import parse_tokens
from imsquery.language.lexer import Tokens
from imsquery.semantics.analysis import bind
from imsquery.semantics.binder import Binder
from imsquery.semantics.consistency import check_consistency
from imsquery.semantics.formula import And, Atom, Not, Or, Unknown, leaves
from imsquery.semantics.simplify import simplify

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from typing import Any

    from imsquery.diagnostics.source import Span
    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec
    from imsquery.semantics.analysis import Analysis
    from imsquery.semantics.formula import BoundQuery, Formula

HOLE = "?"  # parses as a name that no parameter has
_BUDGET = 400_000  # conditions and words examined in all; about half a second
_MOST_VALUES = 16
LONGEST_KEPT = 100  # of the texts that are remembered


class Texts:
    """Texts around one position, each analyzed once.

    Args:
        spec: the parameters.
        now: what ``now`` and ``today`` mean.
    """

    def __init__(self, spec: Spec, now: datetime) -> None:
        self.spec = spec
        self.now = now
        self._analyses: dict[str, Analysis] = {}

    def analyze(self, text: str) -> Analysis:
        """Return the analysis of a text, consistency included."""
        analysis = self._analyses.get(text)
        if analysis is None:
            analysis = self._analyses[text] = bind(Tokens(text), self.spec, now=self.now)
            analysis.check_consistency()
        return analysis

    def unanswered(self, text: str) -> int:
        """Count the conditions of a query that require one that is missing."""
        return sum(each.code == "requires" for each in self.analyze(text).findings)


class Context:
    """The conditions that surround one condition of a filter.

    They are its siblings in each ``and`` around it (under a ``not``, in each ``or``): where they do
    not hold, it makes no difference. Other alternatives do not concern it.

    Args:
        text: the filter.
        part: the span of the one condition.
        texts: analyzes the filter.
        lacks_and: whether an ``and`` is missing after the condition.

    Attributes:
        fixed: wire names of parameters that have a value, or none: nothing can be added about them.
        missing: wire names of parameters that a condition requires and that are not there.
        may_require: whether a condition may require another one, which can be added: not under a
            `not`, where it would take an `or`.
    """

    def __init__(self, text: str, part: Span, texts: Texts, *, lacks_and: bool = False) -> None:
        self._spec = texts.spec
        self._now = texts.now
        hole = f" {HOLE} {'and ' * lacks_and}"
        holed = f"{text[: part.start]}{hole}{text[part.end :]}"
        self._negated, context = _around(texts.analyze(holed), part.start + 1)
        self.may_require = not self._negated
        self.fixed: set[str] = set()
        self.missing: set[str] = set()
        self._note(context)
        # With what each requires, which will have to be added.
        parts = (part for each in context for part in _conjuncts(simplify(each)))
        self._context = [self._completed(each) for each in parts]
        self._mentioning: dict[str, list[int]] = {}  # wire name -> the conditions with it
        for index, formula in enumerate(self._context):
            for wire in _wires(formula):
                self._mentioning.setdefault(wire, []).append(index)
        self._sizes = [sum(1 for _ in leaves(each)) for each in self._context]
        self._budget = _BUDGET
        self._before: dict[tuple[int, ...], Counter[str]] = {}

    def _note(self, context: list[Formula]) -> None:
        whole = simplify(And(context, 0, 0))
        for literal in _conjuncts(whole):
            if type(literal) is not Atom:
                continue
            self.fixed.update(self._spec.exclusive.get(literal.parameter.wire, ()))
            if literal.relation == "=":
                if not literal.parameter.multiple or literal.parameter.observed is None:
                    self.fixed.add(literal.parameter.wire)
                if literal.parameter.requires is not None and not self._negated:
                    self.missing.add(literal.parameter.requires[0])
        self.missing -= self.fixed

    def values(self, parameter: Parameter) -> list[str | int]:
        """Return some of the values that the conditions compare a parameter with."""
        found = (
            leaf.value
            for index in self._mentioning.get(parameter.wire, ())
            for leaf in leaves(self._context[index])
            if type(leaf) is Atom and leaf.parameter is parameter and leaf.relation != "present"
        )
        return list(dict.fromkeys(islice(found, _MOST_VALUES)))

    def affords(self, size: int) -> bool:
        """Charge a text of this many words to the budget; return whether it was not spent."""
        self._budget -= size
        return self._budget >= 0

    def admits(self, text: str) -> bool:
        """Return whether a whole condition or clause is valid and compatible with the context.

        What it requires is taken to be there, since it can be added. The answer is ``False`` once
        the budget is spent.
        """
        bound = self._read(text)
        return bound is not None and self._is_compatible(bound.filter)

    def reads(self, text: str) -> bool:
        """Return whether a whole condition or clause is valid, compatible or not."""
        return self._read(text) is not None

    def _read(self, text: str) -> BoundQuery | None:
        """Return a bound text; ``None`` if there are errors in a part of it."""
        if len(text) > LONGEST_KEPT:
            return _read(text, self._spec, self._now)[0]
        bound, is_volatile = _read_again(text, self._spec)
        return _read(text, self._spec, self._now)[0] if is_volatile else bound

    def _is_compatible(self, formula: Formula) -> bool:
        signed = simplify(Not(formula, 0, 0) if self._negated else formula)
        completed = self._completed(signed)
        wires = _wires(completed)
        wires.update(*(self._spec.exclusive.get(wire, ()) for wire in [*wires]))
        chosen = tuple(sorted({each for wire in wires for each in self._mentioning.get(wire, ())}))
        self._budget -= 1 + sum(self._sizes[index] for index in chosen)
        if self._budget < 0:
            return False
        added = completed if self.may_require else signed
        if not chosen and type(added) is Atom and added.parameter.requires is None:
            return True  # alone, it contradicts nothing
        found = self._faults(chosen, added)
        if found and chosen not in self._before:
            self._before[chosen] = self._faults(chosen)
        return not found or found <= self._before[chosen]

    def _faults(self, chosen: Iterable[int], *more: Formula) -> Counter[str]:
        """Count the findings about some of the conditions, and more."""
        counter = _FaultCounter(Tokens(""), self._spec)
        written = And([*(self._context[index] for index in chosen), *more], 0, 0)
        check_consistency(simplify(written), written, counter)
        return counter.found

    def _completed(self, formula: Formula) -> Formula:
        """Add what the conditions of a simplified filter require."""
        if not any(type(leaf) is Atom and leaf.parameter.requires for leaf in leaves(formula)):
            return formula
        if type(formula) is And or type(formula) is Or:
            return type(formula)([self._completed(each) for each in formula.operands], 0, 0)
        if type(formula) is Atom and formula.parameter.requires is not None:
            wire, value = formula.parameter.requires
            return And((formula, Atom(self._spec.parameters[wire], "=", value, 0, 0)), 0, 0)
        return formula


def _read(text: str, spec: Spec, now: datetime | None) -> tuple[BoundQuery | None, bool]:
    """Return a bound text, if it is without errors, and whether the clock was read for it."""
    tokens = Tokens(text)
    counter = _FaultCounter(tokens, spec, now=now)
    bound: BoundQuery | None = parse_tokens(tokens, counter)
    if bound is not None:
        counter.check_order(bound)
    return None if counter.errors else bound, counter.volatile


@lru_cache(maxsize=1024)
def _read_again(text: str, spec: Spec) -> tuple[BoundQuery | None, bool]:
    """Read a text that is tried after each keystroke."""
    return _read(text, spec, None)


class _FaultCounter(Binder):
    """Binds a text and counts the findings."""

    def __init__(self, tokens: Tokens, spec: Spec, **options: Any) -> None:
        super().__init__(tokens, spec, **options)
        self.found: Counter[str] = Counter()
        self.errors = 0

    def span(self, *_tokens: object, **_named: object) -> tuple[int, int]:
        """Return any span, since none is reported."""
        return 0, 0

    def report(self, code: str, *_: object, severity: str = "error", **_named: object) -> None:
        """Count a finding."""
        self.found[code] += 1
        self.errors += severity == "error"


def _conjuncts(formula: Formula) -> Sequence[Formula]:
    return formula.operands if type(formula) is And else (formula,)


def _wires(formula: Formula) -> set[str]:
    return {leaf.parameter.wire for leaf in leaves(formula) if type(leaf) is Atom}


def _around(analysis: Analysis, offset: int) -> tuple[bool, list[Formula]]:
    """Return whether a condition is negated, and the conditions that hold along with it."""
    path = _path(analysis.bound.filter, analysis.binder, offset)
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
    """Return the nodes from the root to the unreadable condition at an offset."""
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
