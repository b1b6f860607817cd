"""Text bound to a spec: names become parameters, literals typed values; or else, findings.

The binder is an algebra of the parser: it makes formulas as the text is read, without a tree.
"""

from __future__ import annotations

import re
from functools import partial

from imsquery.diagnostics.edits import Safe, clip
from imsquery.language.lexer import spell
from imsquery.language.operators import EQUALITY, MATCH, NOCASE, OPERATORS
from imsquery.schema.kinds import RefusedValue, Tag
from imsquery.schema.parameters import HOLE, SKIP, Member
from imsquery.semantics.clauses import ClauseBinder
from imsquery.semantics.formula import (
    And,
    Atom,
    BoundQuery,
    Deferred,
    Not,
    Or,
    Unknown,
    fold_case,
    leaves,
    map_atoms,
    map_deferred,
)

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from imsquery.language.lexer import Tokens
    from imsquery.schema.parameters import Function, Parameter
    from imsquery.semantics.formula import Formula

    Fix = tuple[str, list[tuple[int, int, str]]]


class Binder(ClauseBinder):
    """Makes a :class:`BoundQuery` of a text; arguments are those of :class:`LiteralBinder`."""

    # -- for recovery

    def reread(self, tokens: Tokens) -> None:
        super().reread(tokens)
        self._lexemes = tokens.lexemes
        self._kinds = tokens.kinds
        self.outline = None

    def broken(self, first: int, last: int) -> Formula:
        if first != last and self.spec.find(self._lexemes[first]) is None:
            from imsquery.semantics.unknown_names import guess

            guess(self, first, last)
        return Unknown(first, last)

    def is_standalone(self, name: str) -> bool:
        parameter = self.spec.find(name)
        return parameter is not None and parameter.kind.standalone

    def clause_of(self, name: str) -> str:
        parameter = SKIP if name.lower() == SKIP.name else self.spec.find(name)
        return (parameter is not None and parameter.clause) or ""

    @property
    def default_order(self) -> str:  # type: ignore[override]
        row = self.spec.default_order
        return "" if row is None else row.name

    def takes_arguments(self, name: str) -> bool:
        return name.lower() in self.spec.functions

    def is_time(self, name: str) -> bool:
        known = None if self.spec.find(name) else self.spec.foreign(name)
        meanings = [name] if known is None else known.meanings
        rows = [self.spec.find(each) for each in meanings]
        return any(row is not None and row.is_time for row in rows)

    def is_choice(self, name: str, value: str) -> bool:
        parameter = self.spec.find(name)
        choices = () if parameter is None else parameter.kind.choices
        return value.lower() in {choice.lower() for choice in choices}

    def refuses_all(self, name: str) -> bool:
        compared = [
            self.spec.parameters[wire].kind.choices
            for function in self.spec.functions.get(name.lower(), ())
            for wire, value in function.conditions
            if value == "{0}" and wire in self.spec.parameters
        ]
        return any(choices and "all" not in choices for choices in compared)

    # -- queries and connectives

    def query(self, filter: Formula, clauses: list[Callable[[BoundQuery], None]]) -> BoundQuery:  # noqa: A002
        query = self.query_of_filter(filter)
        for clause in clauses:
            clause(query)
        return query

    def query_of_filter(self, filter: Formula) -> BoundQuery:  # noqa: A002
        if self.doubts or self.is_deferred:
            self.report_doubts(filter)
        return BoundQuery(filter)

    def query_of_clauses(self, clauses: list[Callable[[BoundQuery], None]]) -> BoundQuery:
        return self.query(And((), 0, 0), clauses)

    def query_of_nothing(self) -> BoundQuery:
        return BoundQuery(And((), 0, 0))

    def disjunction(self, operands: list[Formula]) -> Formula:
        for operand in operands:
            if type(operand) is And and operand.bare:
                start, end = self.span(operand.first, operand.last)
                fix = Safe("add parentheses", [(start, start, "("), (end, end, ")")])
                self.report(
                    "mixed-and-or",
                    "`and` binds tighter than `or`; add parentheses",
                    (start, end),
                    *([fix] if self.may_enclose else []),
                    severity="warning",
                )
        return Or(operands, operands[0].first, operands[-1].last)

    def conjunction(self, operands: list[Formula]) -> Formula:
        node = And(operands, operands[0].first, operands[-1].last)
        node.bare = True
        return node

    def negation(self, keyword: int, operand: Formula) -> Formula:
        return Not(operand, keyword, operand.last)

    def group(self, opening: int, operand: Formula, closing: int) -> Formula:
        operand.first = opening
        operand.last = closing
        if type(operand) is And:
            operand.bare = False
        return operand

    def everything(self, keyword: int) -> Formula:
        return And((), keyword, keyword)

    def nothing(self, keyword: int) -> Formula:
        return Or((), keyword, keyword)

    # -- predicates

    def comparison(self, name: int, operator: int, value: int) -> Formula:
        parameter = self._filterable(name, value)
        if parameter is None:
            return Unknown(name, value)
        relation = OPERATORS[self._lexemes[operator]]
        if relation not in parameter.kind.operators:
            return self._bad_operator(parameter, self._lexemes[operator], name, operator, value)
        if parameter.observed is None and relation not in EQUALITY:
            return self._not_observable(name, operator, value)
        if self._kinds[value] == "WORD":
            literal = self._lexemes[value]
            return self._compare(parameter, relation, literal, name, operator, value, value)
        return self._with_literals(
            name,
            value,
            (value,),
            lambda self, literals: self._compare(
                parameter, relation, literals[0], name, operator, value, value
            ),
            comparison=(parameter, relation),
        )

    def membership(
        self, name: int, _in: int, _open: int, values: list[int], closing: int
    ) -> Formula:
        return self._membership(name, values, closing)

    def non_membership(
        self, name: int, _not: int, _in: int, _open: int, values: list[int], closing: int
    ) -> Formula:
        return Not(self._membership(name, values, closing), name, closing)

    def list_membership(self, name: int, _in: int, value: int) -> Formula:
        return self._membership(name, [value], value, is_list=True)

    def list_non_membership(self, name: int, _not: int, _in: int, value: int) -> Formula:
        return Not(self._membership(name, [value], value, is_list=True), name, value)

    def _membership(
        self, name: int, values: list[int], last: int, *, is_list: bool = False
    ) -> Formula:
        parameter = self._filterable(name, last)
        if parameter is None:
            return Unknown(name, last)

        def build(self: Binder, literals: Sequence[str]) -> Formula:
            tokens = values * len(literals) if is_list else values
            operands = [
                self._compare(parameter, "=", literal, name, None, token, last)
                for literal, token in zip(literals, tokens, strict=True)
            ]
            return Or(operands, name, last)

        if is_list:
            self.is_deferred = True
            return Deferred(name, last, values, build, is_list=True)
        return self._with_literals(name, last, values, build)

    def between(self, name: int, keyword: int, low: int, _and: int, high: int) -> Formula:
        parameter = self._filterable(name, high)
        if parameter is None:
            return Unknown(name, high)
        if not parameter.kind.ordered:
            return self._bad_operator(parameter, "between", name, keyword, high)
        if parameter.observed is None:
            return self._not_observable(name, keyword, high)
        return self._with_literals(
            name,
            high,
            (low, high),
            lambda self, literals: And(
                (
                    self._compare(parameter, ">=", literals[0], name, None, low, high),
                    self._compare(parameter, "<=", literals[1], name, None, high, high),
                ),
                name,
                high,
            ),
            comparison=(parameter, "between"),
        )

    def not_between(
        self, name: int, _not: int, keyword: int, low: int, and_: int, high: int
    ) -> Formula:
        return Not(self.between(name, keyword, low, and_, high), name, high)

    def match(self, name: int, operator: int, value: int) -> Formula:
        parameter = self._filterable(name, value)
        if parameter is None:
            return Unknown(name, value)
        relation = self._lexemes[operator].lower()
        if not parameter.kind.operators & MATCH:
            return self._bad_operator(parameter, relation, name, operator, value)
        if parameter.observed is None:
            return self._not_observable(name, operator, value)
        return self._with_literals(
            name,
            value,
            (value,),
            lambda self, literals: self._match(
                parameter, relation, literals[0], name, operator, value
            ),
        )

    def non_match(self, name: int, _not: int, operator: int, value: int) -> Formula:
        return Not(self.match(name, operator, value), name, value)

    def ignoring_case(self, condition: Formula, ignoring: int, case: int) -> Formula:
        name = condition.first
        relation = OPERATORS.get(self._lexemes[name + 1], "=")
        if type(condition) is Unknown:
            return condition
        if relation not in EQUALITY:
            return self._heeds_case(relation, name, ignoring, case)
        return self.fold_case(condition, ignoring, case)

    def fold_case(self, formula: Formula, ignoring: int, case: int) -> Formula:
        """Return a condition on texts that ignores letter case."""
        folded = map_atoms(formula, lambda atom: self._folded(atom, case))
        folded = map_deferred(folded, lambda later: _fold_later(later, ignoring, case))
        folded.last = case
        hidden = next((each for each in leaves(folded) if _is_hidden(each)), None)
        if hidden is None:
            return folded
        name = self._lexemes[formula.first]
        message = f"`{name}` is not in image records; the server compares it with its letter case"
        self.report("not-observable", message, self.span(ignoring, case))
        return Unknown(formula.first, case)

    def _folded(self, atom: Atom, case: int) -> Atom:
        folded = fold_case(atom, case)
        if id(atom) in self.doubts:
            self.doubts[id(folded)] = (folded, *self.doubts.pop(id(atom))[1:])
        return folded

    def _heeds_case(self, relation: str, name: int, ignoring: int, case: int) -> Formula:
        _, end = self.span(ignoring - 1)
        self.report(
            "bad-operator",
            f"unexpected `ignoring case` after `{relation}`; it goes with `=`, `!=`, `in` and "
            "matching operators",
            self.span(ignoring, case),
            ("remove `ignoring case`", [(end, self.span(case)[1], "")]),
        )
        return Unknown(name, case)

    def presence(self, name: int, is_: int, what: int) -> Formula:
        parameter = self._filterable(name, what)
        if parameter is None:
            return Unknown(name, what)
        if parameter.observed is None:
            return self._not_observable(name, is_, what)
        present = Atom(parameter, "present", "", name, what)
        return present if self._lexemes[what].lower() == "present" else Not(present, name, what)

    def standalone(self, name: int) -> Formula:
        parameter = self._filterable(name, name)
        if parameter is None:
            from imsquery.semantics.unknown_names import read_colon

            return read_colon(self, name) or Unknown(name, name)
        if not parameter.kind.standalone:
            self._missing_operator(parameter, name)
            return Unknown(name, name)
        return Atom(parameter, "=", "true", name, name)

    def call_without_arguments(self, name: int, opening: int, closing: int) -> Formula:
        return self.call(name, opening, [], closing)

    def call(self, name: int, _opening: int, arguments: list[int], closing: int) -> Formula:
        written = self._lexemes[name]
        overloads = self.spec.functions.get(written.lower())
        if overloads is None:
            from imsquery.semantics.unknown_names import report_function

            return report_function(self, name, closing) or Unknown(name, closing)
        for function in overloads:
            if len(arguments) == len(function.parameters) or (function.variadic and arguments):
                build = partial(_apply, function, name, closing, arguments)
                return self._with_literals(name, closing, arguments, build)
        expected = " or ".join(f"`{function.signature}`" for function in overloads)
        count = f"{len(arguments)} argument{'s' * (len(arguments) != 1)}"
        message = f"expected {expected}; got {count}"
        self.report("bad-arguments", message, self.span(name, closing))
        return Unknown(name, closing)

    # -- names and operators

    def _filterable(self, name: int, last: int) -> Parameter | None:
        """Return the parameter of a name; ``None``, with a finding, if it cannot filter."""
        parameter = self._names.get(self._lexemes[name])
        if parameter is None:
            parameter = self.spec.find(self._lexemes[name])
            if parameter is None and self._kinds[name] == "SKIP":
                parameter = SKIP
            elif parameter is None:
                from imsquery.semantics.unknown_names import guess

                parameter = guess(self, name, last)
                if parameter is None:
                    return None
            if type(parameter) is Member and not self._is_listed(parameter, name):
                return None
        if parameter.clause is not None:
            from imsquery.semantics.misplaced_clauses import report_clause

            report_clause(self, parameter, name, self.through_case(last))
            return None
        return parameter

    def _bad_operator(
        self, parameter: Parameter, written: str, name: int, operator: int, last: int
    ) -> Formula:
        accepted = [f"`{each}`" for each in _OPERATORS if each in parameter.kind.operators]
        self.report(
            "bad-operator",
            f"unexpected `{written}` after `{self._lexemes[name]}` ({parameter.kind.name}); "
            f"expected {', '.join(accepted)}",
            self.span(operator),
        )
        return Unknown(name, last)

    def _missing_operator(self, parameter: Parameter, name: int) -> None:
        _, end = self.span(name)
        fixes: list[Fix] = []
        # What recovery left out after the name may have been an operator.
        gap = self.tokens.text[end : self.span(name + 1)[0]]
        if parameter.is_time and self._kinds[name + 1] == "AFTER":
            place = self.span(name + 1)
            self.report("syntax", "use `>`, not `after`", place, ("write `>`", [(*place, ">")]))
            return
        if parameter.observed is not None and not gap.partition("#")[0].strip():
            fixes.append(("write `is present`", [(end, end, " is present")]))
        message = f"expected an operator and a value after `{self._lexemes[name]}`"
        self.report("bad-operator", message, self.span(name), *fixes)

    def _not_observable(self, name: int, operator: int, last: int) -> Formula:
        self.report(
            "not-observable",
            f"`{self._lexemes[name]}` is not in image records; only `=` can filter by it",
            self.span(operator),
        )
        return Unknown(name, last)

    # -- functions

    def conditions(
        self, function: Function, first: int, last: int, token: int, arguments: Sequence[str]
    ) -> list[Formula]:
        """Return the conditions of a call, or of one argument of a variadic call."""
        made: list[Formula] = []
        for wire, value in function.conditions:
            parameter = self.spec.parameters.get(wire) or self._member(wire, arguments, token)
            literal = _fill(value, arguments) if "{" in value else value
            if parameter is None:
                made.append(Unknown(first, last))
            elif function.relation != "=":
                made.append(self._keyed(parameter, function.relation, literal, first, token, last))
            else:
                made.append(self._compare(parameter, "=", literal, first, None, token, last))
        return made

    def _member(self, wire: str, arguments: Sequence[str], token: int) -> Parameter | None:
        """Return the flag that an argument in a wire name makes of it."""
        place = int(wire[len(self.spec.family) + 1 : -1])
        return self._feature(arguments[place], token)

    def _keyed(
        self, parameter: Parameter, relation: str, literal: str, first: int, token: int, last: int
    ) -> Formula:
        """Bind a condition on the key of a tag."""
        kind = parameter.kind
        assert isinstance(kind, Tag)  # noqa: S101 -- as extended specs are checked
        try:
            return Atom(parameter, relation, kind.read_key(literal), first, last)
        except RefusedValue as refused:
            phrase = f"{parameter.name} = {spell(literal)}"
            is_bound = self._kinds[token] == "PLACEHOLDER"
            edits = [(*self.span(first, last), phrase)]
            fixes: list[Fix] = [] if is_bound else [(f"write `{clip(phrase)}`", edits)]
            message = f"invalid key `{clip(literal)}`; expected {refused.message}"
            self.report(refused.code, message, self.span(token), *fixes)
            return Unknown(first, last)

    def _feature(self, literal: str, token: int) -> Parameter | None:
        """Return the flag of a feature or board type; ``None``, with a finding, if it has none."""
        prefix = self.spec.family.lstrip("_")
        ending = literal.lstrip("_").lower()
        # `supports(support_kvm)` hardly means `__support_support_kvm`, which can be written out.
        parameter = None if ending.startswith(prefix) else self.spec.feature(literal)
        if type(parameter) is Member and not self._is_listed(parameter, token):
            return None
        if parameter is not None and parameter.kind.standalone:
            return parameter
        fixes: list[Fix] = []
        if parameter is not None:
            message = f"`{literal}` is not a flag; compare it: `{parameter.name} = …`"
        else:
            message = f"invalid feature `{clip(literal)}`; expected letters, digits and `_`"
            ending = ending.removeprefix(prefix)
            if ending != literal and self.spec.feature(ending):
                fixes.append((f"write `{ending}`", [(*self.span(token), spell(ending))]))
        self.report("bad-arguments", message, self.span(token), *fixes)
        return None


def _apply(
    function: Function,
    first: int,
    last: int,
    tokens: Sequence[int],
    binder: Binder,
    literals: Sequence[str],
) -> Formula:
    """Return the conjunction that a call means."""
    if function.variadic:
        conditions = [
            condition
            for token, literal in zip(tokens, literals, strict=True)
            for condition in binder.conditions(function, first, last, token, (literal,))
        ]
    else:
        token = tokens[0] if tokens else first
        conditions = binder.conditions(function, first, last, token, literals)
    return conditions[0] if len(conditions) == 1 else And(conditions, first, last)


def _fold_later(waiting: Deferred, ignoring: int, case: int) -> Deferred:
    """Return a condition that ignores letter case once it has its values."""

    def build(binder: Binder, literals: Sequence[str]) -> Formula:
        return binder.fold_case(waiting.build(binder, literals), ignoring, case)

    return Deferred(waiting.first, case, waiting.tokens, build, is_list=waiting.is_list)


def _is_hidden(leaf: Formula) -> bool:
    return type(leaf) is Atom and leaf.parameter.observed is None and leaf.relation.endswith(NOCASE)


def _fill(template: str, arguments: Sequence[str]) -> str:
    """Fill a template in one pass, so that no argument is read as a template itself."""
    return re.sub(HOLE, lambda match: arguments[int(match[1])], template)


_OPERATORS = (
    "=", "!=", "<", "<=", ">", ">=", "contains", "startswith", "endswith", "glob", "matches",
)  # fmt: skip
