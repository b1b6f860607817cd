"""A filter in the words and signs of another dialect is mended to that filter, or an error is left.

What only that dialect can mean is mended by safe fixes alone; what two dialects read differently,
by suggestions.
"""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, check, equivalent, parse, testing
from imsquery.diagnostics.model import Diagnostic
from imsquery.fixes import mend
from imsquery.language.syntax import Expr
from tests.language.dialects import infix
from tests.language.dialects.writers import Pick, UnsayableError, Writer

NOW = datetime(2024, 1, 1)  # noqa: DTZ001 -- UTC
CERTAIN = (infix.english, infix.sql, infix.python)
DOUBTFUL = (infix.lucene, infix.gcloud)

trees = testing.filter_trees()


def find(text: str) -> tuple[Diagnostic, ...]:
    return check(text, now=NOW)


def errors(findings: tuple[Diagnostic, ...]) -> list[Diagnostic]:
    return [found for found in findings if found.severity == "error"]


def written(writer: Writer, tree: Expr, data: st.DataObject) -> str:
    try:
        return writer(tree, Pick(lambda choices: data.draw(st.sampled_from(choices))))
    except UnsayableError:
        reject()


@pytest.mark.parametrize("writer", CERTAIN, ids=lambda writer: writer.__name__)
@given(st.data())
def test_safe_fixes_mend_what_one_dialect_means(writer: Writer, data: st.DataObject) -> None:
    tree = data.draw(trees)
    text = written(writer, tree, data)

    mended, left = mend(text, find)

    assert not errors(left), (text, mended)
    assert equivalent(mended, tree, now=NOW).holds is not False, (text, mended)


SORT_KEYS = [row.name for row in CLOUDIMAGES.parameters.values() if row.sortable]
MARKS = ("SELECT * FROM images WHERE ", "where ", "name LIKE 'a%' AND ", "os_version IS NULL AND ")


# How SQL takes a part of the results -> the numbers of `limit` and `skip`.
PAGES = {
    "": (None, None), " limit 5": ("5", None), " OFFSET 10": (None, "10"),
    " LIMIT 5 OFFSET 10": ("5", "10"), " limit 10, 5": ("5", "10"),
}  # fmt: skip
sort_keys = st.tuples(st.sampled_from(SORT_KEYS), st.sampled_from(["", " asc", " DESC"]))


@given(
    trees,
    st.data(),
    st.lists(sort_keys, min_size=1, max_size=3, unique_by=lambda key: key[0]),
    st.sampled_from([*PAGES]),
    st.sampled_from(MARKS),
)
def test_sql_sorts_ascending_unless_it_says_otherwise(
    tree: Expr, data: st.DataObject, keys: list[tuple[str, str]], page: str, mark: str
) -> None:
    text = written(infix.sql_filter, tree, data)
    order = ", ".join(map("".join, keys))

    mended, left = mend(f"{mark}{text} ORDER BY {order}{page}", find)

    query = parse(mended)
    assert not [found for found in left if found.code == "syntax"], (text, mended)
    assert [(key.name, key.direction) for key in query.order] == [
        (name, direction.strip().lower() or "asc") for name, direction in keys
    ]
    numbers = [each and getattr(each, "text", None) for each in (query.limit, query.skip)]
    assert tuple(numbers) == PAGES[page]


@pytest.mark.parametrize("writer", DOUBTFUL, ids=lambda writer: writer.__name__)
@given(st.data())
def test_suggestions_mend_what_dialects_differ_about(writer: Writer, data: st.DataObject) -> None:
    tree = data.draw(trees)
    text = written(writer, tree, data)

    safely, left = mend(text, find)
    mended, none = mend(text, find, unsafe=True)

    assert errors(left) or equivalent(safely, tree, now=NOW).holds is not False, (text, safely)
    assert not errors(none), (text, mended)
    assert equivalent(mended, tree, now=NOW).holds is not False, (text, mended)
