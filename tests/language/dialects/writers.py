"""Writers of other dialects: each says any filter that its dialect can say.

They are written from the manuals of the dialects and share nothing with the readers.  A writer
takes a filter and a choice among spellings, and raises an error where its dialect cannot say the
filter.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, assert_never
from urllib.parse import quote

from imsquery.language.syntax import (
    And,
    Between,
    Call,
    Comparison,
    Everything,
    Expr,
    Literal,
    Match,
    Membership,
    Not,
    Nothing,
    Or,
    Presence,
    Standalone,
    Value,
)
from imsquery.language.unparse import unparse
from tests.meaning import FUNCTIONS, SUPPORTS
from tests.strategies import KEYWORDS

T = TypeVar("T")


class Pick:
    """A choice among spellings."""

    def __init__(self, draw: Callable[[Sequence[Any]], Any]) -> None:
        self._draw = draw

    def __call__(self, *choices: T) -> T:
        chosen: T = self._draw(choices)
        return chosen

    def flip(self) -> bool:
        return self("heads", "tails") == "heads"


class UnsayableError(Exception):
    """The dialect has no words for it."""


Writer = Callable[[Expr, Pick], str]
Pair = tuple[str, str]


def text_of(value: Value) -> str:
    if not isinstance(value, Literal):
        raise UnsayableError
    return value.text


def texts_of(expr: Membership) -> list[str]:
    if not isinstance(expr.values, tuple):
        raise UnsayableError
    return [text_of(each) for each in expr.values]


def is_tag(name: str) -> bool:
    return name.lower() in {"tag", "tags"}


def called(expr: Call) -> Expr:
    """Write a call out."""
    arguments = [text_of(each) for each in expr.arguments]
    if expr.name == "supports":
        pairs = [(SUPPORTS + each, "true") for each in arguments]
    elif expr.name == "tagged" and len(arguments) == 1:
        raise UnsayableError
    elif expr.name == "tagged":
        pairs = [("tag", "=".join(arguments))]
    else:
        pairs = [(w.format(*arguments), v.format(*arguments)) for w, v in FUNCTIONS[expr.name]]
    parts = [Comparison(name, "=", Literal(value)) for name, value in pairs]
    return parts[0] if len(parts) == 1 else And(parts)


def conjuncts(expr: Expr) -> list[Expr]:
    """Return what an ``and`` joins, or else the filter itself."""
    match expr:
        case Call():
            return conjuncts(called(expr))
        case And(operands):
            return [part for each in operands for part in conjuncts(each)]
        case _:
            return [expr]


def equalities(expr: Expr) -> list[Pair]:
    """Return names and values of a conjunction of equalities, each of another attribute."""
    pairs = []
    for part in conjuncts(expr):
        match part:
            case Comparison(name, "=", value):
                pairs.append((name, text_of(value)))
            case Standalone(name):
                pairs.append((name, "true"))
            case _:
                raise UnsayableError
    return unique(pairs)


def unique(pairs: list[tuple[str, T]]) -> list[tuple[str, T]]:
    """Return pairs, of which no two have one name."""
    if len({name for name, _ in pairs}) < len(pairs):
        raise UnsayableError
    return pairs


# -- JMESPath

_JMESPATH_OPERATORS = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_JMESPATH_FUNCTIONS = {
    "contains": "contains", "startswith": "starts_with", "endswith": "ends_with",
}  # fmt: skip


def jmespath(expr: Expr, pick: Pick) -> str:
    source = pick("", "images", "Images", "data.images")
    shown = pick("", ".id", "[].id", "[*].{id: id, name: name}", " | length(@)")
    return f"{source}[?{_jmespath(expr, pick)}]{shown}"


def _jmespath(expr: Expr, pick: Pick) -> str:
    match expr:
        case And(operands):
            joint = pick("&&", " && ")
            return f"({joint.join(_jmespath(each, pick) for each in operands)})"
        case Or(operands):
            joint = pick("||", " || ")
            return f"({joint.join(_jmespath(each, pick) for each in operands)})"
        case Not(operand):
            return f"!({_jmespath(operand, pick)})"
        case Call():
            return _jmespath(called(expr), pick)
        case Comparison(name, operator, value):
            return _jmespath_comparison(name, operator, text_of(value), pick)
        case Membership(name):
            values = texts_of(expr)
            alternatives = [_jmespath_comparison(name, "=", each, pick) for each in values]
            listed = ",".join(_jmespath_string(each, pick) for each in values)
            plain = f"({'||'.join(alternatives)})"
            chosen = plain if is_tag(name) else pick(plain, f"contains([{listed}], {name})")
            return f"!{chosen}" if expr.negated else chosen
        case Between(name, low, high):
            least = _jmespath_comparison(name, ">=", text_of(low), pick)
            most = _jmespath_comparison(name, "<=", text_of(high), pick)
            return f"{'!' if expr.negated else ''}({least} && {most})"
        case Match(name, operator, value) if operator in _JMESPATH_FUNCTIONS and not is_tag(name):
            value_text = _jmespath_string(text_of(value), pick)
            call = f"{_JMESPATH_FUNCTIONS[operator]}({name}, {value_text})"
            return f"!{call}" if expr.negated else call
        case Presence(name):
            return f"{name}{'==' if expr.negated else '!='}`null`"
        case Standalone(name):
            return name
        case Match() | Everything() | Nothing():
            raise UnsayableError
        case _:
            assert_never(expr)


def _jmespath_comparison(name: str, operator: str, value: str, pick: Pick) -> str:
    written = _jmespath_string(value, pick)
    if is_tag(name):
        return f"{'!' if operator == '!=' else ''}contains({name}, {written})"
    if value.isascii() and value.isdigit() and not value.startswith("0"):
        written = pick(written, f"`{value}`")
    turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(operator, operator)
    return pick(
        f"{name}{_JMESPATH_OPERATORS[operator]}{written}",
        f"{written} {_JMESPATH_OPERATORS[turned]} {name}",
    )


def _jmespath_string(value: str, pick: Pick) -> str:
    literal = "`" + json.dumps(value, ensure_ascii=pick.flip()).replace("`", r"\`") + "`"
    raw = value.replace("'", r"\'")
    return literal if "\\" in value else pick(f"'{raw}'", literal)


# -- MongoDB, and maps

_MONGO = {"!=": "$ne", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}


def mongo(expr: Expr, pick: Pick) -> str:
    return serialized(_mongo(expr, pick), pick)


def serialized(value: object, pick: Pick) -> str:
    """Write a value as JSON or in Python."""
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return pick(json.dumps(value), json.dumps(value, indent=2), compact, repr(value))


def _mongo(expr: Expr, pick: Pick) -> dict[str, Any]:
    match expr:
        case And(operands):
            parts = [_mongo(each, pick) for each in operands]
            keys = [key for part in parts for key in part]
            if len(set(keys)) == len(keys) and pick.flip():
                return {key: value for part in parts for key, value in part.items()}
            return {"$and": parts}
        case Or(operands):
            return {"$or": [_mongo(each, pick) for each in operands]}
        case Not(operand):
            inner = _mongo(operand, pick)
            return pick({"$nor": [inner]}, {"$not": inner})
        case Call():
            return _mongo(called(expr), pick)
        case Comparison() | Membership() | Between() | Match() | Presence() | Standalone():
            return {expr.name: _mongo_condition(expr, pick)}
        case Everything() | Nothing():
            raise UnsayableError
        case _:
            assert_never(expr)


def _mongo_condition(expr: Expr, pick: Pick) -> object:
    """Write what a predicate says of its attribute."""
    match expr:
        case Standalone():
            return True
        case Presence():
            return {"$exists": not expr.negated}
        case Comparison(_, "=", value):
            written = _mongo_value(value, pick)
            return {"$eq": written} if pick.flip() else written
        case Comparison(_, operator, value):
            return {_MONGO[operator]: _mongo_value(value, pick)}
        case Membership():
            return {"$nin" if expr.negated else "$in": texts_of(expr)}
        case Between(_, low, high):
            ends = {"$gte": _mongo_value(low, pick), "$lte": _mongo_value(high, pick)}
            return {"$not": ends} if expr.negated else ends
        case Match(_, "matches", value):
            pattern = {"$regex": text_of(value)}
            return {"$not": pattern} if expr.negated else pattern
        case _:
            raise UnsayableError


def _mongo_value(value: Value, pick: Pick) -> str | int:
    text = text_of(value)
    is_number = text.isascii() and text.isdigit() and text == str(int(text))
    return int(text) if is_number and pick.flip() else text


def plain_map(expr: Expr, pick: Pick) -> str:
    """Write a map of names and values, without its braces."""
    pairs = dict(equalities(expr))
    separators = (pick(", ", ",\n"), ": ")
    inner = json.dumps(pairs, ensure_ascii=pick.flip(), separators=separators)[1:-1]
    return inner + (pick("", ",") if len(pairs) > 1 else "")


# -- AWS


def aws(expr: Expr, pick: Pick) -> str:
    filters = [_aws_filter(each) for each in conjuncts(expr)]
    words = [word for each in filters for word in _aws_shorthand(each, pick)]
    if len(words) == len(filters):
        return pick("", "--filters ") + " ".join(words)
    listed = serialized([{"Name": name, "Values": values} for name, values in filters], pick)
    return pick(listed, f"--filters {shlex.quote(listed)}", f"Filters={listed}")


def _aws_filter(expr: Expr) -> tuple[str, list[str]]:
    match expr:
        case Comparison(name, "=", value):
            return _aws_named(name, [_aws_literal(text_of(value))])
        case Standalone(name):
            return name, ["true"]
        case Membership(name) if not expr.negated:
            return _aws_named(name, [_aws_literal(each) for each in texts_of(expr)])
        case Match(name, operator, value) if not expr.negated and operator != "matches":
            return name, [_aws_pattern(operator, text_of(value))]
        case Or(operands):
            parts = [_aws_filter(each) for each in operands]
            if len({name for name, _ in parts}) > 1:
                raise UnsayableError
            return parts[0][0], [value for _, values in parts for value in values]
        case _:
            raise UnsayableError


def _aws_named(name: str, values: list[str]) -> tuple[str, list[str]]:
    """Write tags of one key as AWS does; others as if they were any attribute."""
    parts = [value.partition("=") for value in values]
    keys = {key if sign else "\\" for key, sign, _ in parts}
    if is_tag(name) and len(keys) == 1 and "\\" not in "".join(keys):
        return f"tag:{keys.pop()}", [value for _, _, value in parts]
    return name, values


def _aws_literal(value: str) -> str:
    return re.sub(r"[*?\\]", r"\\\g<0>", value)


def _aws_pattern(operator: str, value: str) -> str:
    if operator == "glob":
        # Here, a backslash is itself unless it takes the meaning from a wildcard.
        return re.sub(r"\\(?![*?])", r"\\\\", value)
    if value.endswith("\\") and operator != "endswith":
        raise UnsayableError  # this language has no pattern for it
    before = "" if operator == "startswith" else "*"
    return before + _aws_literal(value) + ("" if operator == "endswith" else "*")


def _aws_shorthand(each: tuple[str, list[str]], pick: Pick) -> list[str]:
    """Write the shorthand, where the values need none of its escapes."""
    name, values = each
    if any(re.search(r"""[,"'\\\[\]{}]""", text) or not text for text in [name, *values]):
        return []
    listed = ",".join(values)
    apart = ",".join(map(shlex.quote, values))
    whole = shlex.quote(f"Name={name},Values={listed}")
    return [pick(whole, f"Name={shlex.quote(name)},Values={apart}")]


# -- what the service compares: options, query strings

_RELATIONS = {"=": "eq", "!=": "neq", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}


def wire(parts: Sequence[Expr]) -> list[Pair]:
    """Return names and values; a time comes after what it is compared by."""
    pairs = []
    for part in parts:
        match part:
            case Comparison(name, operator, value) if name.endswith("_at"):
                if len(text_of(value)) < len("2018-10-28T10:00:00Z"):
                    raise UnsayableError  # the service knows moments alone
                pairs.append((name, f"{_RELATIONS[operator]}:{text_of(value)}"))
            case _:
                pairs += equalities(part)
    return unique(pairs)


def options(expr: Expr, pick: Pick) -> str:
    command = pick("", "hcloud IMS ListImages ", "$ hcloud IMS ListImages --cli-region=x ")
    return command + _options(conjuncts(expr), pick)


def filter_and_options(expr: Expr, pick: Pick) -> str:
    first, *rest = conjuncts(expr)
    if not rest or "--" in unparse(first):
        raise UnsayableError
    return f"{unparse(first)} {_options(rest, pick)}"


def _options(parts: Sequence[Expr], pick: Pick) -> str:
    words = []
    for name, value in wire(parts):
        quoted = pick(shlex.quote(value), '"' + re.sub(r'["\\$`]', r"\\\g<0>", value) + '"')
        sign = "=" if value.startswith("--") else pick("=", " ")
        is_flag = name.startswith("support_") and value == "true" and pick.flip()
        words.append(f"--{name}" if is_flag else f"--{name}{sign}{quoted}")
    return pick(" ", " \\\n  ").join(words)


def query_string(expr: Expr, pick: Pick) -> str:
    pairs = wire(conjuncts(expr))
    encoded = [(name, quote(value, safe=pick("", ":", "/"))) for name, value in pairs]
    # After `=`, a bare `~` would make an operator of other languages.
    plain = [f"{name}={value.replace('~', '%7E')}" for name, value in encoded]
    written = pick("&", "&amp;").join(plain)
    url = pick("", "https://ims.x.myhuaweicloud.com/v2/cloudimages?", "GET /v2/cloudimages?", "?")
    return url + written + (pick("", "#top") if url else "")


# -- lines, and HCL


def settings(expr: Expr, pick: Pick) -> str:
    """Write ``name = value`` lines: TOML."""
    sign = pick("=", " = ")
    lines = [f"{name}{sign}{_toml(value, pick)}" for name, value in equalities(expr)]
    if len(lines) == 1:
        raise UnsayableError
    heading = pick("", "[images]\n", "# all of them\n\n")
    return heading + "\n".join(lines) + pick("", "\n")


def _toml(value: str, pick: Pick) -> str:
    if "${" in value:
        raise UnsayableError  # many readers of such lines put something in its place
    spelled = json.dumps(value, ensure_ascii=pick.flip())
    bare = value.isascii() and value.replace("_", "").isalnum()
    return pick(spelled, value if bare else spelled, spelled + "  # so")


def yaml(expr: Expr, pick: Pick) -> str:
    fields: list[tuple[str, list[str] | str]] = []
    for part in conjuncts(expr):
        match part:
            case Membership(name) if not (part.negated or is_tag(name)):
                fields.append((name, texts_of(part)))
            case _:
                fields += equalities(part)
    lines = [line for each in unique(fields) for line in _yaml_lines(*each, pick)]
    if len(lines) == 1 and not isinstance(fields[0][1], list):
        raise UnsayableError
    return pick("", "---\n") + "\n".join(lines)


def _yaml_lines(name: str, value: str | list[str], pick: Pick) -> list[str]:
    if isinstance(value, str):
        return [f"{name}: {_yaml(value, pick)}"]
    written = [_yaml(each, pick) for each in value]
    listed = [f"{name}:", *(f"  - {each}" for each in written)]
    return pick(listed, [f"{name}: [{', '.join(written)}]"]) if len(value) > 1 else listed


def _yaml(value: str, pick: Pick) -> str:
    if "${" in value:
        raise UnsayableError
    double = json.dumps(value, ensure_ascii=pick.flip())
    single = double if "\n" in value or "\r" in value else "'" + value.replace("'", "''") + "'"
    words = value.split(" ")
    is_plain = value.isascii() and all(
        word.replace(".", "").isalnum() and word[0] != "." and word.lower() not in KEYWORDS
        for word in words
    )
    return pick(double, single, value if is_plain else double)


def hcl(expr: Expr, pick: Pick) -> str:
    arguments: list[Pair] = []
    blocks = []
    tags = []
    for part in conjuncts(expr):
        match part:
            case Comparison(name, "=", value) if is_tag(name):
                tags.append(text_of(value))
            case Membership(name) if not (part.negated or is_tag(name)) and pick.flip():
                arguments.append((name, _hcl_list(texts_of(part), pick)))
            case Match("name", "matches", value) if not part.negated:
                arguments.append(("name_regex", _hcl(text_of(value))))
            case Comparison(name, "=", value):
                arguments.append((name, _hcl(text_of(value))))
            case Standalone(name):
                arguments.append((name, "true"))
            case _:
                blocks.append(_hcl_block(*_aws_filter(part), pick))
    lines = [f"{name} = {value}" for name, value in unique(arguments)]
    lines += [*blocks, *_hcl_tags(tags, pick)]
    if pick.flip():
        lines = ['data "huaweicloud_images_image" "x" {', *lines, "}"]
    return "\n".join(lines)


def _hcl(value: str) -> str:
    return re.sub(r"([$%])\{", r"\1\1{", json.dumps(value, ensure_ascii=False))


def _hcl_list(values: Sequence[str], pick: Pick) -> str:
    joint = pick(", ", ",\n  ")
    return f"[{joint.join(map(_hcl, values))}{pick('', ',')}]"


def _hcl_block(name: str, values: Sequence[str], pick: Pick) -> str:
    joint = pick("\n", "  ")
    return f"filter {{{joint}name = {_hcl(name)}{joint}values = {_hcl_list(values, pick)}{joint}}}"


def _hcl_tags(tags: Sequence[str], pick: Pick) -> list[str]:
    pairs = {tag.partition("=")[0]: tag.partition("=")[2] for tag in tags if "=" in tag}
    if not tags:
        return []
    if len(pairs) == len(tags) and pick.flip():
        fields = [f"{_hcl(key)} = {_hcl(value)}" for key, value in pairs.items()]
        return ["tags = { " + pick(", ", "\n").join(fields) + " }"]
    return [f"tags = {_hcl_list(tags, pick)}"]
