"""Filters that differ in order, grouping, repeats, aliases or spelling compile to one string."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from imsquery import compile as compile_query
from tests.strategies import Condition, canonical, conditions, conjunctions

randoms = st.randoms(use_true_random=False)


def grouped(parts: list[str], random: Random) -> str:
    """Join conditions by ``and``, in a random tree of parentheses."""
    if len(parts) == 1:
        return f"({parts[0]})" if random.random() < 0.3 else parts[0]
    cut = random.randrange(1, len(parts))
    text = f"{grouped(parts[:cut], random)} and {grouped(parts[cut:], random)}"
    return f"({text})" if random.random() < 0.5 else text


@given(conjunctions())
def test_a_conjunction_compiles_to_its_pairs(found: list[Condition]) -> None:
    text = " and ".join(each.text for each in found)

    assert str(compile_query(text)) == canonical(found)


@given(conjunctions(), randoms)
def test_order_grouping_and_repetition_do_not_matter(
    found: list[Condition], random: Random
) -> None:
    parts = [each.text for each in found]
    parts += random.sample(parts, random.randint(0, len(parts)))
    random.shuffle(parts)

    assert str(compile_query(grouped(parts, random))) == canonical(found)


@given(conjunctions(), st.data())
def test_absorbed_conditions_do_not_matter(found: list[Condition], data: st.DataObject) -> None:
    texts = [each.text for each in found]
    absorbing = data.draw(st.sampled_from(texts))
    text = " and ".join([*texts, f"({absorbing} or os_version contains x)"])

    assert str(compile_query(text)) == canonical(found)


@given(st.data())
def test_the_spelling_of_a_condition_does_not_matter(data: st.DataObject) -> None:
    first = data.draw(conjunctions(max_size=1))
    wire = first[0].wire
    from imsquery import CLOUDIMAGES

    row = CLOUDIMAGES.find(wire)
    assert row is not None
    again = data.draw(conditions(row))
    left, right = compile_query(first[0].text), compile_query(again.text)

    assert (left == right) == (canonical(first[:1]) == canonical([again]))
