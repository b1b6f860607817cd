"""Names and values of other tools mean what the spec's table says, and nothing is guessed.

A filter is respelled by the table and mended by safe fixes: the result is equivalent to the filter,
or an error is left.
"""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from imsquery import CLOUDIMAGES, ForeignName, Parameter, check, equivalent, testing
from imsquery.diagnostics.model import Diagnostic
from imsquery.diagnostics.suggest import is_one_slip
from imsquery.fixes import mend
from imsquery.language import syntax
from imsquery.language.syntax import Call, Comparison, Expr, Literal, Presence, Standalone
from imsquery.language.unparse import unparse
from imsquery.schema.kinds import Enumeration, Flag
from imsquery.urls.checker import check_url

NOW = datetime(2024, 1, 1)  # noqa: DTZ001 -- UTC
ROWS = CLOUDIMAGES.foreign_names
NAMES = [(name, row) for row in ROWS for name in row.names]
NONE = [(name, row) for name, row in NAMES if not row.meanings]


def find(text: str) -> tuple[Diagnostic, ...]:
    return check(text, now=NOW)


def names_of(row: Parameter) -> list[str]:
    """Return the names that other tools have for a parameter, certainly or perhaps."""
    return [row.name, *(name for name, each in NAMES if row.wire in each.meanings)]


def values_of(row: Parameter, value: str) -> list[str]:
    """Return other words for a value."""
    kind = row.kind
    if not isinstance(kind, Enumeration):
        return [value]
    words = {**kind.synonyms, **kind.related}
    return [value, *(word for word, meant in words.items() if meant == value)]


@st.composite
def respelled(draw: st.DrawFn, node: Expr) -> Expr:
    """Draw a filter with the names and values of other tools."""
    match node:
        case syntax.And(operands):
            return syntax.And([draw(respelled(each)) for each in operands])
        case syntax.Or(operands):
            return syntax.Or([draw(respelled(each)) for each in operands])
        case syntax.Not(operand):
            return syntax.Not(draw(respelled(operand)))
        case Call("tagged", [Literal(key), Literal(value)]) if key.isalnum():
            prefix = draw(st.sampled_from(["tag:", "tags.", "labels.", "label:"]))
            return Comparison(prefix + key, "=", Literal(value))
        case Call("supports", [Literal(feature)]) if feature in CLOUDIMAGES.features:
            spelled = draw(st.sampled_from(["true", "True", "yes", "1"]))
            return Comparison(feature, "=", Literal(spelled))
        case Call("public", []):
            return Standalone(draw(st.sampled_from(["public", "公共镜像", "is_public"])))
        case Presence("system__cmkid", negated=False):
            return Standalone("encrypted")
        case Comparison(name, _, Literal(value)):
            row = CLOUDIMAGES.parameters[CLOUDIMAGES.names[name].wire]
            word = draw(st.sampled_from(values_of(row, value)))
            renamed = draw(st.sampled_from(names_of(row)))
            return node.evolve(name=renamed, value=Literal(word))
        case syntax.Membership(name) | syntax.Match(name) | Presence(name) | syntax.Between(name):
            row = CLOUDIMAGES.parameters[CLOUDIMAGES.names[name].wire]
            return node.evolve(name=draw(st.sampled_from(names_of(row))))
        case _:
            return node


trees = testing.filter_trees(matches=False, max_predicates=3)


@given(trees, st.data())
def test_a_safe_fix_changes_no_filter_in_names_of_other_tools(
    tree: Expr, data: st.DataObject
) -> None:
    written = unparse(data.draw(respelled(tree)))

    mended, left = mend(written, find)

    if not any(found.severity == "error" for found in left):
        assert equivalent(mended, tree, now=NOW).holds is not False, (written, mended)


@given(st.sampled_from(NAMES), st.data())
def test_a_certain_name_is_mended_and_a_guess_is_left(
    drawn: tuple[str, ForeignName], data: st.DataObject
) -> None:
    name, row = drawn
    wires = [each for each in row.meanings if each in CLOUDIMAGES.parameters]
    assume(wires)
    meant = CLOUDIMAGES.parameters[data.draw(st.sampled_from(wires))]
    value = Literal(data.draw(testing.values.literals(meant)))
    written = unparse(Comparison(name, "=", value))
    others = [each for each in wires if each != meant.wire]
    is_theirs = any(
        not find(unparse(Comparison(CLOUDIMAGES.parameters[each].name, "=", value)))
        for each in others
    )

    mended, left = mend(written, find)

    if meant.wire in row.means and not is_theirs:
        assert (CLOUDIMAGES.names[mended.split(" ")[0]], left) == (meant, ())
    else:
        assert left


@pytest.mark.parametrize("name", [name for name, _ in NAMES])
def test_no_name_of_other_tools_is_one_of_the_spec(name: str) -> None:
    assert CLOUDIMAGES.find(name) is None
    assert name == name.lower().replace("-", "_")
    assert name not in CLOUDIMAGES.functions or name == "shared"


def test_each_name_has_one_row() -> None:
    names = [name for name, _ in NAMES]

    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.names[0])
def test_every_meaning_exists(row: ForeignName) -> None:
    assert row.meanings or row.note or row.names == ("deprecated", "cost")
    for meaning in row.meanings:
        assert meaning in CLOUDIMAGES.parameters or find(meaning) == ()


@pytest.mark.parametrize("name", [name for name, _ in NONE])
def test_a_name_without_a_counterpart_is_not_respelled(name: str) -> None:
    (found,) = find(f"{name} = a")

    assert found.fixes == ()
    assert found.notes[0] == f"image lists have no counterpart of `{name}`"
    assert found.notes[-1] == "`imsquery spec` lists all names"


@given(st.text("abcxyz_", min_size=1, max_size=9), st.sampled_from(["{} = a", "{}", "{}(a)"]))
def test_a_dead_end_says_where_the_names_are(name: str, form: str) -> None:
    for found in find(form.format(name)):
        if found.code in {"unknown-name", "unknown-function"} and not found.fixes:
            assert "did you mean" in found.message or found.notes[-1].startswith("`imsquery spec`")


FEATURES = [
    wire.removeprefix(CLOUDIMAGES.family)
    for wire, row in CLOUDIMAGES.parameters.items()
    if wire.startswith(CLOUDIMAGES.family) and type(row.kind) is Flag
]
LETTERS = "abcdefghijklmnopqrstuvwxyz_"


@st.composite
def slips(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a feature, and the feature with one slip of typing in letters."""
    feature = draw(st.sampled_from(FEATURES))
    at = draw(st.integers(0, len(feature) - 1))
    letter = draw(st.sampled_from(LETTERS))
    before, here, after = feature[:at], feature[at], feature[at + 1 :]
    slip = draw(
        st.sampled_from([
            before + after, before + letter + after, before + letter + here + after,
            before + after[:1] + here + after[1:],
        ])
    )  # fmt: skip
    return feature, slip


@given(slips(), st.sampled_from(["supports({})", "bare_metal({})", "support_{}", "__support_{}"]))
@example(("kvm", "kmv"), "supports({})")
@example(("kvm", "kvmm"), "support_{} = true")
def test_a_slip_in_a_feature_is_an_error_with_a_fix(drawn: tuple[str, str], form: str) -> None:
    feature, slip = drawn
    listed = CLOUDIMAGES.find(CLOUDIMAGES.family + slip)
    assume(slip and listed is not None and not CLOUDIMAGES.is_known(listed))
    text = form.format(slip)

    (found,) = [each for each in find(text) if each.code == "unlisted-value"]
    (of_url,) = check_url(f"{CLOUDIMAGES.family}{slip}=true")

    near = [each for each in CLOUDIMAGES.features if is_one_slip(slip, each)]
    assert feature in near
    assert (found.severity, of_url.code, of_url.severity) == ("error", "unlisted-value", "error")
    assert [fix.apply(text) for fix in found.fixes] == [form.format(each) for each in near]
    assert {fix.applicability for fix in found.fixes} == {"suggested"}
    (allowed,) = [
        each for each in check(text, allow_unlisted=True) if each.code == "unlisted-value"
    ]
    assert allowed.severity == "warning"


@given(st.from_regex(r"[a-z]{1,6}[0-9]{1,3}[a-z]{1,3}", fullmatch=True))
@example("kv1m")
def test_a_board_type_is_never_reported(board: str) -> None:
    for text in (f"supports({board})", f"bare_metal({board})", f"support_{board} = true"):
        assert find(text) == ()
    assert check_url(f"{CLOUDIMAGES.family}{board}=true") == ()


@pytest.mark.parametrize("feature", ["gpu_t4", "kvm_ascend_310", "kvm_hi1822_hiovs"])
def test_a_feature_that_other_documents_name_is_not_reported(feature: str) -> None:
    assert find(f"supports({feature})") == ()


def test_any_other_feature_is_a_warning() -> None:
    (found,) = find("supports(teleport)")

    assert (found.code, found.severity) == ("unlisted-value", "warning")


@pytest.mark.parametrize(
    ("text", "safe", "suggested"),
    [
        ("os = linux", "os_type = linux", None),
        ("os = Ubuntu", "platform = Ubuntu", None),
        ("os in (ubuntu, Debian)", "platform in (ubuntu, Debian)", None),
        ("os = windows", None, "os_type = windows"),
        ("distro = linux", None, "os_type = linux"),
        ("arch = x86_64", "architecture = x86", None),
        ("os_arch != AARCH64", "architecture != arm", None),
        ("image-id = a1", "id = a1", None),
        ("Image_Name contains x", "name contains x", None),
        ("creationTimestamp > 2018", "created_at > 2018", None),
        ("order by created desc", "order by created_at desc", None),
        ("date > 2018", None, "created_at > 2018"),
        ("state = ACTIVE", "status = ACTIVE", None),
        ("state = available", "status = active", None),
        ("disk_size = 40", None, "min_disk = 40"),
        ("memory >= 2048", None, "min_ram >= 2048"),
        ("labels.team = web", "tagged(team, web)", None),
        ("labels.team != web", None, "not tagged(team, web)"),
        ("encrypted", "cmk_id is present", None),
        ("not encrypted = yes", "not cmk_id is present", None),
        ("encrypted = false", None, "not cmk_id is present"),
        ("private", None, "imagetype = private"),
        ("shared", None, "shared(accepted)"),
        ("kvm = true", "supports(kvm)", None),
        ("xen = false", None, "not supports(xen)"),
        ("xen != false", "supports(xen)", None),
        ("kvm", None, "supports(kvm)"),
        ("arm = true", "support_arm = true", None),
        ("imagetype = public", None, "imagetype = gold"),
        ("visibility = gold", None, "visibility = public"),
        ("account = a1", None, "owner = a1"),
        ("tenant = self", None, None),
        ("平台 = Ubuntu 且 状态 = active", "platform = Ubuntu and status = active", None),
        ("镜像类型 = 公共镜像 和 非 protected", "imagetype = gold and not protected", None),
        ("名称 = a 或 架构 = arm64", "name = a or architecture = arm", None),
    ],
)
def test_examples(text: str, safe: str | None, suggested: str | None) -> None:
    mended, left = mend(text, find)

    assert mended == (safe or text)
    assert (left == ()) is (safe is not None)
    if suggested is not None:
        assert left[0].fixes[0].apply(text) == suggested
    elif safe is None:
        assert not any(each.fixes for each in left)


@pytest.mark.parametrize(
    ("text", "safe", "unsafe"),
    [
        ("has protectd", "has protected", "protected is present"),
        ("has arch", "has architecture", "architecture is present"),
        ("exists(arch)", "exists(arch)", "architecture is present"),
        ("arch:arm64", "arch:arm64", "architecture = arm"),
        ("-labels.team:web", "-labels.team:web", "not tagged(team, web)"),
        ("kvm:true and os:Debian", "kvm:true and os:Debian", "supports(kvm) and platform = Debian"),
        ("arch is not null", "architecture is present", "architecture is present"),
    ],
)
def test_what_else_is_mended_of_a_condition_is_kept(text: str, safe: str, unsafe: str) -> None:
    assert mend(text, find)[0] == safe
    assert mend(text, find, unsafe=True) == (unsafe, ())


def test_a_url_has_the_parameters_that_a_name_of_other_tools_means() -> None:
    (found,) = check_url("os=linux")
    (other,) = check_url("arch=x86")
    (none,) = check_url("family=x")

    assert [fix.apply("os=linux") for fix in found.fixes] == ["__os_type=Linux"]
    assert [fix.apply("arch=x86") for fix in other.fixes] == ["architecture=x86"]
    assert "did you mean" not in none.message


def test_a_spec_can_have_further_names_of_other_tools() -> None:
    row = ForeignName(("flavour", "family"), ("flavor_id",), source="test")
    spec = CLOUDIMAGES.extend(foreign_names=[row])

    (found,) = check("family = s3.large", spec=spec)

    assert [fix.apply("family = s3.large") for fix in found.fixes] == ["flavor_id = s3.large"]
    with pytest.raises(ValueError, match="flavour refers to the unknown parameter 'nosuch'"):
        CLOUDIMAGES.extend(foreign_names=[ForeignName(("flavour",), ("nosuch",), source="test")])
