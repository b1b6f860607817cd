"""A token reads back as its position, for its own plan only, and is short and URL-safe."""

from __future__ import annotations

from base64 import urlsafe_b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imsquery.execution.cursor import Position, read_token, write_token

REQUESTS = 3
keys = st.just(()) | st.tuples(st.text(max_size=5)) | st.tuples(st.integers())
markers = st.dictionaries(st.integers(0, REQUESTS - 1), st.none() | st.text(max_size=5))
positions = st.builds(Position, st.integers(1), keys, st.text(max_size=5), markers)


def kind(position: Position) -> type:
    return type(position.key[0]) if position.key else str


@given(positions, st.text("0123456789abcdef", max_size=8))
def test_a_token_reads_back_as_its_position(position: Position, fingerprint: str) -> None:
    token = write_token(position, fingerprint)

    assert read_token(token, fingerprint, REQUESTS, kind(position)) == position
    assert token.replace("-", "").replace("_", "").isalnum()
    with pytest.raises(ValueError, match=r"^the cursor is damaged or from another plan$"):
        read_token(token, f"{fingerprint}0", REQUESTS, kind(position))


def test_a_token_contains_no_spaces() -> None:
    token = write_token(Position(1, (2,), "a", {0: None, 1: "b"}), "f")

    assert b" " not in urlsafe_b64decode(token + "=" * (-len(token) % 4))[12:]
