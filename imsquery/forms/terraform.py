"""Filters as a data source of Terraform, ``huaweicloud_images_images``.

Source: the provider's ``data_source_huaweicloud_images_images.go``, 2026.  It asks for all pages,
always with a status, an enterprise project and an order; it puts values into the URL as they are,
and compares names with a regular expression afterwards.
"""

from __future__ import annotations

import re

from imsquery.diagnostics.edits import clip
from imsquery.schema.huaweicloud import (
    TERRAFORM_ARGUMENTS,
    TERRAFORM_ASKS,
    TERRAFORM_CLAUSES,
    TERRAFORM_EXPRESSIONS,
    TERRAFORM_SPELLINGS,
)
from imsquery.schema.kinds import Boolean
from imsquery.semantics.clauses import is_sortable
from imsquery.semantics.formula import And, Atom, Or, Unknown

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterator

    from imsquery.schema.parameters import Parameter
    from imsquery.semantics.analysis import Analysis
    from imsquery.semantics.formula import Formula

TYPE = "huaweicloud_images_images"
_DIRECTION = "desc"  # the service's default
_CLAUSES = frozenset({"ORDER", "LIMIT", "SKIP", "AFTER", "$END"})
_unsafe_in_url = re.compile(r"[&#%+;\x00-\x1f\x7f]").search
_literal = re.compile(r"(?<!\\)((?:\\\\)*)\\Q.*?(?:\\E|$)", re.DOTALL)
# What RE2 reads and Go's regexp package does not: `\C`, and group names beyond ASCII.
_not_of_go = re.compile(r"(?<!\\)(?:\\\\)*(?:\\C|\(\?P?<\w*?[^\x00-\x7f]\w*>)").search
_template = re.compile(r"[$%](?=\{)")
_escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def arguments(analysis: Analysis, region: str) -> str:
    """Return the arguments of the data source that finds the images of a filter, in its order.

    There is one a line, laid out as by ``terraform fmt``.

    Args:
        analysis: of the query.
        region: that is asked.

    Raises:
        QueryError: there are errors, or the data source cannot do something.
    """
    found = _Arguments(analysis)
    analysis.raise_errors()
    order = {name: place for place, name in enumerate(_names())}
    written = sorted(found.written.items(), key=lambda each: order[each[0]])
    return _laid_out([("region", string(region)), *written, *found.order()])


def _names() -> Iterator[str]:
    """Yield the names of all arguments that conditions become."""
    yield from TERRAFORM_EXPRESSIONS.values()
    yield from TERRAFORM_ARGUMENTS.values()


def _laid_out(written: list[tuple[str, str]]) -> str:
    width = max(len(argument) for argument, _ in written)
    return "\n".join(f"  {argument:{width}} = {expression}" for argument, expression in written)


def block(name: str, written: str) -> Iterator[str]:
    """Yield the lines of a data source, given its arguments."""
    yield f'data "{TYPE}" "{name}" {{'
    yield written
    yield "}"


def string(text: str) -> str:
    """Return a text as a string of HCL, without any template in it."""
    doubled = _template.sub(lambda found: found[0] * 2, text)
    return f'"{"".join(map(_character, doubled))}"'


def _character(character: str) -> str:
    if character in _escapes:
        return _escapes[character]
    code = ord(character)
    if character.isprintable():
        return character
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004 -- the BMP


class _Arguments:
    """The arguments of a filter; what cannot be one is reported.

    Attributes:
        written: name -> expression.
    """

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._binder = analysis.binder
        self._asked: set[str] = set()  # the wire names of conditions
        self.written: dict[str, str] = {}
        formula = analysis.formula
        for part in formula.operands if isinstance(formula, And) else (formula,):
            self._add(part)
        self._require()
        self._check_clauses()

    def order(self) -> list[tuple[str, str]]:
        """Return the arguments of the order: the data source has another default."""
        key, direction = self._binder.spec.default_order, _DIRECTION
        for order in self._analysis.bound.order[:1]:
            key, direction = order.parameter, order.direction or direction
        if key is None:
            return []
        return [*zip(TERRAFORM_CLAUSES, map(string, (key.wire, direction)), strict=True)]

    def _add(self, part: Formula) -> None:
        if isinstance(part, Unknown):
            return  # which has a finding
        reason = self._add_atom(part) if isinstance(part, Atom) else _connective(part)
        if reason is not None:
            self._report(reason, self._binder.span(part.first, part.last))

    def _add_atom(self, atom: Atom) -> str | None:
        """Add the argument of a condition; return why there is no argument."""
        row, value = atom.parameter, str(atom.value)
        wire = row.wire
        is_first = wire not in self._asked
        self._asked.add(wire)
        if wire in TERRAFORM_ASKS and wire not in TERRAFORM_ARGUMENTS:
            asked = TERRAFORM_ASKS[wire]
            is_asked = atom.relation == "=" and value == asked
            return None if is_asked else f"the data source asks for `{row.name} = {asked}` only"
        if not is_first:
            return f"the data source compares `{row.name}` once"
        if atom.relation == "matches" and wire in TERRAFORM_EXPRESSIONS and value:
            if _not_of_go(_literal.sub(r"\1", value)):
                return "Go, which the data source uses, reads this regular expression otherwise"
            self.written[TERRAFORM_EXPRESSIONS[wire]] = string(value)
            return None
        if wire not in TERRAFORM_ARGUMENTS:
            return self._no_argument(row.name)
        if atom.relation != "=":
            also = " and `matches`" if wire in TERRAFORM_EXPRESSIONS else ""
            return f"the data source compares `{row.name}` by `=`{also} only"
        reason = _refused(row, value)
        if reason is None:
            written = TERRAFORM_SPELLINGS.get((wire, value), value)
            is_flag = isinstance(row.kind, Boolean)
            self.written[TERRAFORM_ARGUMENTS[wire]] = written if is_flag else string(written)
        return reason

    def _no_argument(self, name: str) -> str:
        parameters = self._binder.spec.parameters
        for wire, argument in TERRAFORM_ARGUMENTS.items():
            if argument == name:
                other = parameters[wire].name
                return f"the data source cannot filter by `{name}`; its `{name}` is `{other}` here"
        return f"the data source cannot filter by `{name}`"

    def _require(self) -> None:
        """Report what the data source asks for and the filter does not."""
        rows = self._binder.spec.parameters
        missing = [
            f"{rows[wire].name} = {value}"
            for wire, value in TERRAFORM_ASKS.items()
            if wire not in self._asked
        ]
        if not missing:
            return
        written = self._analysis.bound.filter
        start, end = self._binder.span(written.first, written.last)
        added = " and ".join(missing)
        if self._binder.tokens.kinds[written.first] in _CLAUSES:
            edits, end = [(start, start, f"{added} ")], start
        elif isinstance(written, Or):
            edits = [(start, start, f"{added} and ("), (end, end, ")")]
        else:
            edits = [(end, end, f" and {added}")]
        self._report(
            f"the data source always asks for `{added}`", (start, end), (f"add `{added}`", edits)
        )

    def _check_clauses(self) -> None:
        bound, binder = self._analysis.bound, self._binder
        binder.check_order(bound)
        for order in bound.order[1:]:
            self._report("the data source sorts by one attribute", binder.span(order.token))
        for order in bound.order[:1]:
            if is_sortable(order.parameter) and not order.parameter.sortable:
                reason = f"the data source cannot sort by `{order.parameter.name}`"
                self._report(reason, binder.span(order.token))
        for token, kind in enumerate(binder.tokens.kinds):
            if kind in {"LIMIT", "SKIP", "AFTER"}:
                reason = f"the data source has no `{kind.lower()}`: it lists all images"
                self._report(reason, binder.span(token, token + 1))

    def _report(
        self,
        reason: str,
        span: tuple[int, int],
        *fixes: tuple[str, list[tuple[int, int, str]]],
    ) -> None:
        self._binder.report("not-expressible", reason, span, *fixes)


def _connective(part: Formula) -> str:
    if isinstance(part, Or):
        joins = "the data source joins conditions by `and` only"
        return joins if part.operands else "no data source finds nothing"
    return "the data source cannot filter by what a value is not"


def _refused(row: Parameter, value: str) -> str | None:
    """Return why the data source cannot ask for a value."""
    if not value or (value == "false" and isinstance(row.kind, Boolean)):
        shown = "`false`" if value else "an empty value"
        return f"the data source takes {shown} for no condition"
    if _unsafe_in_url(value):
        return f"the data source puts `{clip(value)}` into the URL without encoding it"
    for (other, meant), spelling in TERRAFORM_SPELLINGS.items():
        if (other, spelling) == (row.wire, value):
            return f"the data source takes `{spelling}` for `{meant}`"
    return None
