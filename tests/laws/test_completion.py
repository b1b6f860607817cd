"""Completions are never refused: following them reaches only texts that check accepts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imsquery import check
from imsquery.completion import complete
from tests.strategies import any_text


def errors(text: str) -> list[str]:
    return [found.code for found in check(text) if found.severity == "error"]


@given(st.data())
def test_following_proposals_reaches_only_texts_that_check_accepts(data: st.DataObject) -> None:
    text = ""
    for _ in range(data.draw(st.integers(1, 12))):
        proposed = complete(text, len(text))
        if not proposed:
            text += "x "  # free text, which nobody can propose
            continue
        chosen = data.draw(st.sampled_from(proposed))
        assert chosen.span.start == chosen.span.end == len(text)
        text += chosen.text + " "
        if text.endswith("limit "):
            continue  # a clause that waits for its number reads as a name
        found = errors(text)
        assert not set(found) - {"syntax", "bad-arguments", "bad-operator"}, text
        if found:  # unfinished: something can follow
            assert complete(text, len(text)) or not text.endswith(") ")


@given(any_text, st.data())
def test_any_place_in_any_text_has_proposals_within_it(text: str, data: st.DataObject) -> None:
    cursor = data.draw(st.integers(0, len(text)))
    for each in complete(text, cursor):
        assert 0 <= each.span.start <= cursor <= each.span.end <= len(text)
        assert each.text
        assert each.description


@given(st.data())
def test_a_proposal_goes_on_from_what_is_typed(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from(["platform", "created_at", "supports", "visibility"]))
    typed = whole[: data.draw(st.integers(1, len(whole)))]
    texts = [each.text for each in complete(f"protected and {typed}", 14 + len(typed))]

    assert any(text.startswith(whole) for text in texts)
