"""The conditions around a position in a filter, and whether others are compatible with them."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from itertools import islice, pairwise

from imsquery.language.lalr import parse_tokens
from imsquery.language.lexer import Tokens
from imsquery.language.parser import parse_with
from imsquery.semantics.analysis import Analysis
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
    from imsquery.semantics.formula import BoundQuery, Formula

HOLE = "?"  # parses as a name that no parameter has
_BUDGET = 400_000  # conditions and words examined in all; about half a second
_MOST_VALUES = 16
_NO_TOKENS = Tokens("")
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
            tokens = Tokens(text)
            binder = _HoleBinder(tokens, self.spec, now=self.now)
            analysis = self._analyses[text] = Analysis(*parse_with(binder, tokens))
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
        self._context = [_completed(each, self._spec) for each in parts]
        self._mentioning: dict[str, list[int]] = {}  # wire name -> the conditions with it
        self._sizes: list[int] = []
        for index, formula in enumerate(self._context):
            found = [*leaves(formula)]
            self._sizes.append(len(found))
            for wire in _wires(found):
                self._mentioning.setdefault(wire, []).append(index)
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

    def values(self, parameter: Parameter, *, equal: bool = False) -> list[str | int]:
        """Return some of the values that the conditions compare a parameter with.

        Args:
            parameter: what is compared.
            equal: by equality alone.
        """
        found = (
            leaf.value
            for index in self._mentioning.get(parameter.wire, ())
            for leaf in leaves(self._context[index])
            if type(leaf) is Atom
            and leaf.parameter.wire == parameter.wire
            and (leaf.relation == "=" or (leaf.relation != "present" and not equal))
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
        read = self._read(text)
        return read is not None and self._is_compatible(read.signed(negated=self._negated))

    def reads(self, text: str) -> bool:
        """Return whether a whole condition or clause is valid, compatible or not."""
        return self._read(text) is not None

    def _read(self, text: str) -> _Condition | None:
        """Return what a text says; ``None`` if there are errors in a part of it."""
        if len(text) > LONGEST_KEPT:
            return _read(text, self._spec, self._now)[0]
        read, is_volatile = _read_again(text, self._spec)
        return _read(text, self._spec, self._now)[0] if is_volatile else read

    def _is_compatible(self, one: _Signed) -> bool:
        found = {each for wire in one.wires for each in self._mentioning.get(wire, ())}
        chosen = tuple(sorted(found))
        self._budget -= 1 + sum(self._sizes[index] for index in chosen)
        if self._budget < 0:
            return False
        added = one.completed if self.may_require else one.formula
        if not chosen and type(added) is Atom and added.parameter.requires is None:
            return True  # alone, it contradicts nothing
        faults = self._faults(chosen, added)
        if faults and chosen not in self._before:
            self._before[chosen] = self._faults(chosen)
        return not faults or faults <= self._before[chosen]

    def _faults(self, chosen: Iterable[int], *more: Formula) -> Counter[str]:
        """Count the findings about some of the conditions, and more."""
        counter = _FaultCounter(_NO_TOKENS, self._spec)
        written = And([*(self._context[index] for index in chosen), *more], 0, 0)
        check_consistency(simplify(written), written, counter)
        return counter.found


class _Signed:
    """A condition as it is compared with those around it.

    Attributes:
        formula: the condition, simplified.
        completed: the same with what it requires.
        wires: wire names of the parameters on which it may contradict others.
    """

    __slots__ = ("completed", "formula", "wires")

    def __init__(self, formula: Formula, spec: Spec) -> None:
        self.formula = simplify(formula)
        self.completed = _completed(self.formula, spec)
        self.wires = _wires(leaves(self.completed))
        self.wires.update(*(spec.exclusive.get(wire, ()) for wire in [*self.wires]))


class _Condition:
    """A condition without errors; a clause is one that always holds."""

    __slots__ = ("_formula", "_signed", "_spec")

    def __init__(self, formula: Formula, spec: Spec) -> None:
        self._formula = formula
        self._spec = spec
        self._signed: dict[bool, _Signed] = {}

    def signed(self, *, negated: bool) -> _Signed:
        """Return the condition or its complement."""
        if negated not in self._signed:
            formula = Not(self._formula, 0, 0) if negated else self._formula
            self._signed[negated] = _Signed(formula, self._spec)
        return self._signed[negated]


def _completed(formula: Formula, spec: Spec) -> Formula:
    """Add what the conditions of a simplified filter require."""
    if type(formula) is Atom:
        if formula.parameter.requires is None:
            return formula
        wire, value = formula.parameter.requires
        return And((formula, Atom(spec.parameters[wire], "=", value, 0, 0)), 0, 0)
    if type(formula) is not And and type(formula) is not Or:
        return formula
    if not any(type(leaf) is Atom and leaf.parameter.requires for leaf in leaves(formula)):
        return formula
    return type(formula)([_completed(each, spec) for each in formula.operands], 0, 0)


def _read(text: str, spec: Spec, now: datetime | None) -> tuple[_Condition | None, bool]:
    """Return what a text says, if it is without errors, and whether the clock was read for it."""
    tokens = Tokens(text)
    counter = _FaultCounter(tokens, spec, now=now)
    bound: BoundQuery | None = parse_tokens(tokens, counter)
    if bound is None:
        return None, counter.volatile
    counter.check_order(bound)
    return None if counter.errors else _Condition(bound.filter, spec), counter.volatile


@lru_cache(maxsize=1024)
def _read_again(text: str, spec: Spec) -> tuple[_Condition | None, bool]:
    """Read a text that is tried after each keystroke."""
    return _read(text, spec, None)


class _HoleBinder(Binder):
    """Binds a text with a hole, about which there is nothing to report."""

    def standalone(self, name: int) -> Formula:
        if self._lexemes[name] == HOLE:
            return Unknown(name, name)
        return super().standalone(name)


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


def _wires(found: Iterable[Formula]) -> set[str]:
    return {leaf.parameter.wire for leaf in found if type(leaf) is Atom}


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
