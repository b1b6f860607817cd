"""A data source of Terraform asks for what the filter does, and for nothing else.

What the provider sends is worked out here from HashiCorp's reading of the block, as the provider's
source has it: values are pasted into the URL, which Go then takes apart.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

import imsquery
from imsquery import CLOUDIMAGES, QueryError, testing
from imsquery.forms.terraform import TYPE, arguments, block, string
from imsquery.semantics.analysis import inspect
from tests.forms.strategies import hostile
from tests.strategies import quoted, unicode_text

SCRIPT = Path(__file__).with_name("parse_hcl.js")
REGION = "cn-north-4"
ALWAYS = "status = active and enterprise_project_id = all_granted_eps"

Parse = Callable[[str], Any]


@pytest.fixture(scope="module")
def parse() -> Iterator[Parse]:
    """Return HashiCorp's parser, which the package `@cdktf/hcl2json` of npm has."""
    folders = os.environ.get("NODE_PATH", "").split(os.pathsep)
    is_there = any((Path(each) / "@cdktf" / "hcl2json").is_dir() for each in folders if each)
    if shutil.which("node") is None or not is_there:
        pytest.skip("node or @cdktf/hcl2json is not installed")
    process = subprocess.Popen(
        ["node", str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout

        def read(text: str) -> Any:
            stdin.write(f"{json.dumps(text)}\n")
            stdin.flush()
            return json.loads(stdout.readline())

        try:
            yield read
        finally:
            stdin.close()


def doubled(text: str) -> str:
    """Return a text as the parser shows a string: it marks what could be a template."""
    return text.replace("${", "$${").replace("%{", "%%{")


@given(text=hostile | unicode_text)
def test_a_string_is_its_text_and_no_template(parse: Parse, text: str) -> None:
    assert parse(f"a = {string(text)}\n") == {"a": doubled(text)}


def arguments_in(parse: Parse, written: str) -> dict[str, Any]:
    """Return the arguments of the one data source in a file, with strings as texts."""
    found = parse("\n".join(block("images", written)) + "\n")
    (arguments,) = found["data"][TYPE]["images"]
    return {
        name: value.replace("$${", "${").replace("%%{", "%{") if isinstance(value, str) else value
        for name, value in arguments.items()
    }


@frozen
class Asked:
    """What the provider does with a data source."""

    params: dict[str, str]
    expression: str | None
    agents: str | None


PASTED = {
    "image_id": "id", "name": "name", "image_type": "virtual_env_type", "owner": "owner",
    "flavor_id": "flavor_id", "sort_key": "sort_key", "sort_direction": "sort_dir",
    "os": "__platform", "architecture": "architecture", "tag": "tag",
}  # fmt: skip


def asked(given: dict[str, Any]) -> Asked:
    """Do what the provider does: an argument that is empty or false counts as missing."""
    set_ = {name: value for name, value in given.items() if value not in ("", False)}
    assert set_.pop("region") == REGION
    project = set_.pop("enterprise_project_id", "all_granted_eps")
    query = f"status=active&enterprise_project_id={project}"
    order = {"sort_key": "name", "sort_direction": "asc"}
    for name, value in {**order, **set_}.items():
        if name in PASTED:
            query += f"&{PASTED[name]}={value}"
            set_.pop(name, None)
    if set_.pop("is_whole_image", False):
        query += "&__whole_image=true"
    kind = set_.pop("visibility", None)
    if kind is not None:
        query += f"&__imagetype={'gold' if kind == 'public' else kind}"
    expression, agents = set_.pop("name_regex", None), set_.pop("__support_agent_list", None)
    assert not set_, "an argument that the provider does not know"
    assert expression is None or "name" not in given
    return Asked(taken_apart(query), expression, agents)


def taken_apart(query: str) -> dict[str, str]:
    """Return the parameters in a query as Go reads it, once each."""
    assert not re.search(r"[\x00-\x1f\x7f#;]|%(?![0-9A-Fa-f]{2})", query)
    pairs = [each.partition("=") for each in query.split("&")]
    found = {unquote_plus(name): unquote_plus(value) for name, _, value in pairs}
    assert len(found) == len(pairs)
    return found


FREE = ("id", "name", "owner", "tag", "enterprise_project_id")
LISTED = {
    "__imagetype": ("gold", "private", "shared", "market"),
    "__platform": ("CentOS", "Oracle Linux", "Huawei Cloud EulerOS"),
    "architecture": ("x86", "arm"),
    "virtual_env_type": ("FusionCompute", "Ironic", "DataImage", "IsoImage"),
    "__whole_image": ("true",),
    "flavor_id": ("s6.large.2",),
    "__support_agent_list": ("hss", "ces", "hss,ces"),
}


@st.composite
def filters(draw: st.DrawFn) -> tuple[dict[str, str], str | None, str]:
    """Draw conditions that a data source has arguments for, an expression, and the clauses."""
    free = draw(st.dictionaries(st.sampled_from(FREE), hostile | unicode_text, max_size=2))
    listed = {
        wire: draw(st.sampled_from(LISTED[wire]))
        for wire in draw(st.lists(st.sampled_from([*LISTED]), max_size=3, unique=True))
    }
    expressions = st.sampled_from(["^CentOS", "${x}", "%{if}", "a|b", "\\\\d+$", '"#&'])
    expression = draw(st.none() | expressions) if "name" not in free else None
    order = draw(
        st.sampled_from(["", " order by name", " order by id asc", " order by created_at desc"])
    )
    return {**free, **listed}, expression, order


ORDERS = {
    "": ("created_at", "desc"), " order by name": ("name", "desc"),
    " order by id asc": ("id", "asc"), " order by created_at desc": ("created_at", "desc"),
}  # fmt: skip


@given(found=filters(), place=st.sampled_from([0, 9]))
def test_a_data_source_asks_for_what_the_filter_does(
    parse: Parse, found: tuple[dict[str, str], str | None, str], place: int
) -> None:
    values, expression, order = found
    conditions = [f"{wire} = {quoted(value)}" for wire, value in values.items()]
    if expression is not None:
        conditions.append(f'name matches "{expression.replace(chr(34), chr(92) + chr(34))}"')
    always = ALWAYS if "enterprise_project_id" not in values else "status = active"
    conditions.insert(place, always)
    text = " and ".join(conditions) + order
    try:
        written = arguments(inspect(text, allow_unlisted=True), REGION)
    except QueryError as error:
        errors = {each.code for each in error.diagnostics if each.severity == "error"}
        assert errors == {"not-expressible"}
        assert any(
            not value or re.search(r"[&#%+;\x00-\x1f\x7f]", value) for value in values.values()
        )
        return

    agents = values.pop("__support_agent_list", None)
    key, direction = ORDERS[order]
    clauses = {"status": "active", "sort_key": key, "sort_dir": direction}
    expected = {"enterprise_project_id": "all_granted_eps", **values, **clauses}
    pattern = None if expression is None else expression.replace("\\\\", "\\")
    assert asked(arguments_in(parse, written)) == Asked(expected, pattern, agents)


@given(text=testing.requests(max_predicates=3) | testing.queries())
def test_any_filter_is_asked_for_exactly_or_refused(parse: Parse, text: str) -> None:
    text = mended(text)
    try:
        written = arguments(inspect(text), REGION)
    except QueryError as error:
        assert "not-expressible" in {each.code for each in error.diagnostics} or refused(text)
        return

    compiled = {**imsquery.compile(text).params}
    if "sort_dir" not in compiled:
        compiled |= {"sort_key": compiled.get("sort_key", "created_at"), "sort_dir": "desc"}
    assert asked(arguments_in(parse, written)) == Asked(compiled, None, None)


def refused(text: str) -> bool:
    return any(each.severity == "error" for each in imsquery.check(text))


def mended(text: str) -> str:
    """Return a filter with what a data source asks for anyway, by the fix that says so."""
    try:
        arguments(inspect(text), REGION)
    except QueryError as error:
        for found in error.diagnostics:
            if found.message.startswith("the data source always asks for"):
                (fix,) = found.fixes
                return fix.apply(text)
    return text


@pytest.mark.parametrize(
    "text",
    ["all", "", "(all)", "order by name", "platform = CentOS", "not platform != CentOS",
     "platform = CentOS or platform = CentOS", "platform = CentOS order by name  # newest",
     "platform = CentOS and status = active", "enterprise_project_id = 0"],
)  # fmt: skip
def test_the_fix_adds_what_the_data_source_asks_for_anyway(text: str) -> None:
    written = arguments(inspect(mended(text)), REGION)

    assert "enterprise_project_id" in written
    assert imsquery.compile(mended(text)).params["status"] == "active"
    assert ("CentOS" in text) == ("CentOS" in written)


MARKED = """\
[visibility = public] and imagetype = gold
[protected]
not [platform = CentOS]
[name contains "a"]
[name glob "a*"]
[platform != CentOS]
[platform in (CentOS, Ubuntu)] and imagetype = gold
[whole_image = false]
[tag = ""]
[owner = "a&b"]
[name matches ""]
[name matches "a\\\\C"]
[name matches "\\\\\\\\\\\\C"]
[name matches "(?P<né>a)"]
name matches "a" and [name = b]
[status = queued]
[created_at < 2018]
platform = CentOS [limit 5]
platform = CentOS [after x]
platform = CentOS [skip 5]
platform = CentOS order by name, [id]
platform = CentOS order by [os_version]
[supports(kvm)]
"""


@pytest.mark.parametrize("pattern", [r"\\C", r"\Q\C\E", r"\(?P<né>", r"é(?P<n>a)", r"\Q(?P<né>"])
def test_an_expression_that_go_reads_alike_is_taken(pattern: str) -> None:
    written = arguments(inspect(f"name matches {quoted(pattern)} and {ALWAYS}"), REGION)

    assert f"= {string(pattern)}" in written


@pytest.mark.parametrize("marked", MARKED.splitlines())
def test_what_the_data_source_cannot_do_is_marked(marked: str) -> None:
    start, end = marked.find("["), marked.find("]") - 1
    plain = re.sub(r"[\[\]]", "", marked)
    text = mended(plain)
    with pytest.raises(QueryError) as caught:
        arguments(inspect(text), REGION)
    (found,) = (each for each in caught.value.diagnostics if each.severity == "error")

    assert found.code == "not-expressible"
    assert text[found.span.start : found.span.end] == plain[start:end]


def test_an_unlisted_type_that_the_data_source_reads_otherwise_is_refused() -> None:
    text = f"imagetype = public and {ALWAYS}"
    with pytest.raises(QueryError, match="takes `public` for `gold`"):
        arguments(inspect(text, allow_unlisted=True), REGION)


def test_a_placeholder_without_a_value_is_reported() -> None:
    with pytest.raises(QueryError) as caught:
        arguments(inspect(f"platform = $platform and {ALWAYS}"), REGION)

    assert {each.code for each in caught.value.diagnostics} == {"unbound-placeholder"}


def test_the_arguments_are_of_parameters_that_there_are() -> None:
    from imsquery.schema import huaweicloud

    tables = (huaweicloud.TERRAFORM_ARGUMENTS, huaweicloud.TERRAFORM_EXPRESSIONS)
    assert {wire for table in tables for wire in table} <= {*CLOUDIMAGES.parameters}
