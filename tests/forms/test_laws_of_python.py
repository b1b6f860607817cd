"""A call of the vendor's SDK makes the same request; what the SDK lacks is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given

from imsquery import CLOUDIMAGES, QueryError
from imsquery.forms.definitions import python
from imsquery.schema.huaweicloud import NOT_DEFINED
from imsquery.semantics.analysis import inspect
from tests.forms.recorder import Recorder, recording
from tests.forms.strategies import conditions, is_defined, text_of
from tests.strategies import Condition

sdk = pytest.importorskip("huaweicloudsdkims.v2")
credentials = pytest.importorskip("huaweicloudsdkcore.auth.credentials")


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    with recording() as found:
        yield found


@pytest.fixture(scope="module")
def client(recorder: Recorder) -> Any:
    key = credentials.BasicCredentials("ak", "sk", "project")
    return sdk.ImsClient.new_builder().with_credentials(key).with_endpoint(recorder.url).build()


def test_the_sdk_lacks_what_the_table_says() -> None:
    rows = CLOUDIMAGES.parameters.values()
    sent = {row.wire for row in rows if row.pushable}

    assert sent - {*sdk.ListImagesRequest.attribute_map.values()} == NOT_DEFINED


def sent_by(call: str, client: Any, recorder: Recorder) -> list[tuple[str, str]]:
    """Return the parameters that a call sends."""
    recorder.clear()
    request = eval(call, {"ListImagesRequest": sdk.ListImagesRequest})  # noqa: S307 -- what it is for
    client.list_images(request)
    (target,) = recorder.targets
    return sorted(parse_qsl(urlsplit(target).query, keep_blank_values=True, strict_parsing=True))


@given(found=conditions())
def test_the_sdk_sends_the_parameters_of_the_filter(
    client: Any, recorder: Recorder, found: list[Condition]
) -> None:
    text = text_of(found)
    lacking = [each for each in found if not is_defined(each.wire)]
    try:
        call = python(inspect(text, allow_unlisted=True))
    except QueryError as error:
        errors = [each for each in error.diagnostics if each.severity == "error"]
        assert {each.code for each in errors} == {"not-expressible"}
        marked = {text[each.span.start : each.span.end] for each in errors}
        assert len(marked) == len(lacking) > 0
        assert all(any(part in each.text for each in lacking) for part in marked)
        return
    assert call.isprintable()
    assert not lacking
    assert sent_by(call, client, recorder) == sorted((each.wire, each.value) for each in found)


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("all", "ListImagesRequest()"),
        (
            "protected and min_disk = 40 order by name limit 5",
            "ListImagesRequest(limit=5, min_disk=40, protected=True, sort_key='name')",
        ),
        ("os_bit = 64 and not protected", "ListImagesRequest(os_bit='64', protected=False)"),
        (
            "created_at < 2018-10-28 after a1",
            "ListImagesRequest(created_at='lt:2018-10-28T00:00:00Z', marker='a1')",
        ),
    ],
)
def test_values_have_the_types_of_the_sdk(
    text: str, call: str, client: Any, recorder: Recorder
) -> None:
    analysis = inspect(text)
    query = {**parse(sent_by(python(analysis), client, recorder))}

    assert python(inspect(text)) == call
    assert len(query) == call.count("=")


def parse(pairs: list[tuple[str, str]]) -> dict[str, str]:
    found = dict(pairs)
    assert len(found) == len(pairs)
    return found


def test_a_board_type_is_not_expressible_in_the_sdk() -> None:
    text = "imagetype = gold and supports(s4l)"
    with pytest.raises(QueryError) as caught:
        python(inspect(text))
    (found,) = (each for each in caught.value.diagnostics if each.severity == "error")

    assert found.code == "not-expressible"
    assert text[found.span.start : found.span.end] == "supports(s4l)"
