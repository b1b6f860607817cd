"""What is read of each form, and what is left alone."""

from __future__ import annotations

import pytest

from imsquery.linting.linter import lint

IMPORTS = "from huaweicloudsdkims.v2 import ImsClient, ListImagesRequest\n"


def shown(text: str) -> list[tuple[str, str]]:
    return [(each.code, text[each.span.start : each.span.end]) for each in lint(text)]


@pytest.mark.parametrize(
    "text",
    [
        # commands
        "hcloud IMS ListImages",
        'hcloud IMS ListImages --cli-region=<region> --name="$1" | grep -oP \'"id": "x"\'',
        "hcloud IMS ListImages --__os_type={Linux|Windows} --limit={n} --status=$STATUS",
        "hcloud IMS ListImages --help --debug --project_id=x --X-Language=en",
        "hcloud IMS ListImages --limit 0",
        "hcloud IMS ListImages [--limit=0]",
        "hcloud IMS ListImages $FILTERS --member_status=accepted",
        "hcloud IMS ListImagesTags --limit=0",
        "hcloud ECS ListServers --limit=0",
        "use `hcloud IMS ListImages` with --limit=0",
        "['hcloud IMS ListImages --limit=1', '--limit=0']",
        "hcloud IMS ListImages --limit=1 # --limit=0",
        "hcloud IMS ListImages --limit=1\n--limit=0",
        "Run hcloud IMS ListImages --limit=1, then **hcloud IMS ListImages --limit=2**.",
        "执行 hcloud IMS ListImages --limit=1，然后（hcloud IMS ListImages --limit=2）。",
        '{"run": "hcloud IMS ListImages --limit=1\\n", "name": "x"}',
        '{"run": "hcloud IMS ListImages --name=\\"a*\\" --limit=1"}',
        'run("hcloud IMS ListImages --name=" + name)',
        "bash -c 'hcloud IMS ListImages --name='\"$NAME\"' --limit=1'",
        "`hcloud IMS ListImages --limit=1`\nhcloud ims listimages --limit=0",
        # params=
        "get('/v2/images', params={'limit': 0})",
        "get('/v2/cloudimages', data={'limit': 0})",
        "get('/v2/cloudimages', params=limits)",
        "get('/v2/cloudimages', params={'limit': limit, key: 0, **more})",
        "get('/v2/cloudimages', params={'member_status': 'accepted', **more})",
        "get('/v2/cloudimages', params={'limit': None, '__support_kvm': True})",
        "params = {'limit': 0}\nparams['limit'] = 5\nget('/v2/cloudimages', params=params)",
        "params = {'limit': 0}\nparams.update(more)\nget('/v2/cloudimages', params=params)",
        "params = {'limit': 0}\nparams = more\nget('/v2/cloudimages', params=params)",
        "def a():\n    p = {'limit': 0}\ndef b(p):\n    get('/v2/cloudimages', params=p)",
        "get('/v2/cloudimages', params={'limit': 0}",
        # the SDK
        "ListImagesRequest(limit=0)",
        "from elsewhere import ListImagesRequest\nListImagesRequest(limit=0)",
        f"{IMPORTS}ListImagesRequest(protected=True, limit=5, imagetype='gold', x_sdk_date='x')",
        f"{IMPORTS}r = ListImagesRequest(limit=5)\nr.limit = 6\nr.marker = None",
        f"{IMPORTS}r = ListImagesRequest()\nr.name = n\nr = Other()\nr.nonsense = 'x'",
        f"{IMPORTS}r = ListImagesRequest(imagetype=ListImagesRequestImagetypeEnum.GOLD)",
        # Terraform and Packer
        'data "huaweicloud_images_image" "x" {\n  name_regex = "^a"\n  most_recent = true\n}',
        'data "huaweicloud_images_image" "x" {\n  name = "%[1]s"\n  os = var.os\n}',
        'data "huaweicloud_images_image" "x" {\n  name = "${var.a}-${b("c")}"\n}',
        'data "huaweicloud_images_image" "x" {\n  os = "Nosuch" == "" ? null : "x"\n}',
        'data "huaweicloud_images_image" "x" {\n  visibility = "market"\n  sort_key = "name"\n}',
        'data "huaweicloud_images_image" "x" {\n  sort_direction = "desc"\n}',
        'data "huaweicloud_images_image" "x" {\n  a = {\n    os = "Nosuch"\n  }\n}',
        'data "huaweicloud_images_image" "x" {\n  a = <<EOT\nos = "Nosuch"\nEOT\n}',
        'data "huaweicloud_images_image" "x" {\n  # os = "Nosuch"\n  /* os = "Nosuch" */\n}',
        'data "huaweicloud_images_image" "x" {\n  os = "Nosuch"\n',
        'data "openstack_images_image_v2" "x" {\n  visibility = "Nosuch"\n}',
        (
            'source "openstack" "x" {\n  source_image_filter {\n    filters {\n'
            '      visibility = "community"\n    }\n  }\n}'
        ),
        'source "huaweicloud-ecs" "x" {\n  source_image_name = "*"\n  visibility = "x"\n}',
    ],
)
def test_what_is_right_or_not_known_has_no_findings(text: str) -> None:
    assert shown(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$(hcloud IMS ListImages --limit=0)", [("out-of-range", "0")]),
        ("`hcloud IMS ListImages --limit=0`", [("out-of-range", "0")]),
        ('run("hcloud ims ListImages --limit=0")', [("out-of-range", "0")]),
        ("hcloud IMS ListImages --platform='Oracle Linux'", [("unknown-parameter", "platform")]),
        ("hcloud IMS ListImages --__platform=ubuntu", [("bad-value", "ubuntu")]),
        ("hcloud IMS ListImages `\n  --limit=0", [("out-of-range", "0")]),
        ("hcloud IMS ListImages --name a --limit=0", [("out-of-range", "0")]),
        ("hcloud IMS ListImages --name= --limit=1", [("empty-value", "--name=")]),
        (
            "import requests\nrequests.get(f'{x}/v2/cloudimages', params={'__support_kvm': True})",
            [("bad-value", "True")],
        ),
        ("get(url='/v2/cloudimages/', params=dict(limit=0))", [("out-of-range", "0")]),
        ("é = 'é'; get('v2/cloudimages', params={'limit': 0})", [("out-of-range", "0")]),
        (
            "u = base + '/v2/cloudimages'\np = {'limit': 0}\nget(u, params=p)\nget(u, params=p)",
            [("out-of-range", "0")],
        ),
        (
            "text\n```python\nget('/v2/cloudimages', params={'limit': 0})\n```\n",
            [("out-of-range", "0")],
        ),
        (f"{IMPORTS}ListImagesRequest(platform='centos')", [("bad-value", "centos")]),
        (f"{IMPORTS}ListImagesRequest(__platform='x')", [("unknown-parameter", "__platform")]),
        ("import huaweicloudsdkims.v2 as i\ni.ListImagesRequest(limit=0)", [("out-of-range", "0")]),
        (
            f"{IMPORTS}def f():\n    r = ListImagesRequest()\n    r.os_version = 'x'",
            [("unknown-parameter", "os_version")],
        ),
        (
            'data "huaweicloud_images_images" "x" {\n  visibility = "gold"\n}',
            [("unlisted-value", "gold")],
        ),
        (
            'data "huaweicloud_images_images" "x" {\r\n  visiblity = "public" // x\r\n}',
            [("unknown-parameter", "visiblity")],
        ),
        (
            (
                'data "huaweicloud_images_image" "a" {\n'
                'data "huaweicloud_images_image" "b" {\n  architecture = "x86_64"\n}'
            ),
            [("bad-value", "x86_64")],
        ),
    ],
)
def test_a_fault_is_found_at_its_place(text: str, found: list[tuple[str, str]]) -> None:
    assert shown(text) == found


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        ("hcloud IMS ListImages --__platform=oracle", "'Oracle Linux'"),
        ("import requests\nget('/v2/cloudimages', params={'protected': True})", "'true'"),
        ('get("/v2/cloudimages", params={"__platform": "oracle"})', '"Oracle Linux"'),
        ("get('/v2/cloudimages', params={'__platform': \"oracle\"})", '"Oracle Linux"'),
        (f"{IMPORTS}ListImagesRequest(limit=0)", "limit=1)"),
        ('data "huaweicloud_images_image" "x" {\n  os = "rhel"\n}', '  os = "RedHat"\n'),
    ],
)
def test_a_fix_keeps_the_quotes_of_the_file(broken: str, mended: str) -> None:
    (found,) = lint(broken)

    assert mended in found.fixes[0].apply(broken)
    assert lint(found.fixes[0].apply(broken)) == ()


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        ("get('/v2/cloudimages', params={'nonsense': 'x'})", "params={})"),
        ("get('/v2/cloudimages', params={'nonsense': 'x',})", "params={})"),
        ("get('/v2/cloudimages', params={'limit': 1, 'nonsense': 'x'})", "{'limit': 1})"),
        ("get('/v2/cloudimages', params={'nonsense': 'x', 'limit': 1})", "{'limit': 1})"),
        ("hcloud IMS ListImages --nonsense=x | jq", "ListImages | jq"),
        ("hcloud IMS ListImages --nonsense x | jq", "ListImages | jq"),
        ("hcloud IMS ListImages --limit=1 \\\n --nonsense=x | jq", "--limit=1 | jq"),
    ],
)
def test_a_parameter_is_removed_with_its_separator(broken: str, mended: str) -> None:
    (found,) = lint(broken)

    assert found.fixes[-1].apply(broken).endswith(mended)
