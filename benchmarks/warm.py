"""Warm, uncached compiles: compared with peers on equivalent filters, and by size."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import UTC, datetime
from operator import attrgetter

import harness
import queries

from imsquery import Limits
from imsquery import compile as compile_query

# A given time, rather than the clock, keeps results out of the cache.
_UNCACHED = datetime(2026, 1, 1, tzinfo=UTC)
_LARGE = Limits(length=10**7, depth=10**5, count=10**6)


def ours(text: str) -> harness.Call:
    return lambda: compile_query(text, now=_UNCACHED, limits=_LARGE)


def jmespath(count: int) -> harness.Call:
    library = importlib.import_module("jmespath.parser")
    text = queries.jmespath(count)

    def call() -> object:
        library.Parser._CACHE.clear()  # noqa: SLF001 -- no public way to empty it
        return library.Parser().parse(text)

    return call


def _peer(module: str, function: str, write: Callable[[int], str]) -> Callable[[int], harness.Call]:
    """Make the contender that calls a function of a module with a text."""

    def make(count: int) -> harness.Call:
        parse = attrgetter(function)(importlib.import_module(module))
        text = write(count)
        return lambda: parse(text)

    return make


def odata(count: int) -> harness.Call:
    grammar = importlib.import_module("odata_query.grammar")
    lexer, parser, text = grammar.ODataLexer(), grammar.ODataParser(), queries.odata(count)
    return lambda: parser.parse(lexer.tokenize(text))


def cel(count: int) -> harness.Call:
    environment, text = importlib.import_module("celpy").Environment(), queries.cel(count)
    return lambda: environment.compile(text)


def optimade(count: int) -> harness.Call:
    parser = importlib.import_module("optimade.filterparser").LarkParser()
    text = queries.optimade(count)
    return lambda: parser.parse(text)


# Name -> what makes the call for a number of clauses. Each checks the syntax; none of them knows
# names or types, or writes a canonical form.
PEERS: dict[str, Callable[[int], harness.Call]] = {
    "jmespath": jmespath,
    "cql2 (Rust)": _peer("cql2", "Expr", queries.sql),
    "odata-query": odata,
    "pygeofilter": _peer("pygeofilter.parsers.ecql", "parse", queries.sql),
    "luqum": _peer("luqum.parser", "parser.parse", queries.lucene),
    "sqlglot": _peer("sqlglot", "parse_one", queries.sql),
    "cel-python": cel,
    "optimade": optimade,
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
    header = ["", *(f"{size} clause{'s' * (size > 1)}" for size in sizes)]
    note = (
        "Warm and uncached. imsquery parses, checks, simplifies and writes the query string; each "
        "peer only parses, and its figures are multiples of ours."
    )
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
    header = ["per clause", "10", "100", "1,000", "10,000", "ratio of 10,000 to 10"]
    return harness.table("Growth", header, rows)


def main(rounds: int) -> str:
    return "\n".join([against_peers(rounds), by_size(rounds)])


if __name__ == "__main__":
    print(main(harness.rounds()))
