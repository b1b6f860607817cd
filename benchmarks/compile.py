"""A warm compile, nothing cached: against peers that parse the like filter, and by size."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import UTC, datetime

import harness
import queries

from imsquery import Limits
from imsquery import compile as compile_query

# A time that is given, rather than read from the clock, keeps a result out of the cache.
_UNCACHED = datetime(2026, 1, 1, tzinfo=UTC)
_LARGE = Limits(length=10**7, depth=10**5, count=10**6)


def ours(text: str) -> harness.Call:
    return lambda: compile_query(text, now=_UNCACHED, limits=_LARGE)


def jmespath(count: int) -> harness.Call:
    library = importlib.import_module("jmespath.parser")
    text = queries.jmespath(count)

    def call() -> object:
        library.Parser._CACHE.clear()
        return library.Parser().parse(text)

    return call


def _peer(
    module: str, make: Callable[[object, int], harness.Call]
) -> Callable[[int], harness.Call]:
    return lambda count: make(importlib.import_module(module), count)


def _odata(_: object, count: int) -> harness.Call:
    grammar = importlib.import_module("odata_query.grammar")
    lexer, parser, text = grammar.ODataLexer(), grammar.ODataParser(), queries.odata(count)
    return lambda: parser.parse(lexer.tokenize(text))


def _cel(module: object, count: int) -> harness.Call:
    text = queries.cel(count)
    environment = module.Environment()  # type: ignore[attr-defined]
    return lambda: environment.compile(text)


def _optimade(module: object, count: int) -> harness.Call:
    text, parser = queries.optimade(count), module.LarkParser()  # type: ignore[attr-defined]
    return lambda: parser.parse(text)


# Name -> what makes the call for a number of clauses.  Each parses and checks its syntax; none
# of them knows names or types, or writes a canonical form.
PEERS: dict[str, Callable[[int], harness.Call]] = {
    "jmespath": jmespath,
    "cql2 (Rust)": _peer("cql2", lambda m, n: lambda t=queries.sql(n): m.Expr(t)),  # type: ignore[attr-defined, misc]
    "odata-query": _peer("odata_query.grammar", _odata),
    "pygeofilter": _peer(
        "pygeofilter.parsers.ecql",
        lambda m, n: lambda t=queries.sql(n): m.parse(t),  # type: ignore[attr-defined, misc]
    ),
    "luqum": _peer(
        "luqum.parser",
        lambda m, n: lambda t=queries.lucene(n): m.parser.parse(t),  # type: ignore[attr-defined, misc]
    ),
    "sqlglot": _peer(
        "sqlglot",
        lambda m, n: lambda t=queries.sql(n): m.parse_one(t),  # type: ignore[attr-defined, misc]
    ),
    "cel-python": _peer("celpy", _cel),
    "optimade": _peer("optimade.filterparser", _optimade),
}


def against_peers(rounds: int) -> str:
    sizes = (1, 3, 10, 30, 100)
    rows: dict[str, list[str]] = {}
    for size in sizes:
        contenders = {"imsquery": ours(queries.ours(size))}
        for name, make in PEERS.items():
            try:
                contenders[name] = make(size)
            except ImportError:
                continue
        times = harness.measure(contenders, rounds)
        for name, seconds in times.items():
            shown = harness.ratio(seconds, times["imsquery"])
            row = rows.setdefault(name, [name])
            row.append(harness.microseconds(seconds) if name == "imsquery" else shown)
    header = ["warm, uncached", *(f"{size} clauses" for size in sizes)]
    note = "imsquery checks, simplifies and emits; each peer parses only.  Times as many as ours."
    return harness.table("Compile", header, list(rows.values())) + f"\n{note}\n"


def by_size(rounds: int) -> str:
    shapes = {"and-chain": queries.chain, "nested": queries.nested, "`in` list": queries.listed}
    rows = []
    for name, make in shapes.items():
        sizes = (10, 100, 1_000, 10_000)
        times = harness.measure({str(size): ours(make(size)) for size in sizes}, min(rounds, 7))
        per_clause = [times[str(size)] / size for size in sizes]
        cells = [harness.microseconds(each) for each in per_clause]
        rows.append([name, *cells, harness.ratio(per_clause[-1], per_clause[0])])
    header = ["per clause", "10", "100", "1,000", "10,000", "10,000 against 10"]
    return harness.table("Growth", header, rows)


def main(rounds: int) -> str:
    return "\n".join([against_peers(rounds), by_size(rounds)])


if __name__ == "__main__":
    print(main(harness.rounds()))
