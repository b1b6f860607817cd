"""Parameters in Python: ``params=`` beside the path, and ``ListImagesRequest`` of the SDK."""

from __future__ import annotations

import ast
import re
import warnings
from collections import Counter

from imsquery.diagnostics.source import Span
from imsquery.linting.python_style import Literal, Places, Style
from imsquery.linting.requests import (
    Entry,
    Request,
    line_end,
    line_start,
    pair_of,
    pairs_in_row,
    unknown_entry,
)
from imsquery.linting.scopes import is_listing, scopes_of, text_of
from imsquery.schema.tools import PYTHON_SDK, spec_of
from imsquery.urls.notation import UNWRITABLE

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from imsquery.linting.scopes import Scope
    from imsquery.schema.spec import Spec
    from imsquery.urls.reader import Pair

_REQUEST = "ListImagesRequest"
_SDK = "huaweicloudsdkims"
_LARGEST = 2_000_000  # code points; far more than a file of Python has
_DEEPEST = 5  # nesting of the expression that ends with the path
_fence = re.compile(r"^```+[ ]?(?:python3?|py)\b[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_string = re.compile(r"[uU]?([\"'])((?:[^\"'\\\n]|\\[^\n])*)\1")
_parenthesis = frozenset("()")
_alone = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\r?\n|$)").match
_comma = re.compile(r"\s*,")
_OTHER_METHODS = frozenset({"delete", "patch", "post", "put"})  # of HTTP
_OTHER_LIBRARIES = frozenset({"aiohttp", "httpx"})
_SESSIONS = ("Client", "Session")
_LONGEST_INDENT = 200


def read(text: str, spec: Spec) -> Iterator[Request]:
    """Yield the requests of a file of Python, or of Python in Markdown."""
    has_path = spec.path.lstrip("/") in text and "params" in text
    if not has_path and not (_REQUEST in text and _SDK in text):
        return
    for offset, code in _sources(text):
        tree = _parse(code)
        if tree is not None:
            yield from _Module(text, offset, code, tree, spec).requests()


def _sources(text: str) -> Iterator[tuple[int, str]]:
    """Yield what may be Python, with where it starts."""
    if len(text) > _LARGEST:
        return
    yield 0, text
    if "```" in text:
        yield from ((found.start(1), found[1]) for found in _fence.finditer(text))


def _parse(code: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about escapes in the file
            return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _blocks(tree: ast.Module) -> dict[int, int]:
    """Return the block of each statement, both by id."""
    return {
        id(each): id(block)
        for node in ast.walk(tree)
        for _, block in ast.iter_fields(node)
        if isinstance(block, list)
        for each in block
    }


def _sets_defaults(node: ast.AST) -> bool:
    """Return whether a session is given parameters that it adds to all requests."""
    match node:
        case ast.Attribute(attr="params"):
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), keywords=given):
            return name.endswith(_SESSIONS) and any(each.arg == "params" for each in given)
        case _:
            return False


def _given(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(each.value for each in call.keywords)]


def _escapes(scope: Scope, name: str) -> list[ast.expr]:
    """Return where a name is used in a way that may add anything to its value."""
    return [scope.escapes[name]] if name in scope.escapes else []


def _is_other_method(call: ast.Call) -> bool:
    """Return whether a call is not for ``GET``."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name) if name.lower() in _OTHER_METHODS:
            return True
        case _:
            return any((text_of(each) or "").lower() in _OTHER_METHODS for each in _given(call))


def _imported(tree: ast.Module) -> set[str]:
    """Return the names of packages that a file imports, and the request of the SDK if it does."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names):
                found |= {each.name.partition(".")[0] for each in names}
            case ast.ImportFrom(module=str(module), names=names):
                found.add(module.partition(".")[0])
                if module.startswith(_SDK) and {"*", _REQUEST} & {each.name for each in names}:
                    found.add(_REQUEST)
            case _:
                pass
    return found


class _Module:
    """Reads the requests of a file."""

    def __init__(self, text: str, offset: int, code: str, tree: ast.Module, spec: Spec) -> None:
        self._text = text
        self._offset = offset
        self._places = Places(code)
        self._line_end = line_end(code)
        self._seen: set[int] = set()  # what was read, by id
        self._tree = tree
        self._spec = spec
        self._imports = _imported(tree)
        self._blocks = _blocks(tree)
        self._has_defaults = any(map(_sets_defaults, ast.walk(tree)))
        self._sent = {
            id(each) for call in _calls(tree) if is_listing(call) for each in _given(call)
        }

    def requests(self) -> Iterator[Request]:
        """Yield the requests."""
        for scope in scopes_of(self._tree):
            for call in scope.calls:
                if self._is_of_sdk(call):
                    yield self._sdk_request(call, scope)
                else:
                    yield from self._http_request(call, scope)

    # -- params=

    def _http_request(self, call: ast.Call, scope: Scope) -> Iterator[Request]:
        """Yield the request of a call with ``params=`` and the path."""
        given = {each.arg: each.value for each in call.keywords if each.arg}
        params = given.pop("params", None)
        if params is None or _is_other_method(call):
            return
        if not any(self._ends_in_path(each, scope) for each in [*call.args, *given.values()]):
            return
        name = params.id if isinstance(params, ast.Name) else ""
        changes = scope.changes.get(name, {})
        written = scope.resolve(params)
        if id(written) in self._seen:  # of another call, too
            return
        self._seen.add(id(written))
        match written:
            case ast.Dict():
                pairs = self._dictionary(written, self._style("{name}: {value}", changes))
            case ast.Call(func=ast.Name(id="dict"), args=[]):
                pairs = self._keywords(written, self._style("{name}={value}", changes))
            case _:
                return
        for node in [*changes.values(), *_escapes(scope, name)]:
            pairs += self._unknown(node)
        if self._has_defaults:
            pairs += self._unknown(call)
        yield Request(Span(*self._span(call)), pairs, self._spec)

    def _style(self, form: str, changes: Iterable[str | None]) -> Style:
        """Return how parameters are sent; libraries differ in truth values."""
        if self._imports.isdisjoint(_OTHER_LIBRARIES) and "requests" in self._imports:
            return Style(form, frozenset(changes), "True", "False")
        return Style(form, frozenset(changes), None, None)

    def _ends_in_path(self, node: ast.expr, scope: Scope, depth: int = 0) -> bool:
        """Return whether a text ends with the path, as far as it is written in the file."""
        if depth > _DEEPEST:
            return False
        match scope.resolve(node):
            case ast.Constant(value=str(value)):
                return value.rstrip("/").endswith(self._spec.path.lstrip("/"))
            case ast.JoinedStr(values=[*_, last]) | ast.BinOp(op=ast.Add(), right=last):
                return self._ends_in_path(last, scope, depth + 1)
            case ast.Call(func=ast.Attribute(value=value, attr="format")):
                return self._ends_in_path(value, scope, depth + 1)
            case ast.Call(func=ast.Name(id="urljoin"), args=[_, last]):
                return self._ends_in_path(last, scope, depth + 1)
            case _:
                return False

    def _dictionary(self, written: ast.Dict, style: Style) -> list[Pair]:
        entries = []
        style = style.evolve(is_free=self._are_bare(zip(written.keys, written.values, strict=True)))
        for key, value in zip(written.keys, written.values, strict=True):
            start, name = self._span(key or value)[0], text_of(key) if key else None
            place, quote = self._content(key) if key else (Span(0, 0), "")
            if name is None or not quote:
                entries.append(unknown_entry(start, self._span(value)[1]))
                continue
            quoted = style.evolve(form=style.form.replace("{name}", f"{quote}{{name}}{quote}"))
            entries.append(self._entry(start, name, place, value, quoted, quote))
        return self._row(entries)

    # -- the SDK

    def _is_of_sdk(self, call: ast.Call) -> bool:
        match call.func:
            case ast.Name(id="ListImagesRequest"):
                return _REQUEST in self._imports
            case ast.Attribute(attr="ListImagesRequest"):
                return _SDK in self._imports
            case _:
                return False

    def _sdk_request(self, call: ast.Call, scope: Scope) -> Request:
        """Return the request that a call makes, with what is assigned to its attributes."""
        pairs = self._keywords(call, Style())
        variable = scope.names.get(id(call), "")
        if scope.stores[variable] == 1:
            block = self._blocks[id(scope.statements[id(call)])]
            pairs += self._attributes(scope.attributes.get(variable, []), pairs, block)
            for node in _escapes(scope, variable):
                pairs += self._unknown(node)
        elif id(call) not in self._sent:  # anything may be added before it is
            pairs += self._unknown(call)
        pairs = [each for each in pairs if each.name not in PYTHON_SDK.others]
        return Request(Span(*self._span(call)), pairs, spec_of(PYTHON_SDK, self._spec))

    def _attributes(
        self, assignments: list[ast.Assign], before: Sequence[Pair], block: int
    ) -> list[Pair]:
        """Read the attributes that are set once.

        Args:
            assignments: to the attributes of a request.
            before: what the request is made with.
            block: where it is made; without an assignment, no other block may be empty.
        """
        targets = [each.targets[0] for each in assignments]
        names = Counter(each.name for each in before)
        names.update(each.attr for each in targets if isinstance(each, ast.Attribute))
        pairs: list[Pair] = []
        for node, target in zip(assignments, targets, strict=True):
            start, end = self._span(node)
            line = self._text.rfind("\n", max(0, start - _LONGEST_INDENT), start)
            indent = self._text[line + 1 : start]
            if not isinstance(target, ast.Attribute) or indent.strip():
                pairs += self._unknown(target)
                continue
            name, stop = target.attr, self._span(target)[1]
            form = f"{self._text[start : stop - len(name)]}{{name}} = {{value}}"
            changed = frozenset({name} if names[name] > 1 else ())
            place = Span(stop - len(name), stop)
            is_free = self._blocks[id(node)] == block and self._is_bare(node)
            style = Style(form, changed, is_free=is_free)
            entry = self._entry(start, name, place, node.value, style, '"')
            if names[name] == 1:
                first = line_start(self._text, start, end)
                pairs += pair_of(entry, first, end, f"{self._line_end}{indent}")
        return sorted(pairs, key=lambda each: each.span)

    # -- both

    def _keywords(self, call: ast.Call, style: Style) -> list[Pair]:
        entries = []
        style = style.evolve(is_free=self._are_bare((each, each.value) for each in call.keywords))
        for each in call.keywords:
            start, end = self._span(each)
            if each.arg is None:
                entries.append(unknown_entry(start, end))
                continue
            place = Span(start, start + len(each.arg))
            entries.append(self._entry(start, each.arg, place, each.value, style, '"'))
        return self._row(entries)

    def _are_bare(self, parts: Iterable[tuple[ast.expr | ast.keyword | None, ast.expr]]) -> bool:
        """Return whether no names or values are in parentheses, which their spans leave out."""
        return all(
            _parenthesis.isdisjoint(self._between(name, value)) for name, value in parts if name
        )

    def _between(self, name: ast.expr | ast.keyword, value: ast.expr) -> str:
        start, end = self._span(name)
        if isinstance(name, ast.keyword):
            end = start + len(name.arg or "")
        return self._text[end : self._span(value)[0]]

    def _entry(
        self, start: int, name: str, place: Span, value: ast.expr, style: Style, quote: str
    ) -> Entry:
        """Read a parameter; nothing is sent for ``None``."""
        end = self._span(value)[1]
        if isinstance(value, ast.Constant) and value.value is None:
            return Entry(start, end)
        content, quotes = self._content(value)
        removed = "" if style.is_free else UNWRITABLE
        notation = Literal(quotes or quote, bool(quotes), style.form, removed)
        return Entry(start, end, name, style.sent(name, value), place, content, notation)

    def _is_bare(self, node: ast.Assign) -> bool:
        """Return whether nothing but a comment is after a value in its line."""
        end = self._span(node)[1]
        return end == self._span(node.value)[1] and _alone(self._text, end) is not None

    def _unknown(self, node: ast.expr) -> list[Pair]:
        """Return what may be any parameters, for a node that could add them."""
        span = self._span(node)
        return pair_of(unknown_entry(*span), *span, "")

    def _row(self, entries: list[Entry]) -> list[Pair]:
        comma = _comma.match(self._text, entries[-1].end) if entries else None
        return pairs_in_row(entries, ", ", end=comma.end() if comma else None)

    def _content(self, node: ast.expr) -> tuple[Span, str]:
        """Return what is in a plain string literal, and its quotes; else the whole expression."""
        start, end = self._span(node)
        found = _string.fullmatch(self._text, start, end)
        return (Span(*found.span(2)), found[1]) if found else (Span(start, end), "")

    def _span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        """Return where a node is in the file."""
        start = self._places.offset(node.lineno, node.col_offset)
        end = self._places.offset(node.end_lineno or 1, node.end_col_offset or 0)
        return self._offset + start, self._offset + end
