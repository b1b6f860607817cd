"""Every proposal leads, by further proposals, to a text without errors.

That holds at every place of every text without errors, whether the text after the cursor is removed
or kept, and no proposal brings a contradiction. In any other text completion does no harm: it
terminates, and what it would replace is at the cursor.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from hypothesis import assume, example, given
from hypothesis import strategies as st

from imsquery import check
from imsquery.completion.complete import Completion, complete
from imsquery.testing import queries
from tests.strategies import any_text

NOW = datetime(2026, 1, 1, tzinfo=UTC)
STEPS = 20  # to end a condition and what it requires, and to close what is open
TRIED = 8
ENDINGS = {")": 0, "or": 1, "and": 2}


def errors(text: str) -> list[str]:
    """Return the codes of all errors, and of contradictions that are warnings."""
    found = check(text, now=NOW)
    return [each.code for each in found if each.severity == "error" or each.code == "contradiction"]


def grave(text: str) -> list[str]:
    """Return the codes of all errors."""
    return [each.code for each in check(text, now=NOW) if each.severity == "error"]


def follow(before: str, after: str, wrong: Callable[[str], list[str]] = errors) -> str:
    """Take one proposal at a time until the text has no errors.

    That is one that leaves no errors if there is one, else one that ends the condition, else the
    first.
    """
    text = before + after
    for _ in range(STEPS + text.count("(")):
        if not wrong(text):
            return text
        proposals = complete(text, len(before), now=NOW)
        assert proposals, f"{before!r} <cursor> {after!r}: {wrong(text)}"
        proposals.sort(key=lambda each: ENDINGS.get(each.text, len(ENDINGS)))
        steps = [put(text, each) for each in proposals[:TRIED]]
        before, after = next((step for step in steps if not wrong("".join(step))), steps[0])
        text = before + after
    raise AssertionError(f"{before!r} <cursor> {after!r}: {wrong(text)}")


def put(text: str, proposal: Completion) -> tuple[str, str]:
    return (
        f"{text[: proposal.span.start]}{proposal.text} ",
        text[proposal.span.end :],
    )


@st.composite
def cuts(draw: st.DrawFn) -> tuple[str, int]:
    """Draw a query without errors, and an offset in it."""
    text = draw(queries())
    assume(not errors(text))
    return text, draw(st.integers(0, len(text)))


@given(cuts(), st.data())
def test_a_proposal_at_the_end_of_a_text_leads_on(
    cut: tuple[str, int], data: st.DataObject
) -> None:
    text, cursor = cut
    typed = text[:cursor]
    proposals = complete(typed, cursor, now=NOW)
    if proposals:
        follow(*put(typed, data.draw(st.sampled_from(proposals))))


@given(cuts(), st.data())
def test_a_proposal_in_the_middle_of_a_text_leads_back_to_it(
    cut: tuple[str, int], data: st.DataObject
) -> None:
    text, cursor = cut
    proposals = complete(text, cursor, now=NOW)
    if proposals:
        follow(*put(text, data.draw(st.sampled_from(proposals))))


CONTRARY = (
    ("platform = CentOS", "platform = Ubuntu"), ("min_ram < 5", "min_ram > 9"),
    ("protected", "not protected"), ("supports(xen)", "support_xen_hana"),
    ("created_at > 2019", "created_at < 2018"), ("name is absent", "name = a"),
)  # fmt: skip
DEAD = ("{0} and {1}", "({0} and {1})", "not (not {0} or not {1})", "{1} and ({0})")
UNFINISHED = (" ", " and", " and (owner = x and", " or ", " order by", " limit")


@st.composite
def contradictions(draw: st.DrawFn) -> tuple[str, int]:
    """Draw a query that contradicts itself, as a whole or in a part, and an offset in it."""
    shape = draw(st.sampled_from(DEAD))
    dead = shape.format(*draw(st.permutations(draw(st.sampled_from(CONTRARY)))))
    around = st.sampled_from(["{}", "{}", "status = active and {}", "owner = x or {}", "({})"])
    text = draw(around).format(dead)
    if draw(st.booleans()):
        text += draw(st.sampled_from(["", " and owner = x", " order by name", " limit 5"]))
        return text, draw(st.integers(0, len(text)))
    text = f"({text}" * draw(st.booleans()) or text
    text += draw(st.sampled_from(UNFINISHED))
    return text[: draw(st.integers(0, len(text)))], len(text)


@given(contradictions(), st.data())
def test_what_is_offered_after_a_contradiction_leads_to_a_text_without_errors(
    cut: tuple[str, int], data: st.DataObject
) -> None:
    text, cursor = cut
    assume(not set(grave(text)) - {"contradiction", "mutually-exclusive", "syntax"})
    proposals = complete(text, cursor, now=NOW)
    if proposals:
        follow(*put(text, data.draw(st.sampled_from(proposals))), wrong=grave)


@given(any_text, st.integers(-3, 40))
@example("(" * 3_000, 2_000)
@example("not " * 1_000, 4_000)
@example("platform = '" * 500, 3_000)
@example("a &&& b |||| c !!! ", 100)
@example("\ud800 \x00", 3)
@example("created_at between 2018 not ", 28)
@example("created_at between 2018 (", 25)
def test_any_text_can_be_completed(text: str, cursor: int) -> None:
    for each in complete(text, cursor):
        assert each.text
        assert 0 <= each.span.start <= max(0, min(cursor, len(text))) <= each.span.end <= len(text)
        assert "\n" not in each.text + each.description
