"""A safe fix changes no filter, and safe fixes settle.

A filter is written as another language would, or with a slip, and mended by safe fixes alone: the
result is equivalent to the filter, or an error is left. Never a third thing.
"""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from imsquery import check, equivalent, parse, testing
from imsquery.diagnostics.model import Diagnostic
from imsquery.fixes import mend
from imsquery.language import syntax
from imsquery.language.unparse import unparse
from tests import faulty

NOW = datetime(2024, 1, 1)  # noqa: DTZ001 -- UTC

# How other languages spell the operators and connectives of this one.
DIALECTS = {
    "C": {"and": "&&", "or": "||", "not": "!", "=": "==", "in": "in"},
    "SQL": {"and": "AND", "or": "OR", "not": "NOT", "!=": "<>"},
    "OData": {
        "=": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge",
    },
    "JavaScript": {"and": "&&", "or": "||", "not": "!", "=": "===", "!=": "!=="},
    "signs": {"and": "∧", "or": "∨", "not": "¬"},
}  # fmt: skip

filters = testing.filter_trees(matches=False)


def find(text: str) -> tuple[Diagnostic, ...]:
    return check(text, now=NOW)


def write(node: syntax.Expr, words: dict[str, str]) -> str:
    """Write a filter with the words of another language, every part in parentheses."""
    match node:
        case syntax.And(operands) | syntax.Or(operands):
            word = "and" if isinstance(node, syntax.And) else "or"
            return f" {words.get(word, word)} ".join(f"({write(each, words)})" for each in operands)
        case syntax.Not(operand):
            return f"{words.get('not', 'not')} ({write(operand, words)})"
        case syntax.Comparison(name, operator, value) if isinstance(value, syntax.Literal):
            plain = {"==": "=", "<>": "!="}.get(operator, operator)
            shown = unparse(syntax.Comparison(name, "=", value)).partition(" = ")[2]
            return f"{name} {words.get(plain, plain)} {shown}"
        case _:
            return unparse(node)


def assert_law(text: str, tree: syntax.Expr | str) -> None:
    mended, left = mend(text, find)
    if any(found.severity == "error" for found in left):
        return
    assert equivalent(mended, tree, now=NOW).holds is not False, mended


@given(filters, st.sampled_from(sorted(DIALECTS)))
def test_a_safe_fix_changes_no_filter_of_another_dialect(tree: syntax.Expr, dialect: str) -> None:
    assert_law(write(tree, DIALECTS[dialect]), tree)


CALLS = {"supports": ("kvm", "xen", "largememory"), "tagged": ("a", "b", "c")}
signs = st.sampled_from([("and", "and"), ("or", "or"), ("|", "or"), ("&&", "and"), ("或", "or")])


@given(
    st.sampled_from(sorted(CALLS)),
    st.lists(st.tuples(signs, st.sampled_from(["{} {} {}", "{}{}{}"])), min_size=1, max_size=2),
    st.sampled_from(["{}", "not {}", "{} and protected", "protected or {}", "{} limit 5"]),
)
@example("supports", [(("or", "or"), "{} {} {}")], "{}")
@example("tagged", [(("and", "and"), "{} {} {}")], "{}")
def test_a_safe_fix_does_not_take_a_connective_between_arguments_for_a_comma(
    name: str, joints: list[tuple[tuple[str, str], str]], around: str
) -> None:
    written = meant = CALLS[name][0]
    for argument, ((sign, word), layout) in zip(CALLS[name][1:], joints, strict=False):
        apart = layout if sign in {"|", "&&"} else "{} {} {}"
        written = apart.format(written, sign, argument)
        meant += f") {word} {name}({argument}"

    assert_law(
        around.replace("{}", f"{name}({written})"), around.replace("{}", f"({name}({meant}))")
    )


@given(filters, st.data())
def test_a_safe_fix_changes_no_filter_with_a_slip(tree: syntax.Expr, data: st.DataObject) -> None:
    text = unparse(tree)
    at = data.draw(st.integers(0, len(text) - 1))
    slip = data.draw(st.sampled_from(["swap", "drop", "double"]))
    letter = text[at]
    assume(letter.isalpha() and letter.isascii())
    following = text[at + 1 : at + 2]
    assume(slip != "swap" or following.isalnum())  # else it ends up in another word
    changed = {"swap": following + letter, "drop": following, "double": letter * 2 + following}
    written = text[:at] + changed[slip] + text[at + 2 :]
    mended, left = mend(written, find)
    # A slip may give another valid value or name, as it is typed; then there is nothing to fix.
    assume(mended != written)

    if not any(found.severity == "error" for found in left):
        assert equivalent(mended, tree, now=NOW).holds is not False, (written, mended)


@given(faulty.queries(faults=4))
@example("platform = CentOS order and protected or os_bit = 64")
@example("protected || os_bit = 64 && registered")
def test_safe_fixes_settle(text: str) -> None:
    mended, left = mend(text, find)

    assert mend(mended, find) == (mended, left)


# Letters, marks, digits, punctuation and symbols of all scripts, but for ASCII's own signs, and
# for quotes, which may stand around a value.
QUOTES = "“”„‟«»″〝〞「」『』❝❞‘’‛′´ʼ❛❜＂＇"
characters = (
    st.characters(
        categories=["L", "M", "N", "P", "S"], min_codepoint=0x80, exclude_characters=QUOTES
    )
    | st.sampled_from("aZ5_.-:+/*?")
    | st.sampled_from("\u200d\u200c\ufe0f\u0301\u093f\u094d–—～！＝（）【】，；、。｜∧ａ５™ａ")
)
SAMPLES = (
    "हिन्दी", "tie\u0302\u0301ng", "ภาษาไทย", "עִבְרִית", "العَرَبِيَّة", "한글", "ไม่", "中文，标点。",
    "👨\u200d👩\u200d👧", "🇻🇳", "❤\ufe0f", "می\u200cخواهم", "a–b", "２０１８", "½", "№5", "x²",
    "【公告】",
)  # fmt: skip
words = st.sampled_from(SAMPLES) | st.text(characters, min_size=1, max_size=6)
bare_values = st.lists(words, min_size=1, max_size=3).map(" ".join)


@given(
    bare_values,
    st.sampled_from(["description = {}", "os_version != {}", "description contains {}"]),
    st.sampled_from(
        ["{}", "{} and os_bit = 64", "({}) limit 5", "not {} or protected", "where {}"]
    ),
)
@example("【公告】", "description = {}", "{}")
@example("a–b", "description = {}", "{} and os_bit = 64")
@example("हिन्दी भाषा", "description = {}", "{} and os_bit = 64")
def test_a_safe_fix_alters_no_value_of_any_script(value: str, place: str, around: str) -> None:
    text = around.replace("{}", place.replace("{}", value))

    mended, left = mend(text, find)

    if not any(found.severity == "error" for found in left):
        assert value in values_of(mended), (text, mended)


# Signs that are an operator, a bracket or a time elsewhere, and here may be a part of a value.
signed = st.builds(
    lambda words, signs: "".join(f"{word}{sign}" for word, sign in zip(words, signs, strict=False)),
    st.lists(st.sampled_from(["R", "D", "x64", "all", "protected"]), min_size=2, max_size=3),
    st.lists(st.sampled_from(["&", "|", "[", "]", "{", "}", ""]), min_size=2, max_size=3),
) | st.lists(st.sampled_from(["now", "-", "+", "7d", "2 days"]), min_size=2, max_size=3).map(
    " ".join
)  # fmt: skip
bracketed = st.sampled_from(["{x}", "[x]*", "[x] y", "a[0]", "a [x]", "ago(7d)", "now()"])


@given(
    signed | bracketed,
    st.sampled_from(["description = {}", "os_version != {}", "name contains {}", "tag glob {}"]),
    st.sampled_from(["{}", "{} and os_bit = 64", "{} limit 5", "not {} or protected"]),
)
@example("R&D", "description = {}", "{}")
@example("R|all", "description = {}", "{}")
@example("{x}", "description = {}", "{}")
@example("[x]", "name contains {}", "{}")
@example("+ 7d", "tag glob {}", "{}")
def test_a_safe_fix_takes_no_part_of_a_value_for_something_else(
    value: str, place: str, around: str
) -> None:
    text = around.replace("{}", place.replace("{}", value))

    mended, left = mend(text, find)

    if not any(found.severity == "error" for found in left):
        assert value in values_of(mended), (text, mended)


def values_of(text: str) -> list[str]:
    """Return the values of a filter."""
    pending: list[syntax.Expr] = [parse(text).filter]
    found = []
    while pending:
        match pending.pop():
            case syntax.And(operands) | syntax.Or(operands):
                pending += operands
            case syntax.Not(operand):
                pending.append(operand)
            case syntax.Comparison(_, _, value) | syntax.Match(_, _, value):
                assert isinstance(value, syntax.Literal)
                found.append(value.text)
            case _:
                pass
    return found


@pytest.mark.parametrize(
    "value", [each for each in SAMPLES if each not in {"a–b", "【公告】", "中文，标点。"}]
)
def test_a_value_of_any_script_is_quoted_whole(value: str) -> None:
    mended, left = mend(f"description = {value} and os_bit = 64", find)

    assert values_of(mended)[-1] == value
    assert left == ()
