"""Writers of requests in each form that `lint` reads."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote

from attrs import frozen

from imsquery import CLOUDIMAGES
from imsquery.linting import commands, hcl, python, urls
from imsquery.linting.requests import Request
from imsquery.schema.spec import Spec
from imsquery.schema.tools import PACKER, PYTHON_SDK, TERRAFORM, Tool, spec_of

Pairs = Sequence[tuple[str, str]]
PATH = CLOUDIMAGES.path
URL = f"https://ims.example{PATH}"


@frozen
class Form:
    """A form: what its parameters are called, how a request is written, and what reads it."""

    name: str
    write: Callable[[Pairs], str]
    read: Callable[[str, Spec], Iterator[Request]]
    tool: Tool | None = None

    @property
    def spec(self) -> Spec:
        return CLOUDIMAGES if self.tool is None else spec_of(self.tool, CLOUDIMAGES)

    def known(self, pairs: Pairs) -> list[tuple[str, str]]:
        """Return the pairs that the form can express, by its names."""
        tool = self.tool
        if tool is None:
            return [*pairs]
        names = tool.arguments or {wire: row.name for wire, row in CLOUDIMAGES.parameters.items()}
        return [
            (names[wire], tool.values.get(wire, {}).get(value, value))
            for wire, value in pairs
            if wire in names
        ]

    def pairs(self, text: str) -> list[tuple[str | None, str | None]]:
        """Return what is read of the one request in a text."""
        (request,) = self.read(text, CLOUDIMAGES)
        return [(pair.name, pair.value) for pair in request.pairs]


def encoded(pairs: Pairs) -> str:
    return "&".join(f"{name}={quote(value, safe=':=')}" for name, value in pairs)


def split_url(pairs: Pairs) -> str:
    first, *rest = encoded(pairs).split("&")
    return "\n".join([f'url = ("{URL}?{first}"', *(f'       "&{each}"' for each in rest), ")\n"])


def joined_url(pairs: Pairs) -> str:
    first, *rest = encoded(pairs).split("&")
    return " +\n    ".join([f'var url = "{URL}?{first}"', *(f"'&{each}'" for each in rest)]) + ";\n"


def markdown(pairs: Pairs) -> str:
    return f"- GET {PATH}?{encoded(pairs)}\n".replace("_", "\\_")


def continued(pairs: Pairs) -> str:
    return f'get("{URL}?' + "\\\n&".join(encoded(pairs).split("&")) + '")\n'


def command(pairs: Pairs) -> str:
    words = [f"--{name}={shlex.quote(value)}" for name, value in pairs]
    return " \\\n    ".join(["hcloud IMS ListImages --cli-region=cn-north-4", *words]) + " | jq .\n"


def quoted_command(pairs: Pairs) -> str:
    words = [f'--{name}="{value}"' for name, value in pairs]
    return f"run `hcloud ims ListImages {' '.join(words)} --cli-output=json` first\n"


def params(pairs: Pairs) -> str:
    given = "".join(
        f"    {json.dumps(n)}: {json.dumps(v, ensure_ascii=False)},\n" for n, v in pairs
    )
    call = f'httpx.get(f"{{host}}{PATH}", params=query, timeout=5)'
    return f"import httpx\n\nquery = {{\n{given}}}\n{call}\n"


def params_at_once(pairs: Pairs) -> str:
    given = ", ".join(f"{name!r}: {value!r}" for name, value in pairs)
    return f"é = session.get('{PATH}', headers=None, params={{{given}}})\n"


def sdk_call(pairs: Pairs) -> str:
    given = "".join(f"        {name}={value!r},\n" for name, value in pairs)
    head = "from huaweicloudsdkims.v2 import ImsClient, ListImagesRequest\n\ndef images(client):\n"
    return f"{head}    return client.list_images(ListImagesRequest(\n{given}    ))\n"


def sdk_attributes(pairs: Pairs) -> str:
    given = "".join(f"    request.{name} = {value!r}\n" for name, value in pairs)
    return (
        "from huaweicloudsdkims.v2 import *\n\ndef images(client):\n"
        f"    request = ListImagesRequest()\n{given}    return client.list_images(request)\n"
    )


def _hcl(value: str) -> str:
    escaped = json.dumps(value, ensure_ascii=False)
    return escaped.replace("${", "$${").replace("%{", "%%{")


def terraform(pairs: Pairs) -> str:
    given = "".join(f"  {name} = {_hcl(value)} # why\n" for name, value in pairs)
    return (
        f'data "huaweicloud_images_images" "all" {{\n  region = var.region\n{given}'
        '  lifecycle {\n    name = "*"\n  }\n  most_recent = true\n}\n'
        'resource "other" "x" {\n  name = "*"\n}\n'
    )


def packer(pairs: Pairs) -> str:
    given = "".join(f"      {name:10} = {_hcl(value)}\n" for name, value in pairs)
    return (
        'source "huaweicloud-ecs" "base" {\n  name = "*"\n  source_image_filter {\n'
        f"    filters {{\n{given}    }}\n    most_recent = true\n  }}\n}}\n"
    )


FORMS = [
    Form("a URL of several strings", split_url, urls.read),
    Form("a URL of joined strings", joined_url, urls.read),
    Form("a URL in Markdown", markdown, urls.read),
    Form("a URL on several lines", continued, urls.read),
    Form("a command", command, commands.read),
    Form("a command in Markdown", quoted_command, commands.read),
    Form("a variable of parameters", params, python.read),
    Form("parameters", params_at_once, python.read),
    Form("a call of the SDK", sdk_call, python.read, PYTHON_SDK),
    Form("attributes of the SDK", sdk_attributes, python.read, PYTHON_SDK),
    Form("Terraform", terraform, hcl.read, TERRAFORM),
    Form("Packer", packer, hcl.read, PACKER),
]
