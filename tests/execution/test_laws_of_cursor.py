"""A token reads back as its position, for its own plan only, and is short and URL-safe."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imsquery.execution.cursor import Kinds, Position, read_token, write_token

REQUESTS = 3
VALUES: dict[type, st.SearchStrategy[Any]] = {str: st.text(max_size=5), int: st.integers()}
kinds = st.sampled_from([str, int])
markers = st.dictionaries(st.integers(0, REQUESTS - 1), st.none() | st.text(max_size=5))


def keys(kind: type) -> st.SearchStrategy[Any]:
    return st.just(()) | st.tuples(VALUES[kind])


@st.composite
def positions(draw: st.DrawFn) -> tuple[Position, Kinds]:
    """Return positions, with groups or without, and the types in them."""
    sorts = draw(st.lists(kinds, min_size=1, max_size=3))
    groups = [draw(st.none() | kinds) for _ in range(2)]
    skipped, kept = (
        {} if kind is None else draw(st.dictionaries(keys(kind), st.integers(1, 9), max_size=3))
        for kind in groups
    )
    position = Position(
        draw(st.integers(1)),
        tuple(draw(keys(kind)) for kind in sorts),
        draw(st.text(max_size=5)),
        draw(markers),
        skipped,
        kept,
    )
    return position, Kinds(tuple(sorts), *groups)


@given(positions(), st.text("0123456789abcdef", max_size=8))
def test_a_token_reads_back_as_its_position(
    drawn: tuple[Position, Kinds], fingerprint: str
) -> None:
    position, types = drawn
    token = write_token(position, fingerprint)

    assert read_token(token, fingerprint, REQUESTS, types) == position
    assert token.replace("-", "").replace("_", "").isalnum()
    with pytest.raises(ValueError, match=r"^the cursor is damaged or from another plan$"):
        read_token(token, f"{fingerprint}0", REQUESTS, types)


@given(positions())
def test_a_token_of_other_types_is_refused(drawn: tuple[Position, Kinds]) -> None:
    position, types = drawn
    other = {str: int, int: str}
    token = write_token(position, "f")
    turned = [types.evolve(keys=(*types.keys, str)), types.evolve(keys=types.keys[1:])]
    if position.keys[0]:
        turned.append(types.evolve(keys=(other[types.keys[0]], *types.keys[1:])))
    if position.skipped:
        turned.append(types.evolve(skipped=None))
    if position.kept:
        turned.append(types.evolve(kept=None))

    for each in turned:
        with pytest.raises(ValueError, match="cursor"):
            read_token(token, "f", REQUESTS, each)


def test_a_token_contains_no_spaces() -> None:
    position = Position(1, ((2,),), "a", {0: None, 1: "b"}, {("x",): 1}, {(): 2})
    token = write_token(position, "f")

    assert b" " not in urlsafe_b64decode(token + "=" * (-len(token) % 4))[12:]
