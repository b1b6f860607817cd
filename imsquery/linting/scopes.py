"""What the names of a Python file are used for, scope by scope."""

from __future__ import annotations

import ast
from collections import Counter

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterator

_CHANGING = frozenset({"clear", "pop", "popitem", "setdefault", "update"})
# What only looks at its arguments: functions, and methods of anything.
_LOOKING = frozenset({"bool", "dict", "len", "list", "print", "repr", "sorted", "str"})
_LOOKING_METHODS = frozenset({
    "critical", "debug", "dumps", "error", "exception", "format", "info", "urlencode", "warning",
})  # fmt: skip


class Scope:
    """A module, class or function, without those in it.

    Attributes:
        calls: the calls in it.
        stores: name -> how often it is assigned.
        values: name -> what is assigned to it.
        names: id of a value -> the name that it is assigned to.
        statements: id of a value -> the statement that assigns it.
        changes: name -> keys that are set or deleted, and where; ``None`` for any keys.
        attributes: name -> assignments to its attributes.
        escapes: name -> where it is used in another way, so that anything may be added to it.
    """

    def __init__(self) -> None:
        self.calls: list[ast.Call] = []
        self.stores: Counter[str] = Counter()
        self.values: dict[str, ast.expr] = {}
        self.names: dict[int, str] = {}
        self.statements: dict[int, ast.stmt] = {}
        self.changes: dict[str, dict[str | None, ast.expr]] = {}
        self.attributes: dict[str, list[ast.Assign]] = {}
        self.escapes: dict[str, ast.expr] = {}
        self._outer: set[str] = set()  # names that are assigned in a scope around it
        self._known: set[int] = set()  # nodes whose use adds nothing, by id

    def resolve(self, node: ast.expr) -> ast.expr:
        """Return what a name stands for, if it is assigned once."""
        if isinstance(node, ast.Name) and self.stores[node.id] == 1:
            return self.values.get(node.id, node)
        return node

    def note(self, node: ast.AST) -> None:
        """Note what a node does; those that contain it were noted before."""
        match node:
            case ast.Call():
                self._call(node)
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                self.stores[name] += 1
            case ast.Name(id=name, ctx=ast.Load()):
                if id(node) not in self._known:
                    self.escapes[name] = node
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                self._assign(name, value, node)
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=name)) as target]):
                self._know(target)
                self.attributes.setdefault(name, []).append(node)
            case ast.Subscript(value=ast.Name(id=name) as used, ctx=context):
                self._know(used)
                if not isinstance(context, ast.Load):
                    self.changes.setdefault(name, {})[text_of(node.slice)] = node
            case ast.Attribute(value=ast.Name() as used):
                self._attribute(node, used)
            case ast.Dict(keys=keys, values=values):
                self._know(*(each for key, each in zip(keys, values, strict=True) if key is None))
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                self._outer.update(names)
            case _:
                pass

    def note_inner(self, inner: Scope) -> None:
        """Note what a scope within this one does to names of this one."""
        for name in inner._outer:
            self.stores[name] += inner.stores[name]
        own = {name for name, count in inner.stores.items() if count} - inner._outer
        used = {**inner.escapes}
        used |= {name: node for name, found in inner.changes.items() for node in found.values()}
        used |= {name: found[0].targets[0] for name, found in inner.attributes.items()}
        self.escapes.update({name: node for name, node in used.items() if name not in own})

    def _assign(self, name: str, value: ast.expr, statement: ast.stmt) -> None:
        self.values[name] = value
        self.statements[id(value)] = statement
        self.names[id(value)] = name

    def _know(self, *nodes: ast.expr) -> None:
        self._known.update(map(id, nodes))

    def _call(self, call: ast.Call) -> None:
        self.calls.append(call)
        self._know(*(each.value for each in call.keywords if each.arg in {None, "params"}))
        match call.func:
            case ast.Name(id=name) if name in _LOOKING:
                self._know(*call.args)
            case ast.Attribute(attr=name) if name in _LOOKING_METHODS or is_listing(call):
                self._know(*call.args, *(each.value for each in call.keywords))
            case _:
                pass

    def _attribute(self, node: ast.Attribute, used: ast.Name) -> None:
        is_looked_at = isinstance(node.ctx, ast.Load) and not node.attr.startswith("__")
        if is_looked_at or id(node) in self._known:
            self._know(used)
        else:
            self.escapes[used.id] = node
        if node.attr in _CHANGING:
            self.changes.setdefault(used.id, {})[None] = node


def is_listing(call: ast.Call) -> bool:
    """Return whether a call sends the request of the SDK that is its argument."""
    return isinstance(call.func, ast.Attribute) and call.func.attr.startswith("list_images")


def text_of(node: ast.expr) -> str | None:
    """Return the text of a string literal."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case _:
            return None


def scopes_of(tree: ast.Module) -> Iterator[Scope]:
    """Yield each scope of a file."""
    roots: list[tuple[ast.AST, Scope | None]] = [(tree, None)]
    found: list[tuple[Scope, Scope | None]] = []
    while roots:
        root, outer = roots.pop()
        scope, waiting = Scope(), [root]
        found.append((scope, outer))
        while waiting:
            for node in ast.iter_child_nodes(waiting.pop()):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    roots.append((node, scope))
                else:
                    waiting.append(node)
                    scope.note(node)
    for scope, outer in reversed(found):
        if outer is not None:
            outer.note_inner(scope)
    yield from (scope for scope, _ in found)
