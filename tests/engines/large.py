"""Filters as deep and as long as engines may be given."""

from __future__ import annotations


def nested(levels: int) -> str:
    """Return a filter in which `and` and `or` alternate, with a condition at each level."""
    text = "platform = CentOS"
    for level in range(levels):
        word = "or" if level % 2 else "and"
        text = f"(name {'contains' if level % 3 else 'not contains'} a{level} {word} {text})"
    return text


def branching(levels: int) -> str:
    """Return a filter that is deep on both sides of each connective, and not wide."""
    left = nested(levels)
    return f"{left} and not {left} or {nested(levels // 2)}"


LARGE = {
    "500 levels": nested(500),
    "500 levels, negated": f"not {nested(500)}",
    "400 levels on both sides": branching(400),
    "3,000 values": f"name in ({', '.join(f'n{n}' for n in range(3_000))}, CentOS)",
    "not 3,000 values": f"name not in ({', '.join(f'n{n}' for n in range(3_000))}, CentOS)",
    "3,000 numbers in texts": f"max_ram in ({', '.join(map(str, range(3_000)))})",
    "3,000 parts": " or ".join(f"name contains n{n}" for n in range(3_000)) + " or name contains a",
    "not 3,000 parts": " and ".join(f"name not contains n{n}" for n in range(3_000)),
    "3,000 tags": f"tag in ({', '.join(f'k{n}' for n in range(3_000))}, a)",
}
