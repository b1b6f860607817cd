"""The layers and invariants of ARCHITECTURE.md, read off the source.

``python tests/test_architecture.py`` prints the layers with the arrows between them.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from imsquery import CLOUDIMAGES

PACKAGE = Path(__file__).parents[1] / "imsquery"

# The rooms, lowest first.  A module imports from its own room or a lower one, nothing else.
LAYERS = (
    "frozen",
    "late",
    "limits",
    "diagnostics",
    "language",
    "fixes",
    "schema",
    "specs",
    "formatting",
    "semantics",
    "evaluation",
    "covering",
    "compiler",
    "forms",
    "completion",
    "urls",
    "linting",
    "execution",
    "planning",
    "engines",
    "pydantic",
    "__init__",  # the public surface: its names may come from any room above
    "testing",
    "server",
    "client",
    "lsp",
    "cli",
    "__main__",
)
FLOOR = {room: number for number, room in enumerate(LAYERS)}

# What a compile loads: neither attrs nor typing, which cost more than the compile.
COMPILE_PATH = (
    "compiler.compiling", "compiler.lowering", "compiler.query_string", "compiler.shortcut",
    "diagnostics.edits", "frozen", "late", "language._tables", "language.algebra",
    "language.lalr", "language.lexer", "language.operators", "language.parser", "language.times",
    "limits", "schema.cloudimages", "schema.huaweicloud", "schema.kinds", "schema.parameters",
    "schema.spec",
    "schema.versions",
    "semantics.analysis", "semantics.binder", "semantics.clauses", "semantics.consistency",
    "semantics.formula",
    "semantics.literals", "semantics.simplify",
)  # fmt: skip


def modules() -> list[str]:
    """Return all modules of the package, by dotted name within it."""
    paths = sorted(PACKAGE.rglob("*.py"))
    return [".".join(path.relative_to(PACKAGE).with_suffix("").parts) for path in paths]


@cache
def tree_of(module: str) -> ast.Module:
    path = PACKAGE.joinpath(*module.split(".")).with_suffix(".py")
    return ast.parse(path.read_text(encoding="utf-8"))


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


def imports(module: str, *, when_loaded: bool = False) -> Iterator[str]:
    """Yield what a module imports anywhere, or only as it is loaded."""
    pending: list[ast.AST] = [tree_of(module)]
    while pending:
        node = pending.pop()
        is_later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if when_loaded and (is_later or is_type_checking(node)):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports by a relative name"
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        pending.extend(ast.iter_child_nodes(node))


@cache
def siblings(module: str) -> frozenset[str]:
    """Return the modules of the package that a module imports: lazily and for types, too."""
    known = set(modules())
    found = set()
    for name in imports(module):
        inner = name.removeprefix("imsquery.") if name.startswith("imsquery.") else None
        while inner and inner not in known and f"{inner}.__init__" not in known:
            inner = inner.rpartition(".")[0]  # a name within a module
        if inner:
            found.add(inner if inner in known else f"{inner}.__init__")
        elif inner is not None or name == "imsquery":
            found.add("__init__")
    return frozenset(found - {module})


def importers(prefix: str) -> set[str]:
    """Return the modules that import a package, anywhere in them."""
    return {
        module
        for module in modules()
        for name in imports(module)
        if name == prefix or name.startswith(prefix + ".")
    }


def room_of(module: str) -> str:
    return module.split(".", maxsplit=1)[0]


def circles() -> list[str]:
    """Return the circles among modules, each by the path that closes it."""
    found: list[str] = []
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        if module in path:
            found.append(" -> ".join([*path[path.index(module) :], module]))
        elif module not in done:
            for other in sorted(siblings(module)):
                visit(other, (*path, module))
            done.add(module)

    for module in modules():
        visit(module, ())
    return found


def test_every_module_has_a_layer() -> None:
    assert {room_of(module) for module in modules()} == set(LAYERS)


@pytest.mark.parametrize("module", modules())
def test_no_module_imports_from_a_higher_layer(module: str) -> None:
    higher = {each for each in siblings(module) if FLOOR[room_of(each)] > FLOOR[room_of(module)]}

    assert higher == set()


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Even a circle that happens to load is a layer too many."""
    assert circles() == []


def test_few_modules_stand_at_the_top() -> None:
    """The foundations, and those that users import by name."""
    top = {module for module in modules() if "." not in module}

    assert top == {"__init__", "__main__", "fixes", "frozen", "late", "limits", "pydantic", "specs"}


@pytest.mark.parametrize("package", sorted(set(LAYERS) - {"testing", "client", "cli"}))
def test_a_package_is_nothing_but_its_modules(package: str) -> None:
    """What its ``__init__`` imports would be loaded with any of them."""
    path = PACKAGE / package / "__init__.py"
    if path.exists():
        body = ast.parse(path.read_text(encoding="utf-8")).body
        assert [type(node) for node in body] == [ast.Expr], "a docstring, and nothing else"


def test_only_the_generator_knows_lark() -> None:
    assert importers("lark") == {"language.generate"}
    assert importers("imsquery.language.generate") == set()


def test_only_the_strategies_know_hypothesis() -> None:
    assert {room_of(module) for module in importers("hypothesis")} == {"testing"}
    assert {room_of(module) for module in importers("imsquery.testing")} == {"testing"}


def test_only_what_needs_an_extra_knows_attrs() -> None:
    assert {room_of(module) for module in importers("attrs")} == {
        "client", "lsp", "server", "testing",
    }  # fmt: skip


@pytest.mark.parametrize("module", COMPILE_PATH)
def test_the_core_imports_no_attrs_and_no_typing(module: str) -> None:
    names = set(imports(module, when_loaded=True))

    assert names.isdisjoint({"attr", "attrs", "typing", "dataclasses", "inspect", "enum"})


def test_findings_draw_nothing() -> None:
    assert siblings("diagnostics.model") == {"diagnostics.edits", "diagnostics.source", "frozen"}


STREAMS = {"stdin", "stdout", "stderr", "__stdin__", "__stdout__", "__stderr__"}


def streams_used(module: str) -> set[str]:
    """Return the standard streams that a module names, as ``sys.stdout`` or imported from it."""
    attributes = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    return {f"sys.{each}" for each in STREAMS} & {*attributes, *imports(module)}


@pytest.mark.parametrize("module", modules())
def test_only_the_command_prints_or_exits(module: str) -> None:
    if room_of(module) in {"cli", "__main__"} or module == "language.generate":
        return
    called = {
        node.func.id
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }

    assert called.isdisjoint({"print", "input", "exit", "quit", "open", "eval", "breakpoint"})
    assert streams_used(module) == set()
    assert "argparse" not in set(imports(module))


def test_the_command_is_seen_to_use_the_standard_streams() -> None:
    """The law above would hold of any module if uses went unseen."""
    assert streams_used("cli.main") >= {"sys.stdout", "sys.stderr"}


@pytest.mark.parametrize(
    "package",
    ["socket", "http", "urllib.request", "ssl", "httpx", "requests", "asyncio.streams", "pickle"],
)
def test_the_core_never_touches_the_network_and_never_unpickles(package: str) -> None:
    allowed = {"client", "server", "cli"}

    assert {room_of(module) for module in importers(package)} <= allowed


@pytest.mark.parametrize(
    "module", sorted(set(modules()) - {"schema.huaweicloud", "schema.tools", "language._tables"})
)
def test_only_the_table_knows_wire_names(module: str) -> None:
    """Those that are no common words: nothing else is called `__platform` or `min_disk`.

    What tools call them is another table.
    """
    telling = {wire for wire in CLOUDIMAGES.parameters if "_" in wire}
    written = {
        node.value: node.lineno
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }

    assert {name: line for name, line in written.items() if name in telling} == {}


def test_no_module_writes_the_prefix_of_the_open_family() -> None:
    family = CLOUDIMAGES.family
    for module in set(modules()) - {"schema.huaweicloud"}:
        for node in ast.walk(tree_of(module)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not node.value.startswith(family), f"{module}:{node.lineno}"


def main() -> None:
    """Print each layer with the layers below that it imports, by number of arrows."""
    total = 0
    for room in reversed(LAYERS):
        below = Counter(
            room_of(other)
            for module in modules()
            if room_of(module) == room
            for other in siblings(module)
            if room_of(other) != room
        )
        total += below.total()
        print(f"{room:12}", ", ".join(f"{each} {count}" for each, count in below.most_common()))
    print(f"{len(modules())} modules, {total} imports between layers, {len(circles())} circles")


if __name__ == "__main__":
    main()
