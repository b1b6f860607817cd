"""The recipes of README, "In your own tool", in the frameworks that they are for."""

from __future__ import annotations

import asyncio
import doctest
import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import click
import django  # type: ignore[import-untyped]  # it ships no types
import httpx
import pydantic
import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st
from typer.testing import CliRunner as TyperRunner

import imsquery
from imsquery import Limits, testing
from imsquery.pydantic import Filter
from tests.strategies import unicode_text

README = Path(__file__).parent.parent / "README.md"
WRONG = "platfrom = CentOS and protected = yes"


@pytest.fixture(scope="module")
def recipes() -> dict[str, Any]:
    """Return what the code of the section defines."""
    from django.conf import settings  # type: ignore[import-untyped]  # as above

    if not settings.configured:
        settings.configure()
        django.setup()
    section = README.read_text(encoding="utf-8").split("## In your own tool\n")[1].split("\n## ")[0]
    found: dict[str, Any] = {"imsquery": imsquery}
    code = "".join(each.source for each in doctest.DocTestParser().get_examples(section))
    exec(compile(code, README.name, "exec", dont_inherit=True), found)  # noqa: S102 -- our own
    return found


def findings(text: str, target: Any = "plan") -> list[dict[str, Any]]:
    found = imsquery.check(text, target=target)
    return [each.to_dict() for each in found if each.severity == "error"]


# -- Pydantic


class Job(pydantic.BaseModel):
    images: Annotated[str, Filter(target="compile")]


texts = st.one_of(
    testing.queries(),
    testing.requests(),
    testing.near_misses().map(lambda each: each.text),
    unicode_text,
    st.sampled_from(["platform = $x", "platform in $x", "all limit $n", "protected or owner = $x"]),
)


@given(text=texts)
def test_a_field_is_valid_if_the_filter_is_and_has_its_findings_otherwise(text: str) -> None:
    expected = findings(text, "compile")
    try:
        job = Job(images=text)
    except pydantic.ValidationError as error:
        errors = error.errors()
        assert [each["ctx"] for each in errors] == expected
        assert [(each["type"], each["msg"]) for each in errors] == [
            (each["code"], each["message"]) for each in expected
        ]
        assert {(each["loc"], each["input"]) for each in errors} == {(("images",), text)}
    else:
        assert not expected
        assert job.images == text
        assert Job.model_validate_json(job.model_dump_json()) == job


@given(text=texts)
def test_a_valid_field_has_what_it_was_checked_for(text: str) -> None:
    for annotation, make in ((Filter(), imsquery.plan), (Filter("compile"), imsquery.compile)):
        field = pydantic.TypeAdapter(Annotated[str, annotation])
        try:
            field.validate_python(text)
        except pydantic.ValidationError:
            continue
        make(text)


@given(text=st.text(st.sampled_from("ab='\"$\ud800\udfff ")))
@example(text="name = \ud800")
@example(text="\ud800 = a or platfrom = b")
def test_a_response_can_have_the_errors_of_any_text(text: str) -> None:
    try:
        Job(images=text)
    except pydantic.ValidationError as error:
        assert error.json()
        assert json.dumps(error.errors(), ensure_ascii=False).encode()


values = st.none() | st.booleans() | st.integers() | st.binary() | st.lists(st.text()) | texts


@given(
    value=values,
    annotation=st.sampled_from([str, str | None, int | str, Any, list[str] | str, int]),
)
def test_a_value_of_any_type_is_taken_or_refused(value: object, annotation: Any) -> None:
    field = pydantic.TypeAdapter(Annotated[annotation, Filter()])
    try:
        taken = field.validate_python(value)
    except pydantic.ValidationError:
        return
    assert taken is None or (isinstance(taken, str) and not findings(taken))


def test_a_field_may_be_optional() -> None:
    field = pydantic.TypeAdapter(Annotated[str | None, Filter()])

    assert field.validate_python(None) is None
    with pytest.raises(pydantic.ValidationError):
        pydantic.TypeAdapter(Annotated[str, Filter()]).validate_python(None)


@pytest.mark.parametrize("name", ["span", "code", "message", "severity", "fixes", "notes"])
def test_braces_in_a_message_are_not_filled_in(name: str) -> None:
    text = f'os_type = "{{{name}}}"'
    with pytest.raises(pydantic.ValidationError) as caught:
        Job(images=text)
    (error,) = caught.value.errors()

    assert f"`{{{name}}}`" in error["msg"]


def test_the_options_are_those_of_check() -> None:
    unlisted = "platform = AlmaLinux"
    spec = imsquery.CLOUDIMAGES.extend(values={"platform": ["AlmaLinux"]})

    def accepts(filter_: Filter, text: str) -> bool:
        try:
            pydantic.TypeAdapter(Annotated[str, filter_]).validate_python(text)
        except pydantic.ValidationError:
            return False
        return True

    assert not accepts(Filter(), unlisted)
    assert accepts(Filter(allow_unlisted=True), unlisted)
    assert accepts(Filter(spec=spec), unlisted)
    assert accepts(Filter(), "protected or platform = CentOS")
    assert not accepts(Filter(limits=Limits(length=5)), "protected")
    assert Filter() == Filter(target="plan") != Filter(target="compile")


def test_the_module_names_the_extra_that_is_missing() -> None:
    code = (
        "try:\n    import imsquery.pydantic\n"
        "except ModuleNotFoundError as error:\n    assert 'imsquery[pydantic]' in str(error)\n"
        "else:\n    raise AssertionError"
    )
    blocked = "import sys\nsys.modules['pydantic_core'] = None\n"
    subprocess.run([sys.executable, "-c", blocked + code], check=True, cwd=README.parent)


# -- FastAPI


def answer(app: Any, text: str) -> Any:
    async def ask() -> Any:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            return await client.get("/requests", params={"images": text})

    return asyncio.run(ask())


def test_fastapi_answers_422_with_the_findings(recipes: dict[str, Any]) -> None:
    response = answer(recipes["app"], WRONG)

    assert response.status_code == 422
    details = response.json()["detail"]
    assert [each["ctx"] for each in details] == findings(WRONG)
    assert {tuple(each["loc"]) for each in details} == {("query", "images")}


def test_fastapi_takes_no_placeholders(recipes: dict[str, Any]) -> None:
    response = answer(recipes["app"], "platform = $x")

    assert response.status_code == 422
    assert [each["type"] for each in response.json()["detail"]] == ["unbound-placeholder"]


def test_fastapi_passes_a_filter_on(recipes: dict[str, Any]) -> None:
    response = answer(recipes["app"], "platform in (CentOS, Ubuntu)")

    assert (response.status_code, response.json()) == (
        200,
        ["__platform=CentOS", "__platform=Ubuntu"],
    )


# -- Typer and Click


def test_typer_reads_a_filter_and_reports_a_wrong_one(recipes: dict[str, Any]) -> None:
    runner = TyperRunner()
    right = runner.invoke(recipes["command"], ["platform in (CentOS, Ubuntu)"])
    wrong = runner.invoke(recipes["command"], [WRONG])

    assert (right.exit_code, right.output) == (0, "2\n")
    assert wrong.exit_code == 2
    assert "unknown name `platfrom`" in wrong.output


def test_click_does_with_its_own_error(recipes: dict[str, Any]) -> None:
    def read_filter(text: str) -> imsquery.Plan:
        try:
            return imsquery.plan(text)
        except imsquery.QueryError as error:
            raise click.BadParameter(f"\n{error}") from None

    @click.command()
    @click.argument("images", type=read_filter)
    def count_requests(images: imsquery.Plan) -> None:
        click.echo(len(images.requests))

    runner = CliRunner()
    right = runner.invoke(count_requests, ["platform in (CentOS, Ubuntu)"])
    wrong = runner.invoke(count_requests, [WRONG])

    assert get_type_hints(recipes["read_filter"]) == get_type_hints(read_filter)
    assert (right.exit_code, right.output) == (0, "2\n")
    assert wrong.exit_code == 2
    assert "1 | platfrom = CentOS and protected = yes" in wrong.output


# -- Django


def test_django_accepts_a_filter_and_reports_each_finding_of_a_wrong_one(
    recipes: dict[str, Any],
) -> None:
    form = recipes["JobForm"]
    wrong = form({"images": WRONG})
    shown = form({"images": "os_type = '<b>'"})

    assert form({"images": "platform = CentOS"}).is_valid()
    assert not form({"images": "platform = $platform"}).is_valid()
    assert not wrong.is_valid()
    expected = [(each["code"], each["message"]) for each in findings(WRONG)]
    assert [(each.code, each.message) for each in wrong.errors.as_data()["images"]] == expected
    assert not shown.is_valid()
    assert "<b>" not in str(shown.errors)
