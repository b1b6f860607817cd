"""The findings of a request, from its URL or query string."""

from __future__ import annotations

from imsquery.compiler.query_string import encode
from imsquery.diagnostics.edits import Safe, clip, did_you_mean
from imsquery.diagnostics.model import diagnostic, in_text_order
from imsquery.diagnostics.source import Span
from imsquery.diagnostics.suggest import nearest
from imsquery.frozen import Frozen
from imsquery.limits import DEFAULT_LIMITS, Limits
from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.schema.kinds import RefusedValue
from imsquery.schema.parameters import Member
from imsquery.schema.spec import DESCENDING, directed
from imsquery.schema.wire import write_pair
from imsquery.urls.edits import PairEdits, TitledEdits
from imsquery.urls.reader import Pair, Url, locate, read_pairs
from imsquery.urls.values import Criterion, ValueReader, finding

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imsquery.diagnostics.model import Diagnostic
    from imsquery.schema.parameters import Parameter
    from imsquery.schema.spec import Spec

_LONGEST_ESCAPE = 12  # one code point as percent-encoded UTF-8: %F0%9F%98%80
_MOST_SUGGESTED = 100  # unknown names that are compared with all others, which takes a while


class Reading(Frozen):
    """A request that was read.

    Attributes:
        pairs: its pairs, in text order.
        criteria: wire name -> what it asks for, where that could be read.
        further: what earlier pairs of a repeated parameter ask for, in text order.
        findings: its findings, in text order; spans are of the text.
    """

    pairs: tuple[Pair, ...]
    criteria: dict[str, Criterion]
    further: tuple[Criterion, ...]
    findings: tuple[Diagnostic, ...]


def check_url(
    text: str,
    *,
    spec: Spec = CLOUDIMAGES,
    allow_unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[Diagnostic, ...]:
    """Return the findings of a URL or query string in text order; never raise, for any ``str``.

    Args:
        text: the URL or query string; spans and fixes are of this text.
        spec: the parameters.
        allow_unlisted: whether a value that an open enumeration lacks is a warning.
        limits: bounds on the text.
    """
    return read_url(text, spec=spec, allow_unlisted=allow_unlisted, limits=limits).findings


def read_url(
    text: str,
    *,
    spec: Spec = CLOUDIMAGES,
    allow_unlisted: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> Reading:
    """Read a request from its URL or query string; see :func:`check_url` for the arguments."""
    url = locate(text)
    refused = _too_large(text, url, limits)
    if refused is not None:
        return Reading((), {}, (), (refused,))
    pairs, findings = read_pairs(text, url.query)
    path = _check_path(text, url, spec)
    return read_request(pairs, [*findings, *path], spec, allow_unlisted=allow_unlisted)


def read_request(
    pairs: Sequence[Pair],
    findings: Iterable[Diagnostic],
    spec: Spec,
    *,
    allow_unlisted: bool = False,
) -> Reading:
    """Read the pairs of a request, and add to the findings about their encoding."""
    checker = _RequestChecker(pairs, spec, allow_unlisted=allow_unlisted)
    checker.check()
    found = in_text_order([*findings, *checker.findings])
    return Reading(tuple(pairs), checker.criteria, tuple(checker.further), found)


def _too_large(text: str, url: Url, limits: Limits) -> Diagnostic | None:
    """Report a text that is longer than any request compiled within the limits."""
    if len(text) > limits.length * _LONGEST_ESCAPE:
        bound = f"{limits.length * _LONGEST_ESCAPE:,} code points"
        code, start = "too-long", limits.length * _LONGEST_ESCAPE
    elif text.count("&", url.query.start) >= limits.count:
        bound = f"{limits.count:,} parameters"
        code, start = "too-many", url.query.start
    else:
        return None
    return diagnostic(code, f"more than {bound}; the limit can be raised", (start, len(text)))


def _check_path(text: str, url: Url, spec: Spec) -> list[Diagnostic]:
    """Warn of the URL of another request; a URL without a path may be cut off."""
    path = text[url.path.start : url.path.end].rstrip("/")
    _, _, after_scheme = path.rpartition("://")
    if "/" not in after_scheme or path.endswith(spec.path):
        return []
    message = f"expected the path `{spec.path}`; this may be another request"
    return [finding("syntax", message, url.path, severity="warning")]


class _RequestChecker:
    """Checks the pairs of a request.

    Attributes:
        criteria: wire name -> what it asks for, where that could be read.
        further: what earlier pairs of a repeated parameter ask for, in text order.
        findings: in no order.
    """

    def __init__(self, pairs: Sequence[Pair], spec: Spec, *, allow_unlisted: bool) -> None:
        self._pairs = pairs
        self._spec = spec
        self._edits = PairEdits(pairs, self._repeats)
        self._allow_unlisted = allow_unlisted
        self._values = ValueReader(self._edits, spec, allow_unlisted=allow_unlisted)
        self._read: dict[str, Pair] = {}
        self._suggested = 0
        self._older: list[Pair] = []  # of an order
        self.criteria: dict[str, Criterion] = {}
        self.further: list[Criterion] = []
        self.findings: list[Diagnostic] = []

    def check(self) -> None:
        """Check every pair, and how they go together."""
        for pair in self._pairs:
            if pair.name is None:
                continue
            if pair.name in self._spec.older_order:
                self._older.append(pair)
                continue
            row = self._values.parameter(pair.name)
            last = self._edits.last[pair.name]
            if last is not pair and row is not None and (row.repeats or row.json == "strings"):
                self._one_of_several(row, pair)
            elif last is not pair:
                self._repeated(pair, last)
            elif row is None:
                self._unknown(pair, pair.name)
            elif self._is_listed(row, pair):
                self._read_value(row, pair)
        if self._older:
            self._read_older_order(self._spec.clauses["order by"], *self._spec.older_order)
        if None not in self._edits.last:  # a template may be any number of parameters
            self._check_required()
            self._check_directions()
        self._check_exclusive()
        self._check_companions()

    def _read_value(self, row: Parameter, pair: Pair, *, is_own: bool = True) -> None:
        """Read a value; unless it is the parameter's own, only what is wrong with it counts."""
        criterion, found = self._values.read(row, pair)
        if found is not None:
            self.findings.append(found)
        if is_own:
            wire = pair.name if pair.name in row.wires else row.wire
            self._read[wire] = pair
            if criterion is not None:
                self.criteria[wire] = criterion

    # -- names

    def _is_listed(self, row: Parameter, pair: Pair) -> bool:
        """Return whether a flag may be meant; report it if it is not listed."""
        if type(row) is not Member or self._spec.is_known(row):
            return True
        ending = row.wire[len(self._spec.family) :]
        slips, meant = self._spec.meant_features(ending)
        is_allowed = not slips or self._allow_unlisted
        wires = [self._spec.family + each for each in (() if slips and is_allowed else meant)]
        fixes = [self._edits.rename(pair, wire) for wire in wires if wire not in self._edits.last]
        message = f"unlisted feature `{clip(ending)}`{did_you_mean(meant)}"
        severity = "warning" if is_allowed else "error"
        self.findings.append(finding("unlisted-value", message, pair.name_span, fixes, severity))
        return is_allowed

    def _repeated(self, pair: Pair, last: Pair) -> None:
        message, severity = f"repeated `{clip(str(pair.name))}`", "warning"
        is_same = pair.value is not None and pair.value == last.value
        if not is_same:
            message, severity = f"{message}; the server takes the last one", "error"
        title, edits = self._edits.remove(pair)
        fix = Safe(title, edits) if is_same else (title, edits)
        self.findings.append(finding("repeated-parameter", message, pair.span, [fix], severity))

    def _repeats(self, name: str) -> bool:
        row = self._spec.parameters.get(name)
        return row is not None and row.repeats

    def _one_of_several(self, row: Parameter, pair: Pair) -> None:
        """Read a value that is asked for besides others; an image can have several."""
        last = self._edits.last[pair.name]
        if row.clause is None and pair.value is not None and pair.value == last.value:
            self._repeated(pair, last)
            return
        if not row.repeats:
            message = (
                f"repeated `{row.wire}`: an image must have each; the reference does not say so"
            )
            doubt = finding("repeated-parameter", message, pair.span, severity="warning")
            self.findings.append(doubt)
        criterion, found = self._values.read(row, pair)
        if found is not None:
            self.findings.append(found)
        if criterion is not None and criterion.value is not None:
            self.further.append(criterion)

    def _unknown(self, pair: Pair, name: str) -> None:
        meant = self._spec.find(name.removeprefix("amp;"))
        message = f"no parameter `{clip(name)}`"
        if meant is None:
            fixes = self._values.separations(pair)
            if not fixes:
                guesses = self._respellings(pair, name) or self._renamings(pair, name)
                message += did_you_mean([*guesses])
                fixes = [*guesses.values()]
        elif meant.pushable:
            message += did_you_mean([meant.wire])
            is_free = meant.wire not in self._edits.last and meant.wire not in self._read
            fixes = [self._edits.rename(pair, meant.wire, is_safe=True)] if is_free else []
            self._read_value(meant, pair, is_own=is_free)
        else:
            message = f"the server cannot filter by `{name}`, which is in image records only"
            fixes = self._observing(pair, meant)
        fixes = fixes or [self._edits.remove(pair)]
        self.findings.append(finding("unknown-parameter", message, pair.name_span, fixes))

    def _respellings(self, pair: Pair, name: str) -> dict[str, TitledEdits]:
        """Offer ``name=value`` for ``name: value`` and ``name = value``."""
        has_sign = pair.value_span.start > pair.name_span.end
        spelled, _, value = (name, "=", pair.value or "") if has_sign else name.partition(":")
        row = self._values.parameter(spelled.strip())
        if row is None or not value.strip():
            return {}
        fits = self._values.fits(row, _written(row, value.strip()))
        return {row.wire: self._edits.replace(pair, (row.wire, value.strip()))} if fits else {}

    def _renamings(self, pair: Pair, name: str) -> dict[str, TitledEdits]:
        """Offer the nearest parameters that take the value."""
        self._suggested += 1
        if self._suggested > _MOST_SUGGESTED:
            return {}
        direction = self._spec.clauses.get("direction")
        if direction is not None and pair.value in direction.kind.choices:
            # Nothing else takes such a value; as a direction it requires a sort key.
            has_key = self._spec.clauses["order by"].wire in self._edits.last
            is_free = has_key and direction.wire not in self._edits.last
            wires = [direction.wire] if is_free else []
        else:
            rows = self._meant(name)
            wires = [row.wire for row in rows if self._values.fits(row, pair)]
            if not wires:
                return {row.wire: fix for row in rows for fix in self._rewritings(row, pair)}
        return {wire: self._edits.rename(pair, wire) for wire in wires}

    def _rewritings(self, row: Parameter, pair: Pair) -> list[TitledEdits]:
        """Offer a parameter with its own spelling of the value."""
        try:
            value = str(row.kind.read(pair.value or ""))
        except RefusedValue as refused:
            value = refused.certain
        if not value:
            return []
        fits = self._values.fits(row, _written(row, value))
        return [self._edits.replace(pair, (row.wire, value))] if fits else []

    def _meant(self, name: str) -> list[Parameter]:
        """Return the parameters that a name may mean: as other tools use it, or else misspelled."""
        known = self._spec.foreign(name)
        if known is not None:
            wires = [*known.meanings, self._spec.family + name.lower()]
            rows = [self._spec.parameters.get(each) for each in wires]
            return [row for row in rows if row is not None and row.pushable]
        names = nearest(name, self._spec.once(_asked))
        return [*dict.fromkeys(self._spec.names[each] for each in names)]

    def _observing(self, pair: Pair, attribute: Parameter) -> list[TitledEdits]:
        """Offer the parameter that filters by an attribute."""
        for row in self._spec.parameters.values():
            if row.observed == attribute.wire and row.pushable and row.wire not in self._edits.last:
                value = (row.reading or {}).get((pair.value or "").lower())
                if value is not None:
                    return [self._edits.replace(pair, (row.wire, value))]
        return []

    # -- how parameters go together

    def _check_required(self) -> None:
        """Report each parameter without another that it requires."""
        clauses = self._spec.clauses
        for wire, pair in self._read.items():
            row = self._spec.wires.get(wire) or self._spec.find(wire)
            if row is None:
                continue
            if row.requires is not None:
                self._require(wire, pair, *row.requires)
            elif row is clauses.get("direction") and clauses["order by"].wire not in self._read:
                self._lone_direction(wire, pair)

    def _check_directions(self) -> None:
        """Report directions that are neither one nor as many as there are sort keys."""
        clauses = self._spec.clauses
        if "direction" not in clauses or not self._repeats(clauses["direction"].wire):
            return
        names = [pair.name for pair in self._pairs]
        keys, ways = (names.count(clauses[each].wire) for each in ("order by", "direction"))
        if keys:
            self._check_ways(keys, ways, self._read.get(clauses["direction"].wire))

    def _check_ways(self, keys: int, ways: int, last: Pair | None) -> None:
        if ways in {0, 1, keys} or last is None:
            return
        message = f"{ways} times `{last.name}` for {keys} sort keys; expected one, or one for each"
        self.findings.append(finding("bad-value", message, last.span))

    def _read_older_order(self, row: Parameter, key: str, direction: str) -> None:
        """Read an order whose keys and directions are pairs of their own."""
        if row.wire in self._edits.last:
            pair = self._older[0]
            message = f"`{pair.name}` beside `{row.wire}`; the server takes one or the other"
            fixes = [self._edits.remove(self._older[0], *self._older[1:])]
            self.findings.append(finding("repeated-parameter", message, pair.span, fixes))
            return
        keys = [pair for pair in self._older if pair.name == key]
        ways = [pair for pair in self._older if pair.name == direction]
        before = len(self.findings)
        for pair, known in [
            *((pair, row.kind.choices) for pair in keys),
            *((pair, ("asc", DESCENDING)) for pair in ways),
        ]:
            self._check_choice(pair, known)
        default = self._spec.default_order
        names = [pair.value for pair in keys] or [default.wire if default else None]
        if None not in self._edits.last:
            self._check_ways(len(names), len(ways), ways[-1] if ways else None)
        if len(self.findings) > before:
            return
        values = [*names, *(pair.value for pair in ways)]
        listed = directed([*map(str, names)], [str(pair.value) for pair in ways])
        written = ",".join(f"{name}:{way}" if way else name for name, way in listed)
        self.criteria[row.wire] = Criterion(row, "=", None if None in values else written)

    def _check_choice(self, pair: Pair, known: Sequence[str]) -> None:
        """Report a value that is not one of those known; a template may be any of them."""
        if pair.value is None or pair.value in known:
            return
        is_attribute = pair.name == self._spec.older_order[0] and self._spec.find(pair.value)
        code = "unknown-sort-key" if is_attribute else "bad-value"
        message = f"invalid value `{clip(pair.value)}` for `{pair.name}`"
        fixes = [self._edits.revalue(pair, each) for each in nearest(pair.value, known)]
        expected = f"{message}; expected one of {', '.join(known)}"
        self.findings.append(finding(code, expected, pair.value_span, fixes))

    def _require(self, wire: str, pair: Pair, needed: str, value: str) -> None:
        known = self._criterion(needed)
        if known is not None and known.relation == "=" and known.value in {value, None}:
            return
        name, written = write_pair(self._spec.parameters[needed], "=", value) or (needed, value)
        text = f"{name}={encode(written)}"
        fixes = (
            []
            if known is not None or name in self._read
            else [self._edits.add(pair, needed, value)]
        )
        message = f"`{wire}` requires `{text}`"
        self.findings.append(finding("requires", message, pair.span, fixes))

    def _criterion(self, wire: str) -> Criterion | None:
        """Return what a request asks of a parameter, however it is written."""
        row = self._spec.parameters.get(wire)
        names = (wire, *row.wires) if row is not None else (wire,)
        return next((self.criteria[name] for name in names if name in self.criteria), None)

    def _lone_direction(self, wire: str, pair: Pair) -> None:
        """Warn of a direction alone: of the time that the server sorts by without a sort key."""
        needed = self._spec.clauses["order by"].wire
        row = self._spec.default_order
        if row is None:
            message = f"`{wire}` requires `{needed}`"
            self.findings.append(finding("requires", message, pair.span))
            return
        message = f"`{wire}` without `{needed}` sorts by `{row.wire}`"
        fixes = [self._edits.add(pair, needed, row.wire, is_safe=True)]
        self.findings.append(finding("requires", message, pair.span, fixes, "warning"))

    def _check_exclusive(self) -> None:
        """Report attributes that never occur in the same image, at the later of two."""
        seen: list[str] = []
        for name, pair in self._read.items():
            own = self._spec.wires.get(name)
            wire = name if own is None else own.wire
            exclusive = self._spec.exclusive.get(wire, ())
            for other in seen if exclusive else ():
                if other in exclusive:
                    message = f"no image has both `{other}` and `{wire}`"
                    self.findings.append(finding("mutually-exclusive", message, pair.span))
            seen.append(wire)

    def _check_companions(self) -> None:
        """Warn of parameters beside a value that what they find does not have."""
        for wire, (needed, value) in self._spec.companions.items():
            known = self.criteria.get(needed)
            if wire not in self.criteria or known is None or known.relation != "=":
                continue
            if known.value not in {value, None}:
                last = max(self._read[wire], self._read[needed], key=lambda each: each.span)
                message = f"`{wire}` finds only images with `{needed}={encode(value)}`"
                found = finding("never-matches", message, last.span, severity="warning")
                self.findings.append(found)


def _asked(spec: Spec) -> tuple[str, ...]:
    """Return the names that the server can be asked about."""
    return tuple(name for name, row in spec.names.items() if row.pushable)


def _written(row: Parameter, value: str) -> Pair:
    """Return the pair of a parameter and its value, as it is in a query string."""
    text = f"{row.wire}={encode(value)}"
    (pair,), _ = read_pairs(text, Span(0, len(text)))
    return pair
