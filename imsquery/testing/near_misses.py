"""Strategies for near misses: texts that are valid but for one fault."""

from __future__ import annotations

from attrs import frozen
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from imsquery.language._tables import KEYWORDS
from imsquery.language.lexer import spell
from imsquery.language.operators import EQUALITY, ORDER
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.schema.kinds import Boolean, Enumeration, Flag, Identifier, Integer, Text, Time
from imsquery.schema.parameters import Parameter
from imsquery.schema.spec import Spec
from imsquery.schema.versions import Version
from imsquery.testing.spelling import filters
from imsquery.testing.wire import encoded, pairs


@frozen
class NearMiss:
    """A text with one fault, and the code of its finding."""

    text: str
    code: str


def near_misses(spec: Spec = CLOUDIMAGES) -> SearchStrategy[NearMiss]:
    """Return a strategy for filters with one fault in a name, value, operator, call or syntax."""
    faults = st.one_of([st.sampled_from(each) for each in spec.once(_faults)])
    others = st.none() | filters(spec, max_predicates=2)
    return st.builds(_join, others, faults, is_first=st.booleans())


def _join(other: str | None, fault: NearMiss, *, is_first: bool) -> NearMiss:
    if other is None:
        return fault
    parts = [fault.text, f"({other}\n)"] if is_first else [f"({other}\n)", fault.text]
    return NearMiss("\nand ".join(parts), fault.code)


def _faults(spec: Spec) -> list[list[NearMiss]]:
    """Return all single faults, by what they are about."""
    rows = [row for row in spec.parameters.values() if row.clause is None]
    return [
        [fault for row in rows for fault in _values(row)],
        [fault for row in rows for fault in _names(row, spec)] + _foreign_names(spec),
        [fault for row in rows for fault in _operators(row)],
        _calls(spec) + _features(spec),
        _clauses(spec),
        _syntax(next((row for row in rows if row.kind.name == "text"), rows[0])),
    ]


def _values(row: Parameter) -> list[NearMiss]:
    """Return comparisons with values that a type nearly takes."""
    kind = row.kind
    code = "bad-value"
    if isinstance(kind, Enumeration):
        code = "unlisted-value" if kind.is_open else code
        known = {value.casefold() for value in kind.values}
        wrong = [each for value in kind.values for each in _misspelt(value) if each not in known]
    elif isinstance(kind, Boolean):
        wrong = ["yes", "tru", "1", "false"] if isinstance(kind, Flag) else ["yes", "fals", "0"]
    elif isinstance(kind, Time):
        wrong = ["2018-13", "2018-02-30", "2018-1-1", "10:00", "2018-10-28T10:00:00.5Z", "now-7"]
    elif isinstance(kind, Integer):
        wrong = ["many", "1.5", "0x40", "1e3", "٤٠", "1_000"]
        wrong += [str(each + 1) for each in kind.values if each + 1 not in kind.values]
        wrong += ["+64GB", "-64GB", "1e3GB", "64 Gb/s", "1.0000001PB" if row.unit else "64GB"]
    else:
        wrong = []
    made = [NearMiss(f"{row.name} = {spell(each)}", code) for each in wrong]
    if isinstance(kind, Version):
        wrong = ["x", "7.", ".7", "7..1", "v7", "7.x", "7*"]
        made = [NearMiss(f"{row.name} < {each}", code) for each in wrong]
    if isinstance(kind, Integer) and not kind.values:
        ends = [kind.least - 1 if kind.least is not None else None, kind.most and kind.most + 1]
        outside = [each for each in ends if each is not None] + [2**63]
        made += [NearMiss(f"{row.name} = {each}", "out-of-range") for each in outside]
    return made


def _names(row: Parameter, spec: Spec) -> list[NearMiss]:
    return [
        NearMiss(f"{each} = a", "unknown-name")
        for name in (row.wire, row.name, *row.aliases)
        for each in _misspelt(name)
        if spec.find(each) is None and each not in KEYWORDS
    ]


def _foreign_names(spec: Spec) -> list[NearMiss]:
    names = [name for row in spec.foreign_names for name in row.names]
    return [NearMiss(f"{name} = a", "unknown-name") for name in names if not spec.find(name)]


def _features(spec: Spec) -> list[NearMiss]:
    """Return flags that are one slip away from a listed one."""
    slips = {each for feature in spec.features for each in _misspelt(feature)}
    members = [(each, spec.feature(each)) for each in sorted(slips)]
    return [
        NearMiss(f"{spec.family}{ending} = true", "unlisted-value")
        for ending, member in members
        if member is not None and not spec.is_known(member)
    ]


def _misspelt(word: str) -> list[str]:
    """Return a word in lower case with a letter lost, doubled, added, or swapped with the next."""
    word = word.lower()
    middle = len(word) // 2
    return [
        word[:-1] or "x",
        word[:middle] + word[middle] + word[middle:],
        word + "x",
        word[:-2] + word[:-3:-1] if word[-1] != word[-2:-1] else word + "y",
    ]


def _operators(row: Parameter) -> list[NearMiss]:
    lacking = (EQUALITY | ORDER | {"contains", "glob"}) - row.kind.operators
    made = [NearMiss(f"{row.name} {each} true", "bad-operator") for each in sorted(lacking)]
    if not row.kind.ordered:
        made.append(NearMiss(f"{row.name} between 1 and 2", "bad-operator"))
    if not row.kind.standalone:
        made.append(NearMiss(row.name, "bad-operator"))
    if row.observed is not None:
        made.append(NearMiss(f"{row.name} is present ignoring case", "syntax"))
    return made


def _calls(spec: Spec) -> list[NearMiss]:
    made = [NearMiss("supports('a b')", "bad-arguments")] if "supports" in spec.functions else []
    for name, overloads in spec.functions.items():
        counts = {len(each.parameters) for each in overloads}
        count = 0 if any(each.variadic for each in overloads) else max(counts) + 1
        made.append(NearMiss(f"{name}({', '.join(['a'] * count)})", "bad-arguments"))
        made += [
            NearMiss(f"{each}(a)", "unknown-function")
            for each in _misspelt(name)
            if each not in spec.functions and each not in KEYWORDS
        ]
    return made


def _clauses(spec: Spec) -> list[NearMiss]:
    names = [*(row.name for row in spec.clauses.values()), "skip"]
    return [NearMiss(f"{name} = 1", "not-a-filter") for name in names]


def _syntax(row: Parameter) -> list[NearMiss]:
    name = row.name
    return [
        NearMiss(text, "syntax")
        for text in (
            f"{name} =",
            f"({name} = a",
            f"{name} = a)",
            f"{name} = 'a",
            f"{name} = a {name} = a",
            f"{name} in ()",
            f"not {name} = a and",
            f"{name} = 'a\\q'",
            f"{name} = case",
            f"{name} in (a, ignoring)",
            f"{name} = a ignoring",
        )
    ]


def near_miss_query_strings(spec: Spec = CLOUDIMAGES) -> SearchStrategy[NearMiss]:
    """Return a strategy for query strings with one fault in a name, value or encoding."""
    rows = [
        row
        for row in spec.parameters.values()
        if row.pushable and row.clause is None and row.requires is None
    ]
    valued = [
        (row.wire, fault.text.split(" = ", 1)[1].strip('"'), fault.code)
        for row in rows
        if not (row.is_time or isinstance(row.kind, Version))  # which equal any text
        for fault in _values(row)
    ]
    unknown = [
        (name, "a", "unknown-parameter")
        for row in rows
        for name in _misspelt(row.wire)
        if spec.find(name) is None
    ]
    empty = [(row.wire, "", "empty-value") for row in rows]
    faults = st.one_of([st.sampled_from(each) for each in (valued, unknown, empty)])
    return st.one_of(
        st.builds(_insert, st.just(spec), pairs(spec, max_predicates=2), faults),
        st.builds(_repeat, pairs(spec, min_predicates=1), st.integers(0, 9)),
        st.sampled_from(_badly_encoded(rows)),
    )


def _insert(spec: Spec, others: list[tuple[str, str]], fault: tuple[str, str, str]) -> NearMiss:
    """Insert a faulty pair among others, in place of any of its name or exclusive with it."""
    name, value, code = fault
    replaced = {name, *spec.exclusive.get(name, ())}
    kept = [pair for pair in others if pair[0] not in replaced]
    if len(kept) < len(others) and any(row.requires for row in map(spec.find, dict(kept)) if row):
        kept = []  # one of them may require what was replaced
    return NearMiss(encoded(sorted([*kept, (name, value)])), code)


def _repeat(asked: list[tuple[str, str]], place: int) -> NearMiss:
    """Repeat one of the pairs."""
    return NearMiss(encoded(sorted([*asked, asked[place % len(asked)]])), "repeated-parameter")


def _badly_encoded(rows: list[Parameter]) -> list[NearMiss]:
    # What is wrong with the value of another type would be found, too.
    texts = [row for row in rows if type(row.kind) in {Identifier, Text}]
    return [
        NearMiss(f"{row.wire}={value}", "bad-encoding")
        for row in texts
        for value in ("%", "%4", "%zz", "%ff", "a%C3%28", "%ED%A0%80")
    ]
