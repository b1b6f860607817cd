from __future__ import annotations

import pytest

from imsquery import CLOUDIMAGES
from imsquery.linting.linter import lint

URL = f"https://host{CLOUDIMAGES.path}"


def codes(text: str) -> list[str]:
    return [found.code for found in lint(text)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no URL here: limit=0",
        f"{URL}",
        f"{URL}{{?limit,marker}}",
        f"GET {URL}?owner={{project_id}}",
        f'f"{URL}?__platform={{row["platform"]}}&limit={{n:d}}"',
        f"`${{host}}{CLOUDIMAGES.path}?limit=${{limit}}&__platform=$PLATFORM`",
        f'"{URL}?limit=%d&__platform=%s" % (1, 2)',
        f'"{URL}?limit=" + str(limit)',
        f'"{URL}?limit=" . $limit',
        f'"{URL}?limit="\n    f"{{limit}}"',
        f"'{URL}?limit='$LIMIT",
        f"curl {URL}?limit=<number>",
        f"{URL}?member_status=accepted&...",
        f"{URL}?member_status=accepted&{{filters}}",
        f"[images]({URL}?limit=1).",
        f"see {URL}?limit=1, {URL}?limit=2; ({URL}?limit=3) **{URL}?limit=4**",
        f"查询 {URL}?limit=1。",
        f'<a href="{URL}?__imagetype=gold&amp;limit=1">',
        f"&quot;{URL}?limit=1&quot;",
        f'{{"url": "{URL}?__imagetype=gold\\u0026limit=1"}}',
        f'"{{\\"url\\": \\"{URL}?limit=1\\"}}"',
        f"{URL.replace('cloudimages', 'images')}?limit=0",
        f"<url>{URL}?__imagetype=gold&amp;limit=1</url>",
        f"{URL}?__imagetype=gold&#38;limit=1 {URL}?__imagetype=gold&#x26;limit=1",
        f"a,{URL}?limit=1,b\n;{URL}?limit=1;b",
        f"| GET {CLOUDIMAGES.path}?limit=1|b=|",
        f'"GET {CLOUDIMAGES.path}?limit=1 HTTP/1.1" 200',
        f'"{URL}?limit=" \\\n  "5"',
        f"{URL}?id=&lt;id&gt;&amp;limit=&lt;n&gt;",
        f"{URL}?limit=[n]&id=:id&name=@Model.Name",
        f'curl "{URL}?limit=%LIMIT%&name=%NAME%"',
        f'fmt.Sprintf("{URL}?limit=%i&min_disk=%u&name=%q", x)',
        # as Markdown escapes it
        f"GET {CLOUDIMAGES.path}?owner=\\{{project\\_id\\}}",
        f"GET {CLOUDIMAGES.path}?\\_\\_imagetype=gold&virtual\\_env\\_type=Ironic",
        f"GET {CLOUDIMAGES.path}?owner=\\<project\\_id\\>&limit=\\[n\\]",
        # templates in templates
        f"`{URL}?limit=${{big ? `${{most}}` : '5'}}&__imagetype=gold`",
        f'"{URL}?limit=${{limits["default"] ?? 5}}&__imagetype=gold"',
        f"f'{URL}?limit={{d['limit']}}&name={{{{name}}}}'",
        f"`{URL}?limit=${{\n  full ? 1 : 2\n}}`",
        # what shells, printf and regular expressions fill in
        f"curl {URL}?name=$1&limit=${{2:-5}}",
        f'curl "{URL}?marker=`last_id`"',
        f"curl {URL}?marker=`last_id` -v",
        f'"{URL}?limit=%05d&min_disk=%-5d&name=%2$s&id=%[1]s"',
        f'"{URL}?limit=%5d&name=image-%03d" % (1, 2)',
        rf"{CLOUDIMAGES.path}\?limit=\d+&marker=[^&]+&name=\w*",
        f"re_path(r'{CLOUDIMAGES.path}?limit=(\\d+)&name=(.*)')",
        f"/{CLOUDIMAGES.path}\\?.*$/ /{CLOUDIMAGES.path}\\?__imagetype=.*/",
        f"{URL}?__imagetype=gold&nbsp;or so",
        f'"{URL}?__imagetype=gold/private"',
        f'"{URL}?limit="\n"{URL}?limit=10"',
        # strings that a program joins
        f'"{URL}?" +\n    "member_status=accepted&" +\n    "visibility=shared"',
        f'("{URL}?member_status=accepted"\n "&visibility=shared")',
        f'"{URL}?member_status=accepted&limit=" + n + "&visibility=shared"',
        f'"{URL}?member_status=accepted&limit=" + f("x") + "&visibility=shared"',
        f"'{URL}?limit='.$limit.'&status=active'",
        f'"{URL}?__imagetype=gold\\\n&limit=1"',
        f"'curl \"{URL}?limit=1\"', 'next'",
        f"``{URL}?limit=1`` or ``limit=0``",
        f'"""{URL}?limit=1""".format()',
        f"{URL}?limit=1#top",
        f'"{URL}?limit=1#top"',
    ],
)
def test_a_correct_or_unfinished_url_has_no_findings(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [
        (f"x = '{URL}?imagetype=gold'", "unknown-parameter", "imagetype"),
        (f"see {URL}?limit=0.", "out-of-range", "0"),
        (f"[x]({URL}?limit=0)", "out-of-range", "0"),
        (f'"{URL}?__platform=Oracle Linux&limit=1"', "bad-encoding", " "),
        (f'"\\"{URL}?limit=0\\""', "out-of-range", "0"),
        (f'"{URL}?limit=0&marker=" + marker', "out-of-range", "0"),
        (f"{URL}?name=*CentOS*&limit={{n}}", "impossible-name", "*CentOS*"),
        (f"{URL}?__imagetype=gold&amp;limit=0", "out-of-range", "0"),
        (f"{URL}?__imagetype=gold\\u0026limit=0", "out-of-range", "0"),
        (f"{URL}?member_status={{status}}", "requires", "member_status={status}"),
        (f"{URL}?limit=1&limit=2", "repeated-parameter", "limit=1"),
        (f"{URL}?limit=1 {URL}?limit=x", "bad-value", "x"),
        (f"{URL.replace('/', chr(92) + '/')}?limit=0", "out-of-range", "0"),
        (f"curl {URL}\\?__imagetype\\=gold\\&limit\\=0", "out-of-range", "0"),
        (f'"{URL}?limit\\u003d0\\u0026status=active"', "out-of-range", "0"),
        (f'"{URL}\\u003fstatus=active\\x26limit=0"', "out-of-range", "0"),
        (f"<url>{URL}?__imagetype=gold&amp;limit=0</url>", "out-of-range", "0"),
        (f"{URL}?__imagetype=gold&#38;limit=0", "out-of-range", "0"),
        (f"a,{URL}?limit=0,b", "out-of-range", "0"),
        (f"GET {CLOUDIMAGES.path}?limit=0 HTTP/1.1", "out-of-range", "0"),
        (f"{URL}?name=%E4%B8%AD&limit=0", "out-of-range", "0"),
        (f"GET {CLOUDIMAGES.path}?image\\_type=gold", "unknown-parameter", "image\\_type"),
        (f'"{URL}?name=%s&limit=0" % name', "out-of-range", "0"),
        (f'"{URL}?limit=0"\n"&status=active"', "out-of-range", "0"),
        (f'"{URL}?status=active"\n"&limit=0"', "out-of-range", "0"),
        (f'"{URL}?marker=" + m +\n  "&limit=0"', "out-of-range", "0"),
        (f'"{URL}?name=image%2d1&limit=0"', "out-of-range", "0"),
    ],
)
def test_a_finding_is_at_its_place_in_the_text(text: str, code: str, shown: str) -> None:
    (found,) = lint(text)

    assert found.code == code
    assert text[found.span.start : found.span.end] == shown


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        ("imagetype=gold", "__imagetype=gold"),
        ("architecture=x86_64", "architecture=x86"),
        ("limit=0&marker=$M", "limit=1&marker=$M"),
        ("name=a*&amp;limit=1", "limit=1"),
        ("limit=1&amp;name=a*", "limit=1"),
        ("limit=1\\u0026name=a*", "limit=1"),
        ("limit=1&amp;sort_dir=asc", "limit=1&amp;sort_dir=asc&amp;sort_key=created_at"),
    ],
)
def test_a_fix_is_an_edit_of_the_whole_text(broken: str, mended: str) -> None:
    text = f"# first line\ncall('{URL}?{broken}')\n"
    (found,) = lint(text)

    assert found.fixes[0].apply(text) == text.replace(broken, mended)


@pytest.mark.parametrize("between", ["\n", "\n    ", ",\n", " \\\n"])
def test_a_list_of_urls_is_not_a_value_that_continues(between: str) -> None:
    text = f'"{URL}?protected=yes"{between}"{URL}?protected=true"\n'

    assert [(found.code, found.span.start) for found in lint(text)] == [
        ("bad-value", text.index("yes"))
    ]


def test_unlisted_values_can_be_allowed() -> None:
    text = f"{URL}?__platform=AlmaLinux"

    assert [each.severity for each in lint(text)] == ["error"]
    assert [each.severity for each in lint(text, allow_unlisted=True)] == ["warning"]


def test_a_long_text_takes_little_time() -> None:
    lint(f"{URL}?limit=0 " * 5_000)
    lint(f"{CLOUDIMAGES.path}?{'{' * 50_000}")
    lint(f"{CLOUDIMAGES.path}?{'a' * 200_000}{'(' * 1_000}{')' * 1_000}")
    lint(CLOUDIMAGES.path * 20_000)
