"""The expression of a bound finds the texts whose version is not before it."""

from __future__ import annotations

import re

import pytest
import re2
from hypothesis import example, given
from hypothesis import strategies as st

from imsquery.engines.regexes import NotPortableError
from imsquery.engines.versions import at_least

_parts = st.lists(
    st.sampled_from(["0", "1", "2", "7", "9", "10", "19", "20", "100"]), min_size=1, max_size=3
)
bounds = _parts.map(".".join).map(lambda text: re.sub(r"(\.0)+$", "", text))
texts = st.text("0129.7 v-\n", max_size=8) | st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "Ubuntu ", "v", "."]),
    _parts.map(".".join),
    st.sampled_from(["", ".", " server 64bit", "..1", "x", ".x", "-1", "\n"]),
)


def key(text: str) -> list[int] | None:
    found = re.search(r"[0-9]+(\.[0-9]+)*", text)
    if found is None:
        return None
    parts = [int(part) for part in found[0].split(".")]
    return parts + [0] * (10 - len(parts))


@given(bounds, texts)
@example("7", "7.9")
@example("22.4", "Ubuntu 22.04 server")
@example("0", "0")
@example("0.1", "0")
def test_a_text_is_found_if_its_version_is_no_less(bound: str, text: str) -> None:
    version, least = key(text), key(bound)
    assert least is not None

    found = re2.search(at_least(bound), text) is not None

    assert found is (version is not None and version >= least)


def test_numbers_that_are_too_long_are_refused() -> None:
    with pytest.raises(NotPortableError, match="more than 200 digits"):
        at_least("1" * 201)
