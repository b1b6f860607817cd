"""The local image list: requests, responses, catalogues and the running service."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

pytest.importorskip("duckdb")
httpx = pytest.importorskip("httpx")

from imsquery.cli.main import main  # noqa: E402
from imsquery.server.catalogue import Catalogue  # noqa: E402
from imsquery.server.requests import Refusal  # noqa: E402
from imsquery.server.runner import running, sample  # noqa: E402
from imsquery.server.validation import CatalogueError  # noqa: E402
from tests.processes import started  # noqa: E402

PARAMETERS = """
    __isregistered __imagetype __whole_image __system__cmkid protected visibility owner id status
    name flavor_id container_format disk_format min_ram min_disk __os_bit __platform marker limit
    sort_key sort_dir __os_type tag member_status __support_kvm __support_xen __support_largememory
    __support_diskintensive __support_highperformance __support_xen_gpu_type
    __support_kvm_gpu_type __support_xen_hana __support_kvm_infiniband virtual_env_type
    enterprise_project_id created_at updated_at architecture
"""
TOKEN = "s3cret"
ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "imsquery" / "server" / "data" / "images.jsonl"


def records() -> list[dict[str, Any]]:
    return [json.loads(line) for line in IMAGES.read_text(encoding="utf-8").splitlines()]


def ids(catalogue: Catalogue, query: str) -> list[str]:
    return [json.loads(record)["id"] for record in catalogue.find(query)]


def found(query: str, *images: dict[str, Any]) -> list[str]:
    """Return the ids of the images that a query finds, in order."""
    with Catalogue.from_records(images) as catalogue:
        return ids(catalogue, query)


def image(identity: str, **attributes: Any) -> dict[str, Any]:
    return {"id": identity, "created_at": "2020-01-01T00:00:00Z", **attributes}


# -- conditions


@pytest.mark.parametrize(
    ("attributes", "query"),
    [
        ({"__platform": "CentOS"}, "__platform=CentOS"),
        ({"__platform": "Oracle Linux"}, "__platform=Oracle%20Linux"),
        ({"__platform": "Oracle Linux"}, "__platform=Oracle+Linux"),
        ({"name": "公共=1&2"}, "name=%E5%85%AC%E5%85%B1=1%262"),
        ({"protected": True}, "protected=true"),
        ({"protected": False}, "protected=False"),
        ({"__support_kvm": "True"}, "__support_kvm=true"),
        ({"__support_s4l": "true"}, "__support_s4l=true"),
        ({"__support_kvm_fpga_type": "VU9P"}, "__support_kvm_fpga_type=VU9P"),
        ({"min_ram": 1024}, "min_ram=1024"),
        ({"min_disk": 40}, "min_disk=0040"),
        ({"__os_bit": "64"}, "__os_bit=64"),
        ({"size": 0}, "size=0"),
        ({"tags": ["a", "k=v"]}, "tag=k=v"),
        ({"tags": ["a", "k=v"]}, "tag=k%3Dv&tag=a"),
        ({"tags": ["k.v.w"]}, "tag=k=v.w"),
        ({"__support_arm": "true"}, "architecture=arm"),
        ({"__support_arm": "false"}, "architecture=x86"),
        ({}, "architecture=x86"),
        ({}, "enterprise_project_id=0"),
        ({"enterprise_project_id": "e"}, "enterprise_project_id=all_granted_eps"),
        ({"flavor_id": ["a", "b"]}, "flavor_id=b"),
        ({"member_status": "pending"}, "member_status=pending"),
        ({"__whole_image": True}, "__whole_image=true"),
        ({"hw_firmware_type": "uefi"}, "hw_firmware_type=uefi"),
        ({"my own/~key'": "it's"}, "my%20own/~key'=it's"),
        ({"": "x"}, "=x"),
        ({"Name": "a", "name": "b", "NAME": 5}, "Name=a&name=b&NAME=5"),
        ({"tags": ["a"], "TAGS": "b", "Protected": 1, "protected": True}, "tag=a&protected=true"),
        ({"x": 1.50, "y": [1, "a", None]}, 'x=1.5&y=[1,"a",null]'),
        ({"protected": "true", "name": 'a"\\\n'}, "protected=true&name=a%22%5C%0A"),
        ({}, "created_at=2020-01-01T00:00:00Z"),
        ({}, "created_at=eq:2020-01-01%2000:00:00"),
        ({}, "created_at=gte:2020-01-01+00:00:00"),
        ({}, "created_at=lt:2020-01-01T00:00:01Z"),
        ({}, "created_at=lte:2020-01-01T00:00:00Z"),
        ({}, "created_at=gt:2019-12-31T23:59:59Z"),
        ({}, "created_at=neq:2019-12-31T23:59:59Z"),
        ({"name": "b"}, "name=a&name=b"),
        ({}, "&&"),
    ],
)
def test_an_image_is_found_by(attributes: dict[str, Any], query: str) -> None:
    assert found(query, image("i", **attributes)) == ["i"]


@pytest.mark.parametrize(
    ("attributes", "query"),
    [
        ({"__platform": "CentOS"}, "__platform=centos"),
        ({"name": "a"}, "name="),
        ({"name": "a"}, "Name=a"),
        ({"name": "a"}, "name=a&name=b"),
        ({}, "__platfrom=CentOS"),
        ({}, "__support_kvm=true"),
        ({}, "__support_kvm=false"),
        ({"tags": ["a"]}, "tag=a&tag=b"),
        ({"min_ram": 1024}, "min_ram=1025"),
        ({"min_ram": "many"}, "min_ram=0"),
        ({"__os_bit": "64"}, "__os_bit=sixty-four"),
        ({"enterprise_project_id": "e"}, "enterprise_project_id=0"),
        ({"flavor_id": ["a", "b"]}, "flavor_id=c"),
        ({}, "protected=false"),
        ({}, "created_at=lt:2020-01-01T00:00:00Z"),
        ({}, "created_at=neq:2020-01-01T00:00:00Z"),
        ({"name": "' OR true --"}, "name=' OR 1=1 --"),
        ({}, "' OR true --=x"),
        ({}, "limit=0"),
    ],
)
def test_an_image_is_not_found_by(attributes: dict[str, Any], query: str) -> None:
    assert found(query, image("i", **attributes)) == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("__imagetype=golden", "IMG.0024"),
        ("sort_dir=", "IMG.0017"),
        ("__os_type=linux", "IMG.0122"),
        ("architecture=x86_64", "IMG.0212"),
        ("min_ram=lots", "IMG.0055"),
        ("min_disk=-1", "IMG.0055"),
        ("min_disk=99999999999999999999", "IMG.0055"),
        ("visibility=all", "IMG.0017"),
        ("status=ACTIVE", "IMG.0017"),
        ("member_status=", "IMG.0017"),
        ("protected=yes", "IMG.0017"),
        ("__whole_image=1", "IMG.0017"),
        ("created_at=lt:2018", "IMG.0017"),
        ("created_at=2018-02-30T00:00:00Z", "IMG.0017"),
        ("created_at=ge:2018-10-28T10:00:00Z", "IMG.0017"),
        ("created_at=lt:" + "%20" * 5_000, "IMG.0017"),
        ("updated_at=", "IMG.0017"),
        ("sort_key=owner", "IMG.0017"),
        ("sort_key=name&sort_dir=up", "IMG.0017"),
        ("limit=ten", "IMG.0017"),
        ("limit=-1", "IMG.0017"),
        ("limit=%D9%A1", "IMG.0017"),
        ("marker=nobody", "IMG.0027"),
        ("name=%", "IMG.0017"),
        ("name=%ff", "IMG.0017"),
        ("%ff=name", "IMG.0017"),
    ],
)
def test_an_invalid_value_is_refused_with_the_code_of_the_service(query: str, code: str) -> None:
    with Catalogue.from_records([]) as catalogue, pytest.raises(Refusal) as refused:
        catalogue.find(query)

    assert (refused.value.status, refused.value.code) == (400, code)


# -- order and pages


def test_the_newest_come_first() -> None:
    images = [
        image("a", created_at="2019-01-01T00:00:00Z"),
        image("b", created_at="2020-01-01T00:00:00Z"),
        image("c", created_at="2019-01-01T00:00:00Z"),
    ]

    assert found("", *images) == ["b", "c", "a"]
    assert found("sort_dir=asc", *images) == ["a", "c", "b"]


def test_an_image_without_the_sort_key_is_least() -> None:
    images = [
        image("a", name="x"),
        image("b"),
        image("c", name="B"),
        image("d"),
        image("e", name="é"),
    ]

    assert found("sort_key=name&sort_dir=asc", *images) == ["b", "d", "c", "a", "e"]
    assert found("sort_key=name", *images) == ["e", "a", "c", "d", "b"]


def test_sizes_are_ordered_as_numbers() -> None:
    images = [image("a", size=9), image("b", size=10), image("c", size=-1)]

    assert found("sort_key=size&sort_dir=asc", *images) == ["c", "a", "b"]


@pytest.mark.parametrize("sort_key", ["name", "container_format", "disk_format", "status", "id",
                                      "size", "created_at"])  # fmt: skip
@pytest.mark.parametrize("sort_dir", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 7, 100])
def test_pages_join_to_the_whole_list(
    shipped: Catalogue, sort_key: str, sort_dir: str, limit: int
) -> None:
    asked = f"sort_key={sort_key}&sort_dir={sort_dir}&__os_type=Linux&__support_kvm=true"
    whole = ids(shipped, asked)
    pages: list[str] = []
    while page := ids(
        shipped, f"{asked}&limit={limit}" + (f"&marker={pages[-1]}" if pages else "")
    ):
        pages += page

    assert len(whole) > 100
    assert pages == whole


@pytest.mark.parametrize("query", ["sort_key=name", "sort_key=name&sort_dir=asc"])
def test_pages_go_past_images_without_the_sort_key(query: str) -> None:
    images = [image("a", name="x"), image("b"), image("c", name="y"), image("d")]
    with Catalogue.from_records(images) as catalogue:
        whole = ids(catalogue, query)
        followers = [ids(catalogue, f"{query}&limit=1&marker={each}") for each in whole]

    assert followers == [*([each] for each in whole[1:]), []]


def test_the_marker_may_be_an_image_that_the_filter_leaves_out() -> None:
    images = [image(each, name=each) for each in "abc"]

    assert found("name=a&marker=b", *images) == ["a"]


def test_a_page_has_500_images_by_default_and_1000_at_most() -> None:
    with Catalogue.from_records([image(f"{n:04}") for n in range(1_200)]) as catalogue:
        sizes = [len(catalogue.find(query)) for query in ("", "limit=600", f"limit={'9' * 5_000}")]

    assert sizes == [500, 600, 1_000]


def test_thousands_of_parameters_are_no_trouble() -> None:
    attributes = {f"a{n}": "x" for n in range(1_500)} | {"tags": [f"t{n}" for n in range(3_000)]}
    query = "&".join([f"a{n}=x" for n in range(1_500)] + [f"tag=t{n}" for n in range(3_000)])

    assert found(query, image("i", **attributes)) == ["i"]
    assert found("&".join(f"b{n}=x" for n in range(20_000)), image("i")) == []


# -- catalogues


def test_parameters_that_responses_do_not_show_are_left_out(shipped: Catalogue) -> None:
    hidden = {"flavor_id", "member_status", "__whole_image"}
    shown = [{k: v for k, v in each.items() if k not in hidden} for each in records()]
    answered = [json.loads(each) for each in shipped.find("limit=1000")]

    assert sorted(answered, key=lambda each: each["id"]) == sorted(
        shown, key=lambda each: each["id"]
    )


def test_a_record_comes_back_as_it_was() -> None:
    record = image("i", odd=[1, {"x": None}], number=1.50, text="\u0000é\U0001f600\"'", none=None)
    with Catalogue.from_records([record]) as catalogue:
        answered = [json.loads(each) for each in catalogue.find("")]

    assert answered == [record]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("whole", [True, False])
def test_json_is_read_as_the_api_gives_it(tmp_path: Path, indent: int, whole: bool) -> None:  # noqa: FBT001
    data = {"images": records(), "next": None} if whole else records()
    path = tmp_path / "a [1]*.json"
    path.write_text(json.dumps(data, indent=indent), encoding="utf-8")
    with Catalogue.from_file(path) as catalogue, sample() as expected:
        assert len(catalogue) == len(records())
        assert ids(catalogue, "__platform=CentOS") == ids(expected, "__platform=CentOS")


@pytest.mark.parametrize(
    "content",
    [
        '\ufeff{"id": "a"}\r\n\r\n{"id": "b"}\r\n',
        '\ufeff[{"id": "a"},\n {"id": "b"}]',
        '{"schema": "x", "next": {"images": [1]}, "images": [{"id": "a"}, {"id": "b"}], "n": 12}',
        '{"images": [{"id": "a"}], "n": 1}\n{"n": 2, "images": [{"id": "b"}]}\n{"images": []}',
        # A chunk ends in the middle of a number.
        (
            f'{{"x": "{"x" * ((1 << 20) - 2_000)}", "n": {"1" * 4_000}, '
            '"images": [{"id": "a"}, {"id": "b"}]}'
        ),
        '{"id": "a", "images": [1]}\n{"id": "b"}',
    ],
)
def test_a_list_of_images_is_found_anywhere_in_a_page(tmp_path: Path, content: str) -> None:
    path = tmp_path / "catalogue"
    path.write_text(content, encoding="utf-8", newline="")
    with Catalogue.from_file(path) as catalogue:
        assert ids(catalogue, "sort_key=id&sort_dir=asc") == ["a", "b"]


def test_a_pipe_can_be_a_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with subprocess.Popen(["cp", IMAGES, path]), Catalogue.from_file(path) as catalogue:
        assert len(catalogue) == len(records())


def test_a_directory_is_not_a_catalogue(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="directory"):
        Catalogue.from_file(tmp_path)


def test_a_failed_load_leaves_no_database(tmp_path: Path) -> None:
    path, database = tmp_path / "images.jsonl", tmp_path / "images.duckdb"
    path.write_text('{"id": "a"}\n{"id": "a"}\n')
    with pytest.raises(CatalogueError, match="two images"):
        Catalogue.from_file(path, database=database)

    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"id": "b", "x": float("nan")}, "record 2: "),
        ({"id": "b", "x": {"y": [float("inf")]}}, "record 2: "),
        ({"id": "b", "x": "\ud800"}, "record 2: "),
        ({"id": "b", "x": {1}}, "record 2: "),
        ({"id": 5}, "record 2: the id is not a string"),
        ({}, "record 2: an image without an id"),
    ],
)
def test_records_that_cannot_be_served_are_refused(record: dict[str, Any], message: str) -> None:
    with pytest.raises(CatalogueError, match=message):
        Catalogue.from_records([image("a"), record])


def test_nan_in_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "images.parquet"
    import duckdb

    duckdb.connect().execute(f"COPY (SELECT 'i' AS id, 'nan'::DOUBLE AS min_ram) TO '{path}'")
    with pytest.raises(CatalogueError, match="record 1: NaN is not JSON"):
        Catalogue.from_file(path)


@pytest.mark.parametrize(
    ("attributes", "query"),
    [
        ({"name": 5}, "name=5"),
        ({"name": True}, "name=true"),
        ({"name": ["5"]}, 'name=["5"]'),
        ({"owner": {}}, "owner={}"),
        ({"min_ram": 5.0}, "min_ram=5"),
        ({"min_ram": True}, "min_ram=1"),
        ({"protected": 1}, "protected=true"),
        ({"tags": [5]}, "tag=5"),
        ({"tags": "a"}, "tag=a"),
        ({"tags": {"a": "a"}}, "tag=a"),
        ({"tags": [["a"]]}, "tag=a"),
        ({"updated_at": 2020}, "updated_at=gte:0001-01-01T00:00:00Z"),
        ({"updated_at": "yesterday"}, "updated_at=gte:2000-01-01T00:00:00Z"),
        ({"updated_at": "2020-02-30T00:00:00Z"}, "updated_at=gte:2000-01-01T00:00:00Z"),
        ({"updated_at": "0000-01-01T00:00:00Z"}, "updated_at=lt:2000-01-01T00:00:00Z"),
        ({"updated_at": "2020-02-20T24:00:00Z"}, "updated_at=gte:2000-01-01T00:00:00Z"),
    ],
)
def test_an_attribute_of_another_type_equals_nothing(
    attributes: dict[str, Any], query: str
) -> None:
    assert found(query, image("i", **attributes)) == []


@pytest.mark.parametrize(
    ("attributes", "query"),
    [
        ({"min_ram": "+05"}, "min_ram=5"),
        ({"protected": "TRUE"}, "protected=true"),
        ({"enterprise_project_id": 5}, "enterprise_project_id=0"),
        ({"tags": [5, None, "a", {}]}, "tag=a"),
        ({"updated_at": "2020-01-01 00:00:00"}, "updated_at=2020-01-01T00:00:00Z"),
        ({"updated_at": "2020-01-01T00:00:00.999Z"}, "updated_at=eq:2020-01-01 00:00:00"),
        ({"updated_at": "yesterday"}, "updated_at=neq:2000-01-01T00:00:00Z"),
    ],
)
def test_an_attribute_is_read_by_its_type(attributes: dict[str, Any], query: str) -> None:
    assert found(query, image("i", **attributes)) == ["i"]


def test_a_null_in_parquet_is_an_absent_attribute(tmp_path: Path) -> None:
    path = tmp_path / "images.parquet"
    import duckdb

    duckdb.connect().execute(
        "COPY (SELECT 'i' AS id, TIMESTAMP '2020-01-01 00:00:00' AS created_at, 40 AS min_disk, "
        f"['a=b'] AS tags, NULL::VARCHAR AS name, true AS protected) TO '{path}'"
    )
    with Catalogue.from_file(path) as catalogue:
        found = catalogue.find("created_at=2020-01-01T00:00:00Z&min_disk=40&tag=a=b&protected=true")

    assert [json.loads(each) for each in found] == [
        {"id": "i", "created_at": "2020-01-01T00:00:00Z", "min_disk": 40, "tags": ["a=b"],
         "protected": True}
    ]  # fmt: skip


def test_a_database_can_be_kept_and_opened_again(tmp_path: Path) -> None:
    database = tmp_path / "it's.duckdb"
    with Catalogue.from_file(IMAGES, database=database) as catalogue:
        expected = ids(catalogue, "__support_kvm=true")
    with Catalogue.open(database) as catalogue:
        assert ids(catalogue, "__support_kvm=true") == expected


def test_a_database_of_another_version_is_refused(tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "images.duckdb"
    with duckdb.connect(str(path)) as database:
        database.execute("CREATE TABLE layout (name VARCHAR, sql VARCHAR, is_number BOOLEAN)")
        database.execute("CREATE TABLE images AS SELECT 0 AS line, 'a' AS c0")
        database.execute("""CREATE TABLE lines AS SELECT '{"id": "a"}' AS line""")
    with pytest.raises(CatalogueError, match=r"images\.duckdb: no catalogue of this version"):
        Catalogue.open(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"# Title\n", "record 1: not JSON: expecting value at character 1"),
        (b"\xff\xfe\x00", "neither Parquet nor UTF-8"),
        (b"PAR1 and nothing else", "magic bytes"),
        (b'{"images": [{"id": "a"}', "expected `,` or `]` in the list of images"),
        (b'{"images": [{"id": "a"} {"id": "b"}]}', "expected `,` or `]` in the list of images"),
        (b'{"images": [1]}', "not an object"),
        (b'{"images": [{"id": "a"},]}', "not JSON"),
        (b'{"images": [{"id":' + b"[" * 100_000 + b"]}", ""),
        (b'{"images": [{"name": "a"}]}', "without an id"),
        (b'{"id": "a"}\n{"id": "a"}\n', "two images with the id 'a'"),
        (b'{"id": "a"}\n\n[]\n', "record 2: not an object"),
        (b'{"id": "a"}\n{"id"\n', "record 2: not JSON: expecting ':' delimiter"),
        (b'{"id": "a"}\n{"id": 5}\n', "record 2: the id is not a string"),
        (b'{"id": "a", "x": NaN}', "record 1: NaN is not JSON"),
        (b'[{"id": "a"}, {"id": "b", "x": [-Infinity]}]', "record 2: -Infinity is not JSON"),
        (b'{"images": [{"id": "a", "x": nan}]}', "not JSON"),
        (b'{"id": "a", "x": nan}', "record 1: not JSON"),
        (b'{"id": "a", "x": 1e999}', "record 1: number out of range: 1e999"),
        (b'{"id": "a", "x": 1,}', "record 1: not JSON"),
        (b'{"id": "a", "x": "\\ud800"}', "record 1: half of a surrogate pair"),
        (b'[{"id": "a", "x\\udc00": 1}]', "record 1: half of a surrogate pair"),
        (b'{"id": "a", "x": "\xed\xa0\x80"}', "neither Parquet nor UTF-8"),
        (b'{"id": "' + b"a" * (3 << 20) + b'"}\n{"id": "\xff"}', "record 2: not UTF-8"),
        (b'{"id": "a", "x": 1, "id": "b"}', "record 1: duplicate attribute 'id'"),
        (b'{"id": "a", "flavor_id": [], "flavor_id": []}', "duplicate attribute 'flavor_id'"),
        (b'{"id": "a", "\\u0069d": "b"}', "record 1: duplicate attribute 'id'"),
        (
            json.dumps({"id": "a"} | {f"k{n}": 1 for n in range(2_000)}).encode(),
            "more than 2000 different attributes",
        ),
        (b'{"id": "a", "x": ' + b"[" * 64 + b"]" * 64 + b"}", "record 1: nested deeper than 64"),
        (b'{"id": "a", "flavor_id": 1, "x": ' + b'{"x":' * 50_000 + b"1" + b"}" * 50_001, "deep"),
        (b'{"id": "' + b"a" * (17 << 20) + b'"}', "record 1: longer than 16,777,216 bytes"),
        (b'[,{"id": "a"}]', "not JSON"),
        (b'[{"id": "a"}] [{"id": "b"}]', "something other than a list of images follows"),
        (b'{"images": [{"id": "a"}]', "expected `,` or `}` in a page"),
        (
            b'{"images": [{"id": "a"}]}\n{"id": "b"}',
            "something other than a list of images follows",
        ),
        (b'{"images": [{"id": "a"}], "images": [{"id": "b"}]}', "two lists of images"),
        (b'{"images": [{"id": "a"}], "x"}', "expected a member of an object"),
        (b'{"images": null}', "without an id"),
        (b"{}", "without an id"),
        (b'{"id": "a", "ID": 1, "x": 1, "x": 2}', "record 1: duplicate attribute 'x'"),
        (b'{"id": "a"}\nnull', "record 2: not an object"),
        (b'{"id": "a"} {"id": "b"}', "record 1: not JSON: extra data"),
        (b"\x00" * 5_000, "record 1: not JSON"),
        (b"\xff\xfe[\x00]\x00", "neither Parquet nor UTF-8"),
    ],
)
def test_a_file_that_is_not_a_catalogue_is_refused(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "catalogue"
    path.write_bytes(content)
    with pytest.raises(CatalogueError) as raised:
        Catalogue.from_file(path)

    assert str(raised.value).startswith(str(path))
    assert message in str(raised.value)


def test_the_sample_is_what_its_generator_prints() -> None:
    count = len(records())
    generator = ROOT / "benchmarks" / "images.py"
    printed = subprocess.run(
        [sys.executable, generator, str(count)], capture_output=True, check=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip

    assert printed.stdout == IMAGES.read_bytes()


# -- the service


def test_a_page_has_the_shape_of_the_reference(endpoint: str) -> None:
    response = httpx.get(f"{endpoint}/v2/cloudimages?__imagetype=gold&sort_key=name&limit=1")

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert set(response.json()) == {"images"}
    assert len(response.json()["images"]) == 1


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v2/cloudimages?__imagetype=x", 400, "IMG.0024"),
        ("GET", "/v2/cloudimages/", 404, "APIGW.0101"),
        ("GET", "/v2/images", 404, "APIGW.0101"),
        ("POST", "/v2/cloudimages", 405, "APIGW.0101"),
        ("DELETE", "/v2/cloudimages", 405, "APIGW.0101"),
    ],
)
def test_errors_have_the_body_of_the_service(
    endpoint: str, method: str, path: str, status: int, code: str
) -> None:
    response = httpx.request(method, endpoint + path)

    assert response.status_code == status
    assert response.json()["error"]["code"] == code
    assert isinstance(response.json()["error"]["message"], str)


def test_the_service_reports_its_health(endpoint: str) -> None:
    assert httpx.get(f"{endpoint}/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({"X-Auth-Token": "wrong"}, 401), ({"X-Auth-Token": TOKEN}, 200)],
)
def test_a_token_is_required_if_it_is_set(
    shipped: Catalogue, headers: dict[str, str], status: int
) -> None:
    with running(shipped, token=TOKEN) as endpoint:
        response = httpx.get(f"{endpoint}/v2/cloudimages", headers=headers)

    assert response.status_code == status
    assert ("error" in response.json()) == (status == 401)


def test_the_openapi_document_has_every_parameter_of_the_reference(endpoint: str) -> None:
    document = httpx.get(f"{endpoint}/openapi.json").json()
    listed = {each["name"] for each in document["paths"]["/v2/cloudimages"]["get"]["parameters"]}

    assert listed == set(PARAMETERS.split())


# -- the command


def start(*arguments: str) -> AbstractContextManager[subprocess.Popen[str]]:
    return started("serve", "--port", "0", *arguments)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_the_sample_until_it_is_told_to_stop(number: signal.Signals) -> None:
    with start() as server:
        assert server.stdout is not None
        announced, page = server.stdout.readline(), server.stdout.readline()
        url = announced.rsplit(maxsplit=1)[-1]
        answered = httpx.get(f"{url}?limit=2").json()
        server.send_signal(number)
        output, errors = server.communicate(timeout=20)

    assert announced.startswith(f"serving {len(records())} images at http://127.0.0.1:")
    assert len(answered["images"]) == 2
    assert page == f"try filters in a browser at {url.removesuffix('v2/cloudimages')}\n"
    assert (server.returncode, output, errors) == (0, "", "")


def test_an_invalid_token_of_the_service_is_refused_without_being_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("IMSQUERY_SERVE_TOKEN", f"{TOKEN}\n")
    with start() as server:
        output, errors = server.communicate(timeout=20)

    assert (server.returncode, output) == (2, "")
    assert "IMSQUERY_SERVE_TOKEN contains characters" in errors
    assert TOKEN not in errors


def test_an_open_request_does_not_keep_it_from_stopping() -> None:
    with start() as server:
        assert server.stdout is not None
        url = urlsplit(server.stdout.readline().rsplit(maxsplit=1)[-1])
        with socket.create_connection((str(url.hostname), int(url.port or 0))) as slow:
            slow.sendall(b"GET /v2/cloudimages HTTP/1.1\r\nHost: x\r\nX: ")
            time.sleep(0.2)
            server.send_signal(signal.SIGTERM)
            assert server.wait(timeout=20) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_load_leaves_no_files(tmp_path: Path, number: signal.Signals) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    endless = os.open(pipe, os.O_RDWR)  # so that its reader never sees the end
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with started("serve", "--port", "0", "--catalog", str(pipe), environment=environment) as server:
        deadline = time.monotonic() + 20
        while not list(tmp_path.glob("imsquery-*/stream")) and time.monotonic() < deadline:
            time.sleep(0.05)
        server.send_signal(number)
        _, errors = server.communicate(timeout=20)
    os.close(endless)

    assert (server.returncode, errors) == (0, "")
    assert [each.name for each in tmp_path.iterdir()] == ["pipe"]


@pytest.mark.parametrize(
    "arguments",
    [["--catalog", "/nowhere"], ["--catalog", __file__], ["--database", __file__],
     ["--database", "/nowhere/images.db", "--catalog", str(IMAGES)], ["--memory", "much"]],
)  # fmt: skip
def test_the_command_reports_an_error_on_one_line(arguments: list[str]) -> None:
    with start(*arguments) as server:
        output, errors = server.communicate(timeout=20)

    assert (server.returncode, output) == (2, "")
    assert errors.startswith("imsquery serve: ")
    assert errors.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--port", "99999"], "--port: expected a port from 0 to 65535, not '99999'"),
        (["--port", "http"], "--port: expected a port from 0 to 65535, not 'http'"),
        (["--host", "\udcff"], "--host: expected an address such as 127.0.0.1, not '\\udcff'"),
        (["--host", "192.0.2.1"], "imsquery serve: cannot listen on '192.0.2.1'; choose an "),
        (["--host", "[::1]"], "imsquery serve: cannot listen on '[::1]'; choose an address of "),
    ],
)
def test_an_address_that_cannot_be_used_is_wrong_usage(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", *arguments]) == 2
    output, errors = capsys.readouterr()
    assert output == ""
    assert message in errors


def test_a_port_in_use_is_said_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 2

    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.startswith(f"imsquery serve: port {port} is in use; choose another with --port")
