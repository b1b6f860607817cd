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
        library.Parser._CACHE.clear()  # noqa: SLF001 -- there is no other way to empty it
        return library.Parser().parse(text)

    return call


def _peer(module: str, function: str, write: Callable[[int], str]) -> Callable[[int], harness.Call]:
    """Make the contender that hands a text to a function of a module."""

    def make(count: int) -> harness.Call:
        owner: object = importlib.import_module(module)
        for name in function.split("."):
            owner = getattr(owner, name)
        parse: Callable[[str], object] = owner  # type: ignore[assignment]
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


# Name -> what makes the call for a number of clauses.  Each parses and checks its syntax; none
# of them knows names or types, or writes a canonical form.
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
    header = ["warm, uncached", *(f"{size} clause{'s' * (size > 1)}" for size in sizes)]
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
