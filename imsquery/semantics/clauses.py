"""Clauses bound to a spec: order, counts and where to go on, each as what sets it in a query."""

from __future__ import annotations

from imsquery.schema.parameters import SKIP, Member
from imsquery.semantics.formula import Atom, Count, Deferred, Order
from imsquery.semantics.literals import LiteralBinder

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable

    from imsquery.schema.parameters import Parameter
    from imsquery.semantics.formula import BoundQuery, Formula


class ClauseBinder(LiteralBinder, is_partial=True):
    """Makes functions, each of which sets a clause in a query."""

    def order(
        self, keyword: int, _by: int, keys: list[tuple[int, int] | int]
    ) -> Callable[[BoundQuery], None]:
        found: dict[Parameter, Order] = {}
        last = keyword
        for key in keys:
            name, last = (key, key) if isinstance(key, int) else key
            parameter = self._known(name)
            if parameter in found:
                self._repeated_key(parameter, name, last)
            elif parameter is not None:
                direction = None if name == last else self._lexemes[last].lower()
                found[parameter] = Order(parameter, direction, name)

        def set_order(query: BoundQuery) -> None:
            if query.order:
                self.repeated_clause("order by", keyword, last)
            else:
                query.order = list(found.values())

        return set_order

    def _repeated_key(self, parameter: Parameter, name: int, last: int) -> None:
        start, end = self.span(name - 1, last)
        is_written = not any(map(self.is_put_in, range(name - 1, last + 1)))
        self.report(
            "repeated-key",
            f"`{parameter.name}` is a sort key already; only its first place counts",
            self.span(name, last),
            *([("remove it", [(start, end, "")])] if is_written else []),
            severity="warning",
        )

    def limit(self, keyword: int, value: int) -> Callable[[BoundQuery], None]:
        return self._clause("limit", keyword, value)

    def limit_per(
        self, keyword: int, value: int, _per: int, name: int
    ) -> Callable[[BoundQuery], None]:
        number = self._clause_value(self.spec.clauses["limit"], keyword, value)
        return self._count("limit_per", "limit … per", number, self._group(name), keyword, name)

    def skip(self, keyword: int, value: int) -> Callable[[BoundQuery], None]:
        number = self._clause_value(SKIP, keyword, value)
        return self._count("skip", "skip", number, None, keyword, value)

    def skip_per(
        self, keyword: int, value: int, _per: int, name: int
    ) -> Callable[[BoundQuery], None]:
        number = self._clause_value(SKIP, keyword, value)
        return self._count("skip_per", "skip … per", number, self._group(name), keyword, name)

    def after(self, keyword: int, value: int) -> Callable[[BoundQuery], None]:
        return self._clause("after", keyword, value)

    def _clause_value(self, parameter: Parameter, keyword: int, value: int) -> Formula:
        return self._with_literals(
            keyword,
            value,
            (value,),
            lambda self, literals: self._compare(
                parameter, "=", literals[0], keyword, None, value, value
            ),
        )

    def _clause(self, which: str, keyword: int, value: int) -> Callable[[BoundQuery], None]:
        bound = self._clause_value(self.spec.clauses[which], keyword, value)

        def set_clause(query: BoundQuery) -> None:
            if getattr(query, which) is not None:
                self.repeated_clause(which, keyword, value)
            elif isinstance(bound, Atom):
                setattr(query, which, bound.value)
            elif isinstance(bound, Deferred):
                setattr(query, which, bound)

        return set_clause

    def _count(
        self,
        which: str,
        shown: str,
        number: Formula,
        per: Parameter | None,
        keyword: int,
        last: int,
    ) -> Callable[[BoundQuery], None]:
        """Return what sets a clause that requests have no parameter for.

        Args:
            which: the attribute of the query.
            shown: what to call the clause.
            number: its bound number.
            per: what groups are by; ``None`` if there are none, or if that is an error.
            keyword: its first token.
            last: its last token.
        """

        def set_count(query: BoundQuery) -> None:
            if getattr(query, which) is not None:
                self.repeated_clause(shown, keyword, last)
            elif per is None and which != "skip":
                pass
            elif isinstance(number, Deferred):
                setattr(query, which, Count(number, per, keyword, last))
            elif isinstance(number, Atom):
                setattr(query, which, Count(int(number.value), per, keyword, last))

        return set_count

    def _group(self, name: int) -> Parameter | None:
        """Return what groups are by; ``None``, with a finding, if that is impossible."""
        parameter = self._known(name)
        if parameter is None:
            return None
        if parameter.observed is None:
            message = f"cannot group by `{parameter.name}`: not in image records"
            self.report("not-observable", message, self.span(name))
        elif parameter.multiple:
            message = f"cannot group by `{parameter.name}`: {_SEVERAL}"
            self.report("bad-operator", message, self.span(name))
        else:
            return parameter
        return None

    def check_order(self, query: BoundQuery) -> None:
        """Report an order by what image records do not have, or have more than one of."""
        for order in query.order:
            if not is_sortable(order.parameter):
                name = order.parameter.name
                reason = _SEVERAL if order.parameter.observed else "not in image records"
                message = f"cannot sort by `{name}`: {reason}"
                self.report("not-observable", message, self.span(order.token))

    def _known(self, name: int) -> Parameter | None:
        """Return the parameter of a name in a clause; ``None``, with a finding, without one."""
        parameter = self.spec.find(self._lexemes[name])
        if parameter is None:
            from imsquery.semantics.unknown_names import guess

            parameter = guess(self, name, name)
        is_unlisted = type(parameter) is Member and not self._is_listed(parameter, name)
        return None if is_unlisted else parameter

    def _is_listed(self, member: Parameter, token: int) -> bool:
        """Return whether a member of the open family may be meant; report others."""
        if self.spec.is_known(member):
            return True
        from imsquery.semantics.foreign_names import report_member

        return report_member(self, member, token)


def is_sortable(parameter: Parameter) -> bool:
    """Return whether records can be sorted by a parameter."""
    return parameter.observed is not None and not parameter.multiple


_SEVERAL = "an image can have several"
