"""Regular expressions of RE2 in all their forms, and texts to search."""

from __future__ import annotations

import re2
from hypothesis import strategies as st

_ATOMS = st.sampled_from(
    [
        "a", "b", "A", "k", "K", "s", "S", "_", "-", "é", "公", "😀", ".", r"\.", r"\\", r"\x41",
        r"\x{e9}", r"\x{1F600}", r"\101", r"\07", r"\n", r"\t", r"\v", r"\a", r"\f", r"\r", r"\d",
        r"\D", r"\s", r"\S", r"\w", r"\W", "^", "$", r"\A", r"\z", r"\b", r"\Qa*\E", r"\Q[", "{",
        "{,2}", "{a}", "]", "}", "#", " ", "~", "<", ">", "&&", "'", '"', "/", "@", "!", "%", "=",
        ":", ";", ",", "`", r"\-", r"\]", r"\{",
    ]
)  # fmt: skip
_ITEMS = st.sampled_from(
    [
        "a", "b", "-", "a-c", "A-Z", "0-9", "k", "s", "é", "公", "😀", r"\d", r"\D", r"\w", r"\W",
        r"\s", r"\S", "[:alpha:]", "[:^alpha:]", "[:space:]", "[:punct:]", "[:word:]",
        "[:upper:]", "^", "&&", "[", r"\]", r"\\", r"\n", r"\x{41}-\x{5a}", r"\-", "+-9", " -~",
        "é-ü", "[:", r"\x00-\x1f", "--", "~~",
    ]
)  # fmt: skip
classes = st.builds(
    lambda negated, first, items: f"[{negated}{first}{''.join(items)}]",
    st.sampled_from(["", "^"]),
    st.sampled_from(["", "]", "-"]),
    st.lists(_ITEMS, min_size=1, max_size=4),
)
_repeats = st.sampled_from(
    ["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,}", "{1}?", "{0}", "{3,4}?"]
)
_groups = st.sampled_from(
    [
        "({})", "(?:{})", "(?P<n>{})", "(?i:{})", "(?s:{})", "(?m:{})", "(?U:{})", "(?i-s:{})",
        "(?-i:{})", "(?i){}", "(?m){}", "(?s){}", "(?im){}",
    ]
)  # fmt: skip


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(inner, min_size=2, max_size=3).map("".join),
        st.lists(inner | st.just(""), min_size=2, max_size=3).map("|".join),
        st.builds(lambda group, each: group.format(each), _groups.filter(str), inner),
        st.builds("(?:{}){}".format, inner, _repeats),
        st.builds("{}{}".format, inner, _repeats),
    )


def is_valid(expression: str) -> bool:
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(expression, options)
    except re2.error:
        return False
    return True


expressions = st.recursive(_ATOMS | classes, _grown, max_leaves=8).filter(is_valid)
"""Expressions that RE2 accepts."""

texts = st.text(
    st.sampled_from("aAbBckKsS\u212a\u017fzé公😀 \n\r\t\v_-0^$]\\.\x01\x1f\x7f\u2028\x85&["),
    max_size=6,
)
"""Texts of what the expressions are about, and of what engines treat in ways of their own."""


def finds(expression: str, text: str) -> bool:
    options = re2.Options()
    options.log_errors = False
    return re2.compile(expression, options).search(text) is not None
