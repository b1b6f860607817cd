"""Warm compiles of texts that differ each time: compared with peers, and by size."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from operator import attrgetter

import harness
import queries

from imsquery import Limits
from imsquery import compile as compile_query

Parse = Callable[[str], object]
Write = Callable[[list[queries.Condition]], str]

SIZES = {
    **{f"{size} clause{'s' * (size > 1)}": size for size in (1, 3, 10, 30, 100)},
    "README's example": 0,
}
_TEXTS = 640  # more than the cache of `compile` holds
_CHUNK = 10  # texts of one call
_LARGE = Limits(length=10**7, depth=10**5, count=10**6)


def jmespath() -> Parse:
    library = importlib.import_module("jmespath.parser")

    def parse(text: str) -> object:
        library.Parser._CACHE.clear()  # noqa: SLF001 -- no public way to empty it
        return library.Parser().parse(text)

    return parse


def _parser(module: str, function: str) -> Callable[[], Parse]:
    def load() -> Parse:
        parse: Parse = attrgetter(function)(importlib.import_module(module))
        return parse

    return load


def odata() -> Parse:
    grammar = importlib.import_module("odata_query.grammar")
    lexer, parser = grammar.ODataLexer(), grammar.ODataParser()
    return lambda text: parser.parse(lexer.tokenize(text))


def cel() -> Parse:
    parse: Parse = importlib.import_module("celpy").Environment().compile
    return parse


def optimade() -> Parse:
    parse: Parse = importlib.import_module("optimade.filterparser").LarkParser().parse
    return parse


def _sqlglot() -> str:
    """Return the name of sqlglot, which may be installed in a compiled form."""
    try:
        file = importlib.import_module("sqlglot.parser").__file__ or ""
    except ImportError:
        return "sqlglot"
    return f"sqlglot ({'pure Python' if file.endswith('.py') else 'compiled'})"


# Name -> how it loads, and how it writes a filter.  Each checks the syntax; none of them knows
# names or types, or writes a canonical form.
PEERS: dict[str, tuple[Callable[[], Parse], Write]] = {
    "jmespath": (jmespath, queries.jmespath),
    "cql2 (Rust)": (_parser("cql2", "Expr"), queries.sql),
    "odata-query": (odata, queries.odata),
    "pygeofilter": (_parser("pygeofilter.parsers.ecql", "parse"), queries.sql),
    "luqum": (_parser("luqum.parser", "parser.parse"), queries.lucene),
    _sqlglot(): (_parser("sqlglot", "parse_one"), queries.sql),
    "cel-python": (cel, queries.cel),
    "optimade": (optimade, queries.optimade),
}
OURS: dict[str, Write] = {
    "imsquery": queries.ours_called,
    "imsquery, values quoted": queries.ours_quoted,
    "imsquery, to be simplified": queries.ours_negated,
}


def _call(parse: Parse, texts: Sequence[str]) -> harness.Call:
    """Return what parses the next few texts."""
    endless = cycle(texts)

    def call() -> None:
        for text in islice(endless, _CHUNK):
            parse(text)

    return call


def _contenders(size: int) -> dict[str, harness.Call]:
    drawn = queries.drawn(size, _TEXTS)
    found = {
        name: _call(compile_query, [write(each) for each in drawn]) for name, write in OURS.items()
    }
    for name, (load, write) in PEERS.items():
        try:
            found[name] = _call(load(), [write(each) for each in drawn])
        except ImportError:
            continue
    return found


def against_peers(rounds: int) -> str:
    rows: dict[str, list[str]] = {}
    for size in SIZES.values():
        times = harness.measure(_contenders(size), rounds)
        for name, seconds in times.items():
            row = rows.setdefault(name, [name])
            shown = f"{times.ratio(name, 'imsquery'):.2f}x"
            row.append(harness.microseconds(seconds / _CHUNK) if name == "imsquery" else shown)
    note = (
        f"Warm; {_TEXTS} different texts in turn, more than are cached: conditions in any order on "
        "names that\npeople filter by, then on board types, with ids, names, dates and numbers at "
        "random. imsquery parses,\nchecks and writes the query string; each peer only parses. All "
        "but the first row are multiples of it.\nPeers quote all values. To be simplified is the "
        "same filter as `not (… or …)`, which has no shortcut."
    )
    return harness.table("Compile", ["", *SIZES], list(rows.values())) + f"\n{note}\n"


def by_size(rounds: int) -> str:
    shapes = {"and-chain": queries.chain, "nested": queries.nested, "`in` list": queries.listed}
    rows = []
    for name, make in shapes.items():
        sizes = (10, 100, 1_000, 10_000)
        calls: dict[str, harness.Call] = {str(size): _uncached(make(size)) for size in sizes}
        times = harness.measure(calls, min(rounds, 7))
        per_clause = [times[str(size)] / size for size in sizes]
        cells = [harness.microseconds(each) for each in per_clause]
        rows.append([name, *cells, harness.ratio(per_clause[-1], per_clause[0])])
    header = ["per clause", "10", "100", "1,000", "10,000", "ratio of 10,000 to 10"]
    note = "Board types that a spec does not list are kept by name, up to 1,024 of them."
    return harness.table("Growth", header, rows) + f"\n{note}\n"


def _uncached(text: str) -> harness.Call:
    return lambda: compile_query(text, limits=_LARGE)  # other limits are not cached


def main(rounds: int) -> str:
    return "\n".join([against_peers(rounds), by_size(rounds)])


if __name__ == "__main__":
    print(main(harness.rounds()))
