"""A clause that is written as a condition is moved by its fix, and nothing else is lost or moved.

However other clauses stand among the conditions, and whatever is missing between them.
"""

from __future__ import annotations

from collections import Counter

from hypothesis import example, given
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, check
from imsquery import compile as compile_query
from imsquery.fixes import mend
from imsquery.language.lexer import Tokens

CONDITIONS = ("os_bit = 64", "protected", "status = active", "owner = x", "(owner = y or all)")
MISPLACED = ("sort_key = name", "sort_dir = asc", "limit = 5", "marker = i1", "(limit = 7)")
CLAUSES = ("limit 6", "order by id", "after i2", "order by id desc")
JOINTS = (" and ", " and ", " ", ", ", " or ", "; ", " && ", "\n")
NAMED = {row.wire for row in CLOUDIMAGES.clauses.values()} | {"order", "by", "limit", "after"}

parts = st.lists(st.sampled_from(CONDITIONS + MISPLACED + CLAUSES), min_size=1, max_size=5)


@st.composite
def texts(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(["", "", "where ", "("]))
    for part in draw(parts):
        text += part + draw(st.sampled_from(JOINTS))
    return text.rstrip(" ,;&\n") + ")" * text.startswith("(")


def words(text: str) -> Counter[str]:
    """Count the names and values in a text, but for what clauses are called."""
    tokens = Tokens(text)
    found = zip(tokens.kinds, tokens.lexemes, strict=True)
    return Counter(
        lexeme
        for kind, lexeme in found
        if kind in {"WORD", "DIRECTION"} and lexeme not in {*NAMED, "created_at"}
    )


@given(texts())
@example("where sort_key = name limit 5 os_bit = 64")
@example("sort_key = name limit 5 and os_bit = 64")
@example("protected and sort_key = name limit 5 and os_bit = 64")
@example("(limit = 5 and protected) order by name platform = CentOS")
@example("sort_dir = asc limit 5 and os_bit = 64")
def test_the_fix_of_a_misplaced_clause_loses_nothing(text: str) -> None:
    for found in check(text):
        for fix in found.fixes if found.code == "not-a-filter" else ():
            assert words(fix.apply(text)) == words(text), fix


@given(st.lists(st.sampled_from(CONDITIONS[:-1]), max_size=3, unique=True), st.data())
def test_clauses_among_conditions_are_moved_by_safe_fixes(
    conditions: list[str], data: st.DataObject
) -> None:
    clauses = {
        "limit = 5": ("limit", "5"), "marker = i1": ("marker", "i1"),
        "sort_key = name": ("sort_key", "name"), "sort_dir = asc": ("sort_dir", "asc"),
    }  # fmt: skip
    chosen = data.draw(st.lists(st.sampled_from([*clauses]), min_size=1, unique=True))
    text = " and ".join(data.draw(st.permutations([*conditions, *chosen])))
    mended, left = mend(text, check)

    assert left == ()
    expected = dict(compile_query(" and ".join(conditions)).params)
    expected.update(clauses[each] for each in chosen)
    if "sort_dir" in expected:
        expected = {"sort_key": "created_at"} | expected
    assert dict(compile_query(mended).params) == expected


def test_a_direction_alone_is_that_of_the_default_order() -> None:
    assert mend("sort_dir = asc", check) == ("order by created_at asc", ())
    assert mend("protected and sort_dir=desc", check) == (
        "protected order by created_at desc",
        (),
    )
