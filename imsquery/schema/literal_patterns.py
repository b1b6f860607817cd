"""Patterns written where each character stands for itself, and the operator that they are for.

Loaded only for a value with a sign of a pattern: the kinds import it to report one.
"""

from __future__ import annotations

import re

_ANY = "%"  # in SQL's `like`
# What is read as a regular expression: every sign of one in it is one that RE2 knows, too.
_hints = re.compile(r"\^|\.[*+?]|\\[dws]|\(\?i\)|\[[^\[\]]+\]").search
_expression = re.compile(
    r"(?:\(\?i\))?(?:\\[dwsDWS.*+?()\[\]^$|\\/-]|\[[^\[\]\\]+\]|[^\\\[\]{}*+?]|(?<=[^(|^*+?])[*+?]\??+)*"
).fullmatch
_in_glob = re.compile(r"\[([!^]?)([^\[\]\\]+)\]|(\*)|(\?)|\\([*?])|([\s\S])")
_LONGEST = 200


def meaning(relation: str, text: str, sign: str) -> tuple[str, str | None, str | None]:
    """Return what is wrong with a pattern, and the operator and pattern that were meant.

    Args:
        relation: the operator that it was written for; ``=`` also for ``!=``.
        text: the pattern.
        sign: what gives it away.
    """
    shown = "[…]" if sign[0] == "[" else sign
    message = f"`{shown}` is compared letter by letter here"
    if relation == "glob":
        message += "; the wildcards of `glob` are `*` and `?`"
    return message, *_meant(relation, text)


def _meant(relation: str, text: str) -> tuple[str | None, str | None]:
    """Return the operator and the pattern, as far as they can be said."""
    if len(text) > _LONGEST:
        return None, None
    if relation == "glob":
        return "matches", "".join(["^", *map(_from_glob, _in_glob.finditer(text)), "$"])
    if _hints(text) and _is_expression(text):
        before = "^" if relation == "startswith" and text[0] != "^" else ""
        after = "$" if relation == "endswith" and text[-1] != "$" else ""
        return "matches", f"{before}{text}{after}"
    pattern = text.replace(_ANY, "*")
    if "*" not in pattern:
        return None, None
    before = "*" if relation in {"contains", "endswith"} and pattern[0] != "*" else ""
    after = "*" if relation in {"contains", "startswith"} and pattern[-1] != "*" else ""
    return "glob", f"{before}{pattern}{after}"


def _is_expression(text: str) -> bool:
    depth = 0
    for character in re.sub(r"\\.|\[[^\[\]]*\]", "", text):
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return False
    return depth == 0 and _expression(text) is not None


def _from_glob(match: re.Match[str]) -> str:
    """Return a part of a glob with classes as a regular expression."""
    negation, members, run, one, escaped, plain = match.groups()
    if members:
        return f"[{'^' * bool(negation)}{members}]"
    return ".*" if run else "." if one else re.escape(escaped or plain)
