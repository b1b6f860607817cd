from __future__ import annotations

import pytest

from imsquery import CLOUDIMAGES, Limits, Parameter, Query, QueryError, parse
from imsquery.formatting.formatter import format as format_query
from imsquery.language.syntax import Literal, Not, Standalone
from imsquery.schema.kinds import Text
from tests import golden


def show(text: str) -> str:
    try:
        return format_query(text)
    except QueryError as error:
        return " ".join(sorted({each.code for each in error.diagnostics}))


def test_golden() -> None:
    golden.check("format.txt", show)


def test_a_tree_is_formatted_too() -> None:
    assert format_query(parse("__platform=='CentOS' LIMIT 5")) == "platform = CentOS limit 5"


def test_names_are_those_of_the_spec() -> None:
    spec = CLOUDIMAGES.extend(parameters=[Parameter("__colour", Text(), source="a test")])

    assert format_query("__Colour = red", spec=spec) == "colour = red"
    assert format_query("__Colour = red") == "__Colour = red"


def test_lines_have_up_to_88_columns() -> None:
    names = ["a" * 40, "b" * 41]
    assert format_query(" and ".join(f"{name}" for name in names)) == " and ".join(names)
    assert format_query("a" * 40 + " and " + "b" * 44) == "a" * 40 + "\nand " + "b" * 44


def test_a_text_at_the_limit_is_unchanged() -> None:
    limits = Limits(length=13)

    assert format_query("a=1 and(b=22)", limits=limits) == "a=1 and(b=22)"


def test_a_tree_of_any_depth_is_formatted_or_refused() -> None:
    deep: Not | Standalone = Standalone("protected")
    for _ in range(5_000):
        deep = Not(deep)
    limits = Limits(depth=10_000)

    assert format_query(Query(deep), limits=limits) == "not " * 5_000 + "protected"
    with pytest.raises(QueryError) as refused:
        format_query(Query(deep))
    assert [each.code for each in refused.value.diagnostics] == ["too-deep"]


def test_a_tree_that_no_text_parses_to_is_refused() -> None:
    with pytest.raises(QueryError) as refused:
        format_query(Query(Standalone("protected"), limit=Literal("5 6")))
    assert {each.code for each in refused.value.diagnostics} == {"syntax"}


def test_an_error_carries_the_text() -> None:
    with pytest.raises(QueryError) as refused:
        format_query("platform = # no value")
    assert refused.value.text == "platform = # no value"
