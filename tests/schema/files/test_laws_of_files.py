"""A file is read as it was written, or refused where it is wrong; nothing else happens."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any
from urllib.parse import urljoin, urlsplit

import jsonschema_rs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from imsquery import Spec, SpecError, plan, specs, testing
from imsquery import compile as compile_query
from imsquery.compiler.query_string import region_endpoint
from imsquery.schema.files.document import Document
from imsquery.schema.files.load import read_spec
from imsquery.schema.files.shape import faults_of_shape

SCHEMA = files("imsquery.schema.files") / "spec.schema.json"
VALIDATOR = jsonschema_rs.validator_for(json.loads(SCHEMA.read_text(encoding="utf-8")))
SHIPPED = [specs.named(name) for name in specs.NAMES]
drawn = testing.specs() | st.sampled_from(SHIPPED)
formats = st.sampled_from(("toml", "json"))

# -- round trips


@given(drawn, formats)
def test_a_spec_that_is_written_reads_back(spec: Spec, form: str) -> None:
    written = spec.dump(form).encode()

    assert Spec(**read_spec(written, "a file", is_json=form == "json")) == spec


@given(drawn)
def test_both_formats_say_the_same(spec: Spec) -> None:
    assert tomllib.loads(spec.dump("toml")) == json.loads(spec.dump("json"))


@given(drawn)
def test_what_is_written_has_the_shape_of_the_schema(spec: Spec) -> None:
    VALIDATOR.validate(json.loads(spec.dump("json")))


# -- places


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from paths(inner, (*path, number))


keys = st.sampled_from(("a", "b-c", "d.e", "f g", "é", 'q"', "'", "[", "#", "=", "1", "\n", ""))
values = st.recursive(
    st.booleans() | st.integers(-99, 99) | st.text(alphabet="ab\"'\\#[]{}=,. \n\té", max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
tables = st.dictionaries(keys, values, max_size=4)


@st.composite
def toml(draw: st.DrawFn) -> tuple[dict[str, Any], str]:
    """Return a table, and a text that says it: in-line, under headers, or by dotted keys."""
    table = draw(tables)
    plain = {key: each for key, each in table.items() if not isinstance(each, dict | list)}
    lines = [
        f"{quoted(draw, key)}{draw(_gap)}={draw(_gap)}{inline(draw, plain[key])}" for key in plain
    ]
    for key, each in table.items():
        if isinstance(each, list) and each and all(isinstance(item, dict) for item in each):
            for item in each:
                lines += [f"[[ {quoted(draw, key)}]] # one", *pairs(draw, item)]
        elif isinstance(each, list):
            lines.insert(0, f"{quoted(draw, key)} = {inline(draw, each)}")
        elif isinstance(each, dict) and each and draw(st.booleans()):
            dotted = [
                f"{quoted(draw, key)} . {quoted(draw, inner)} = {inline(draw, value)}"
                for inner, value in each.items()
            ]
            lines[:0] = dotted
        elif isinstance(each, dict):
            lines += [f"[{quoted(draw, key)}]", *pairs(draw, each)]
    return table, "\n".join(lines)


_gap = st.sampled_from(("", " ", "\t"))


def pairs(draw: st.DrawFn, table: dict[str, Any]) -> list[str]:
    return [f"{quoted(draw, key)} = {inline(draw, value)}" for key, value in table.items()]


def quoted(draw: st.DrawFn, text: str) -> str:
    if "'" not in text and text.isprintable() and draw(st.booleans()):
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False)


def inline(draw: st.DrawFn, value: Any) -> str:
    if isinstance(value, str):
        if "\\" not in value and '"""' not in value and value[-1:] != '"' and draw(st.booleans()):
            return f'"""\n{value}"""'
        return quoted(draw, value)
    if isinstance(value, list):
        gap = draw(st.sampled_from(("", "\n", " # of it ]\n")))
        return f"[{gap}{','.join(inline(draw, each) for each in value)}{gap}]"
    if isinstance(value, dict):
        return f"{{{','.join(pairs(draw, value))}}}"
    return str(value).lower()


@given(toml())
def test_each_part_of_toml_is_where_it_says(written: tuple[dict[str, Any], str]) -> None:
    table, text = written
    document = Document("a file", text.encode(), is_json=False)
    assert document.content == table

    for path, value in paths(table):
        if path and isinstance(path[-1], str):
            at = document.places.of_key(path)
            assert path[-1] in spelled(text[at:]), path
        at = document.places.of_value(path)
        if isinstance(value, bool | int):
            assert text[at:].startswith(str(value).lower())
        elif isinstance(value, str):
            assert text[at] in "\"'"


def spelled(rest: str) -> set[str]:
    """Return what the text at a place may spell as a key."""
    if rest[0] in "\"'":
        ends = [end for end in range(2, 20) if rest[end - 1 : end] == rest[0]]
        found = (_read(rest[:end]) for end in ends)
        return {each for each in found if each is not None}
    return {
        rest.split("=", maxsplit=1)[0].split("]", maxsplit=1)[0].split(".", maxsplit=1)[0].strip()
    }


def _read(key: str) -> str | None:
    try:
        return next(iter(tomllib.loads(f"{key} = 1")))
    except tomllib.TOMLDecodeError:
        return None


@given(tables, st.none() | st.integers(0, 3))
def test_each_part_of_json_is_where_it_says(table: dict[str, Any], indent: int | None) -> None:
    text = json.dumps(table, ensure_ascii=False, indent=indent)
    document = Document("a file", text.encode(), is_json=True)
    assert document.content == table

    decoder = json.JSONDecoder()
    for path, value in paths(table):
        assert decoder.raw_decode(text, document.places.of_value(path))[0] == value
        if path and isinstance(path[-1], str):
            assert decoder.raw_decode(text, document.places.of_key(path))[0] == path[-1]


# -- what is refused


@st.composite
def changed(draw: st.DrawFn) -> Any:
    """Return what a spec says with a few parts put in the place of others."""
    content = json.loads(draw(drawn).dump("json"))
    if draw(st.booleans()):
        content["extends"] = draw(st.sampled_from((*specs.NAMES, "nosuch")))
    for _ in range(draw(st.integers(0, 3))):
        inner = [value for _, value in paths(content) if isinstance(value, dict | list) and value]
        holder = draw(st.sampled_from(inner))
        place = draw(st.sampled_from([*holder] if isinstance(holder, dict) else range(len(holder))))
        what = draw(st.sampled_from(("remove", "replace", "rename")))
        if what == "remove":
            del holder[place]
        elif what == "replace":
            holder[place] = draw(values)
        elif isinstance(holder, dict):
            holder[f"{place}x"] = holder.pop(place)
    return content


@given(changed())
@example({"path": "/v2/x\n", "host": "", "parameters": {}})
def test_the_schema_refuses_what_the_loader_refuses_by_its_shape(content: Any) -> None:
    assert (not faults_of_shape(content)) is VALIDATOR.is_valid(content)


@given(changed())
def test_a_changed_spec_is_sound_or_refused_with_its_places(content: Any) -> None:
    text = json.dumps(content, indent=1)
    try:
        spec = Spec(**read_spec(text.encode(), "ours.json", is_json=True))
    except SpecError as error:
        lines = text.split("\n")
        for fault in error.faults:
            assert 1 <= fault.column <= len(lines[fault.line - 1]) + 1
            assert fault.message
            assert str(error).startswith("ours.json:")
    else:
        assert spec.extend() == spec
        spec.dump().encode()
        assert plan("order by id limit 1", spec=spec).explain()


_pieces = ("https://", "http://", "ims", "{region}", "{", "}", "{x}", ".", "-", ":", "443", "99999")
_hosts = st.lists(st.sampled_from((*_pieces, "@", "/", "é")), max_size=7).map("".join)
_labels = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)


@given(_hosts, st.sampled_from(("/v2/images", "/v2/../x", "/.", "/..", "/.a/..b")), _labels)
@example("https://ims-{region}.example.com:8443", "/v2/images", "r1")
def test_where_requests_go_is_an_endpoint_in_any_region(host: str, path: str, region: str) -> None:
    content = {"extends": "glance", "host": host, "path": path}
    try:
        spec = Spec(**read_spec(json.dumps(content).encode(), "ours.json", is_json=True))
    except SpecError as error:
        assert {each.message[:8] for each in error.faults} == {"expected"}
        return

    endpoint = region_endpoint(region, host) if "{region}" in host else host or "http://localhost"
    url = compile_query("limit 1", spec=spec).url(endpoint)
    assert url == f"{endpoint}{path}?limit=1"
    assert urlsplit(url).path == path == urljoin(url, path)[len(endpoint) :]
    assert urlsplit(url).port is not None or ":" not in endpoint.partition("://")[2]


@given(st.sampled_from(("NaN", "Infinity", "-Infinity")), st.sampled_from(("[1, ", '{"a": ')))
def test_what_only_looks_like_a_number_of_json_is_refused_where_it_is(
    word: str, start: str
) -> None:
    written = f"{start}{word}{']' if start[0] == '[' else '}'}"
    with pytest.raises(SpecError) as raised:
        read_spec(written.encode(), "a file", is_json=True)

    (fault,) = raised.value.faults
    assert (fault.line, fault.column) == (1, 1 + written.index(word))
    assert fault.message == f"`{word}` is not a value of JSON"


_texts = st.text(st.characters(codec=None), max_size=4)


@given(_texts, st.sampled_from(("source", "unseen", "reading", "aliases", "synonyms")))
def test_a_text_of_json_that_nothing_can_write_is_refused(text: str, column: str) -> None:
    said: dict[str, Any] = {
        "source": text, "unseen": {text: {"why": text}}, "reading": {text: text},
        "aliases": [text], "synonyms": {text: "a"},
    }  # fmt: skip
    row = {"type": "enumeration", "values": ["a"], "source": "s", column: said[column]}
    content = json.dumps({"extends": "glance", "parameters": {"zone": row}})
    try:
        spec = Spec(**read_spec(content.encode(), "ours.json", is_json=True))
    except SpecError:
        return
    assert spec.dump().encode()
    assert spec.dump("json").encode()


@given(st.data(), formats)
def test_any_bytes_are_a_spec_or_an_error(data: st.DataObject, form: str) -> None:
    whole = data.draw(drawn).dump(form).encode()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 9)))
    put = data.draw(
        st.binary(max_size=4) | st.sampled_from((b"[", b"{", b'"""', b"\n", b"#", b"="))
    )
    try:
        read_spec(whole[:start] + put + whole[end:], "a file", is_json=form == "json")
    except SpecError as error:
        assert error.faults


@given(st.binary(max_size=40), formats)
@example(b"\xff", "toml")
@example(b"[" * 100_000, "json")
@example(b"a = " + b"[" * 100_000, "toml")
@example(b"a" + b".a" * 100_000 + b" = 1", "toml")
@example(b"a = " + b"9" * 5_000, "toml")
@example(b'{"limit": ' + b"9" * 5_000 + b"}", "json")
@example(b"NaN", "json")
@example(b" " * (1 << 20), "toml")
@example(b"a = 1\n" * 2, "toml")
@example(b'{"path": 1, "path": 2}', "json")
@example(b'{"extends": "glance", "members": ["\\ud800"]}', "json")
@example(b'{"extends": "glance", "functions": [], "without": [NaN, 1]}', "json")
@example(b'{"extends": "glance", "without": ["id"]}', "json")
@example(b'{"extends": "glance", "without": ["created_at", "updated_at"]}', "json")
@example(b'"' + b'"""' * 50_000, "toml")
def test_whatever_is_in_a_file_it_is_refused_as_a_whole(written: bytes, form: str) -> None:
    try:
        read_spec(written, "a file", is_json=form == "json")
    except SpecError as error:
        assert error.faults
    else:
        raise AssertionError(written)
