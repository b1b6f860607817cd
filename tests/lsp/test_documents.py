"""What an editor is told about a file."""

from __future__ import annotations

import pytest
from hypothesis import given

import imsquery
from imsquery.lsp.documents import Document, kind_of
from tests import faulty
from tests.strategies import soup


def edited(text: str, edits: list[tuple[int, int, str]]) -> str:
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


@pytest.mark.parametrize(
    ("path", "language", "kind"),
    [
        ("/a/x.imsq", None, "filter"),
        ("/a/x.txt", "imsquery", "filter"),
        ("/a/x.py", None, "python"),
        ("/a/x", "python", "python"),
        ("/a/x.md", "markdown", "other"),
    ],
)
def test_what_is_in_a_file_is_known_by_its_name_or_language(
    path: str, language: str | None, kind: str
) -> None:
    assert kind_of(path, language) == kind


@given(faulty.queries(faults=3))
def test_a_file_of_one_filter_has_the_findings_of_the_filter(text: str) -> None:
    found = Document(text, "filter").findings

    assert {each.diagnostic for each in found} == {*imsquery.check(text)}
    assert all(
        [*edits] == [(edit.span.start, edit.span.end, edit.text) for edit in fix.edits]
        for each in found
        for fix, edits in each.fixes
    )


@given(faulty.queries(faults=2))
def test_a_fix_in_a_program_is_the_fix_of_the_filter(text: str) -> None:
    source = f"import imsquery\nimsquery.plan({text!r})\n"

    for each in Document(source, "python").findings:
        for fix, edits in each.fixes:
            mended = fix.apply(text)
            assert edited(source, [*edits]).splitlines()[1] in {
                f"imsquery.plan({mended!r})",
                f"imsquery.plan({quoted(mended, text)})",
            }


def quoted(text: str, original: str) -> str:
    """Write a string in the quotes of another."""
    quote = repr(original)[0]
    escaped = text.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    return (
        quote
        + "".join(each if each.isprintable() else ascii(each)[1:-1] for each in escaped)
        + quote
    )


@given(soup)
def test_any_file_is_answered(text: str) -> None:
    for kind in ("filter", "python", "other"):
        document = Document(text, kind)
        assert all(0 <= each.start <= each.end <= len(text) for each in document.findings)
        assert document.hover(len(text)) is not None or kind != "filter"
        assert document.mended is None or edited(text, [document.mended]) != text
        document.formatted()


def test_the_urls_of_a_file_are_checked_and_mended() -> None:
    text = "See https://ims.example/v2/cloudimages?__platform=centos\n"
    document = Document(text, "other")

    (found,) = document.findings

    assert found.diagnostic.code == "bad-value"
    edit = document.mended
    assert edit is not None
    assert edited(text, [edit]).endswith("?__platform=CentOS\n")


def test_safe_fixes_of_all_filters_are_applied_at_once() -> None:
    source = (
        "from imsquery import compile, plan\n"
        "compile('platform == centos && protected')\n"
        'plan("platfrom = CentOS")\n'
    )

    edit = Document(source, "python").mended

    assert edit is not None
    assert edited(source, [edit]) == (
        "from imsquery import compile, plan\n"
        "compile('platform == centos and protected')\n"
        'plan("platform = CentOS")\n'
    )


def test_only_compile_is_for_one_request() -> None:
    source = "import imsquery\nimsquery.{}('not platform = CentOS')\n"
    codes = [
        [each.diagnostic.code for each in Document(source.format(name), "python").findings]
        for name in ("compile", "plan")
    ]

    assert codes == [["not-expressible"], []]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("plat|form = CentOS", ["**`platform`**: enumeration", "sent as `__platform`",
                                "`__platform=CentOS`"]),
        ("imaget|ype = gold", ["the API reference, “Querying Images”, table 1",
                               "market: the vendor's generated SDKs"]),
        ("bare_|metal(s4l)", ["common queries, the bare-metal service's FAQ"]),
        ("supp|orts(kvm)", ["**`supports(feature, …)`**", "`__support_kvm=true`"]),
        ("max_ram > 5 |", ["`imsquery.plan` answers it with 1 request"]),
        ("platform = |", ["This filter has errors."]),
    ],
)  # fmt: skip
def test_hovering_tells_a_name_and_the_request(marked: str, expected: list[str]) -> None:
    place = marked.index("|")

    found = Document(marked.replace("|", ""), "filter").hover(place)

    assert found is not None
    assert all(each in found[0] for each in expected), found[0]


def test_completions_are_written_as_the_program_has_strings() -> None:
    source = 'import imsquery\nimsquery.plan("platform = \'orac")\n'
    document = Document(source, "python")

    (found,) = document.completions(source.index('")'))

    assert edited(source, [found[1]]).splitlines()[1] in {
        'imsquery.plan("platform = \\"Oracle Linux\\"")',
        "imsquery.plan(\"platform = 'Oracle Linux'\")",
    }


def test_formatting_keeps_the_ends_of_lines() -> None:
    assert Document("platform==CentOS  # so\r\n", "filter").formatted() == (
        "platform = CentOS  # so\r\n"
    )
    assert Document("platform = = CentOS", "filter").formatted() is None
    assert Document("platform==CentOS", "other").formatted() is None
