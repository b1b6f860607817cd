"""Filters with values that shells, Python, URLs and HCL take for syntax, and what they ask for."""

from __future__ import annotations

from hypothesis import strategies as st

from imsquery import CLOUDIMAGES
from tests.strategies import Condition, conjunctions, quoted

HOSTILE = "'\"\\`$!#&%~*?[]{}()<>|;=+-,:@^\t\n a1公é😀\x01\x7f\x85\u2028"

hostile = st.text(st.sampled_from(HOSTILE), min_size=1, max_size=12) | st.sampled_from(
    ["$HOME", "${x}", "$${x}", "%{if}", "%%{", "\\'", "'\\''", "\\\\", "~", "-x", "!!", "$(id)"]
)


def is_defined(wire: str) -> bool:
    """Return whether the vendor's API definitions have a parameter."""
    return wire in CLOUDIMAGES.parameters and wire not in {"__whole_image", "__system__cmkid"}


@st.composite
def conditions(draw: st.DrawFn) -> list[Condition]:
    """Draw conditions that fit one request, one of them with a hostile value."""
    found = draw(conjunctions(max_size=4))
    if draw(st.booleans()):
        found = [each for each in found if is_defined(each.wire)]
    by_wire = {each.wire: each for each in found}
    if not found or draw(st.booleans()):
        value = draw(hostile)
        by_wire["owner"] = Condition(f"owner = {quoted(value)}", "owner", value)
    return list(by_wire.values())


def text_of(found: list[Condition]) -> str:
    return " and ".join(each.text for each in found)
