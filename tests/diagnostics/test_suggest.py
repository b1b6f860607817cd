"""Nearest names are those that difflib finds, however soon most others are ruled out."""

from __future__ import annotations

from difflib import get_close_matches

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES
from imsquery.diagnostics.suggest import nearest, the_one_slip

NAMES = tuple(CLOUDIMAGES.names)
words = st.text("abcdeorst_ŕ", max_size=12)
slips = st.builds(
    lambda name, at, new: name[:at] + new + name[at + 1 :],
    st.sampled_from(NAMES),
    st.integers(0, 20),
    st.text("aemrst_X", max_size=3),
)


@pytest.mark.parametrize("written", ["uid", "pid", "tab", "bag", "xarm", "arms"])
def test_what_is_near_a_short_word_may_be_another(written: str) -> None:
    assert the_one_slip(written, (*NAMES, "arm")) == ""
    assert nearest(written, (*NAMES, "arm"))


@given(
    st.sampled_from(NAMES),
    st.sampled_from(["not {}", "no-{}", "non-{}", "not_{}", "isn't {}", "aren’t {}"]),
)
def test_a_name_is_not_like_its_negation(name: str, negation: str) -> None:
    assert nearest(negation.format(name), NAMES) == []


@given(words | slips, st.lists(words, max_size=8).map(tuple) | st.just(NAMES))
@example("aaaa", ("aaaab", "abaaa", "baaa"))
@example("supports", NAMES)
def test_the_nearest_names_are_those_of_difflib(written: str, names: tuple[str, ...]) -> None:
    folded: dict[str, str] = {}
    for name in names:
        folded.setdefault(name.casefold(), name)

    expected = get_close_matches(written.casefold(), [*folded], 3, 0.6)

    assert nearest(written, names) == [folded[each] for each in expected]
