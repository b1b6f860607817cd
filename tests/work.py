"""Work measured without a clock: a copy of the package that counts what it does.

Its source is rewritten as it is imported.  A call, a turn of a loop or an expression that makes
something new is a *step*.  What C code is handed, and what it makes, is *handled*: the characters
that a search, slice or regular expression goes over, the items that are copied, sorted or joined.
Neither depends on the machine.  Of C code, only what is known to be cheap counts as nothing.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from attrs import define, frozen

PACKAGE = "imsquery"

_SIZED = (str, bytes, list, tuple, dict, set, frozenset)
# C code whose work does not depend on the size of what it is handed.
_CHEAP = frozenset({
    "len", "isinstance", "issubclass", "append", "get", "add", "discard", "setdefault", "getattr",
    "startswith", "endswith", "setattr", "hasattr", "iter", "next", "range", "enumerate", "zip",
    "map", "filter", "reversed", "bisect_left", "bisect_right", "insort_right", "ord", "chr",
    "hash", "id", "type", "span", "start", "end", "partial", "evolve", "_replace", "__new__",
    "cast", "items", "keys", "values", "slice", "with_traceback",
})  # fmt: skip
_ADDING = frozenset({"extend", "update"})  # they go over their arguments alone


@frozen
class Work:
    """What was done: steps, and characters and items handled."""

    steps: int
    handled: int


@define
class _Tally:
    steps: int = 0
    handled: int = 0


_tally = _Tally()


# -- what the rewritten source calls


def _size(value: Any) -> Any:
    """Count a value that was made."""
    _tally.steps += 1
    if isinstance(value, _SIZED):
        _tally.handled += len(value)
    return value


def _grown(value: Any) -> None:
    """Count what was added to in its place: lists grow, the rest is copied."""
    _tally.handled += len(value) if isinstance(value, str | bytes | tuple) else 1


def _held(container: Any) -> Any:
    """Count a container that is searched; hashing looks at one place."""
    _tally.handled += len(container) if isinstance(container, str | list | tuple) else 1
    return container


def _each(items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        _tally.steps += 1
        yield item


def _tick() -> bool:
    _tally.steps += 1
    return True


def _item(container: Any, index: Any) -> Any:
    """Count a slice, or the group of a match."""
    value = container[index]
    is_copied = isinstance(index, slice) or isinstance(container, re.Match)
    return _size(value) if is_copied else value


def called(function: Any, *arguments: Any, **named: Any) -> Any:
    """Call a function, and count what it does."""
    _tally.steps += 1
    value = function(*arguments, **named)
    if not _is_own(function):
        _tally.handled += _cost(function, [*arguments, *named.values()], value)
    return value


def _is_own(function: Any) -> bool:
    """Return whether a function is counted from within."""
    while isinstance(function, partial):
        function = function.func
    if hasattr(function, "__wrapped__"):
        return True
    is_python = isinstance(function, FunctionType | MethodType | type)
    return is_python and str(function.__module__).startswith(PACKAGE)


def _cost(function: Any, arguments: list[Any], value: Any) -> int:
    """Return what a call of C code handled."""
    name, own = getattr(function, "__name__", ""), getattr(function, "__self__", None)
    if isinstance(own, re.Pattern):
        return _searched(own, name, arguments, value)
    if isinstance(own, str) and name in {"find", "rfind", "index", "count"}:
        return _found(own, name, arguments, value)
    if name in _CHEAP:
        return 0
    if name == "pop":
        return len(own) if arguments and isinstance(own, list) else 0
    handled = [*arguments] if name in _ADDING else [own, *arguments, value]
    return sum(len(each) for each in handled if isinstance(each, _SIZED))


def _found(text: str, name: str, arguments: list[Any], value: int) -> int:
    start, end, _ = slice(*[*arguments[1:], None, None][:2]).indices(len(text))
    if name in {"find", "index"} and value >= 0:
        return value - start
    return max(0, end - start)


# -- regular expressions


def _searched(pattern: re.Pattern[str], name: str, arguments: list[Any], value: Any) -> int:
    """Return how many characters a method of a pattern looked at."""
    text = arguments[1] if name == "sub" else arguments[0]
    places = [] if name in {"sub", "subn", "split"} else arguments[1:3]
    start, end, _ = slice(*[*places, None, None][:2]).indices(len(text))
    if isinstance(value, re.Match):
        end = value.end()
    elif name in {"match", "fullmatch"}:
        end = _reach(_parsed(pattern), text, start, end)
    # One that is made of a text may go over all of itself at each place.
    return (1 + len(pattern.pattern) // 64) * (max(0, end - start) + 1)


_parser, _compiler = map(import_module, ("re._parser", "re._compiler"))


@cache
def _parsed(pattern: re.Pattern[str]) -> _Sequence:
    return _Sequence(_parser.parse(pattern.pattern, pattern.flags))


class _Sequence:
    """What a regular expression matches one after the other.

    Attributes:
        prefixes: expressions for all of it, for all but the last part, and so on.
        inner: the sequences within each part.
    """

    def __init__(self, parsed: Any) -> None:
        parts = [*parsed]
        self.prefixes = [
            _compiler.compile(_parser.SubPattern(parsed.state, parts[:count]))
            for count in range(len(parts), 0, -1)
        ]
        self.inner = [[_Sequence(each) for each in _within(part)] for part in parts]


def _within(part: Any) -> Iterator[Any]:
    """Yield the sequences that a part of a parsed expression contains."""
    pending = [part[1]]
    while pending:
        value = pending.pop()
        if isinstance(value, _parser.SubPattern):
            yield value
        elif isinstance(value, list | tuple):
            pending += value


def _reach(sequence: _Sequence, text: str, start: int, end: int) -> int:
    """Return how far an expression that does not match was followed."""
    count = len(sequence.prefixes)
    for prefix in sequence.prefixes:
        match = prefix.match(text, start, end)
        if match is not None:
            start = match.end()
            break
        count -= 1
    inner = sequence.inner[count] if count < len(sequence.inner) else []
    return max([start + 1, *(_reach(each, text, start, end) for each in inner)])


# -- the rewriting


class _Rewriter(ast.NodeTransformer):
    """Lets an expression that does work count it; annotations stay as they are."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        returns, node.returns = node.returns, None
        self.generic_visit(node)
        node.returns = returns
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "super":
            return node  # it looks at the frame that calls it
        return ast.Call(_name("_work_call"), [node.func, *node.args], node.keywords)

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        index = node.slice
        if isinstance(index, ast.Slice):
            parts = [index.lower, index.upper, index.step]
            index = _made("slice", *(each or ast.Constant(None) for each in parts))
        elif not isinstance(index, ast.Constant):
            return node
        return _made("_work_item", node.value, index) if _is_read(node) else node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        makes = isinstance(node.op, ast.Add | ast.Mult | ast.Mod)
        return _made("_work_size", node) if makes else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        self.generic_visit(node)
        return _made("_work_size", node)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.FormattedValue:
        node.value = self.visit(node.value)
        return node

    def visit_List(self, node: ast.List) -> ast.expr:
        self.generic_visit(node)
        has_more = any(isinstance(each, ast.Starred) for each in node.elts)
        return _made("_work_size", node) if has_more and _is_read(node) else node

    def visit_Compare(self, node: ast.Compare) -> ast.Compare:
        self.generic_visit(node)
        if isinstance(node.ops[0], ast.In | ast.NotIn):
            node.comparators[0] = _made("_work_held", node.comparators[0])
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        self.generic_visit(node)
        node.iter = _made("_work_each", node.iter)
        return node

    def visit_For(self, node: ast.For) -> ast.For:
        self.generic_visit(node)
        node.iter = _made("_work_each", node.iter)
        return node

    def visit_While(self, node: ast.While) -> ast.While:
        self.generic_visit(node)
        node.test = ast.BoolOp(ast.And(), [_made("_work_tick"), node.test])
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> list[ast.stmt]:
        self.generic_visit(node)
        node.value = _made("_work_size", node.value)
        if isinstance(node.target, ast.Name):  # which grows in place, as far as it is known here
            return [node]
        target = ast.parse(ast.unparse(node.target), mode="eval").body
        return [node, ast.Expr(_made("_work_grown", target))]


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _made(function: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(_name(function), [*arguments], [])


def _is_read(node: ast.Subscript | ast.List) -> bool:
    return isinstance(node.ctx, ast.Load)


_HOOKS = {
    "_work_call": called, "_work_size": _size, "_work_grown": _grown, "_work_held": _held,
    "_work_each": _each, "_work_tick": _tick, "_work_item": _item,
}  # fmt: skip


class _Loader(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:  # never what was compiled before
        path = self.get_filename(fullname)
        tree = _Rewriter().visit(ast.parse(self.get_data(path)))
        return compile(ast.fix_missing_locations(tree), path, "exec")

    def exec_module(self, module: ModuleType) -> None:
        vars(module).update(_HOOKS)
        super().exec_module(module)


class _Finder(MetaPathFinder):
    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if _is_ours(name) else None
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] == PACKAGE


_finder = _Finder()
_copies: dict[str, ModuleType] = {}


@contextmanager
def counting_copy() -> Iterator[None]:
    """Let imports find the copy that counts."""
    originals = _taken_out()
    sys.modules.update(_copies)
    sys.meta_path.insert(0, _finder)
    try:
        yield
    finally:
        sys.meta_path.remove(_finder)
        _copies.update(_taken_out())
        sys.modules.update(originals)


def _taken_out() -> dict[str, ModuleType]:
    return {name: sys.modules.pop(name) for name in [*sys.modules] if _is_ours(name)}


def measured(run: Callable[[str], object], text: str) -> Work:
    """Return the work of a function that imports what it calls from the package."""
    with counting_copy():
        _tally.steps = _tally.handled = 0
        run(text)
        return Work(_tally.steps, _tally.handled)
