"""The invariants of ARCHITECTURE.md, read off the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import imsquery
from imsquery import CLOUDIMAGES

PACKAGE = Path(imsquery.__file__).parent

# What a compile is made of: each module may import those above it when it is loaded, and no others.
LAYERS = (
    {"_tables", "kinds", "limits", "formula", "times", "query_string"},
    {"lexer", "spec"},
    {"parser", "cloudimages", "simplify"},
    {"conditions", "consistency"},
    {"binder"},
    {"compiler"},
)
RANK = {module: rank for rank, layer in enumerate(LAYERS) for module in layer}


def modules() -> list[str]:
    """Give all modules of the package, by dotted name within it."""
    paths = sorted(PACKAGE.rglob("*.py"))
    return [".".join(path.relative_to(PACKAGE).with_suffix("").parts) for path in paths]


@cache
def tree_of(module: str) -> ast.Module:
    path = PACKAGE.joinpath(*module.split(".")).with_suffix(".py")
    return ast.parse(path.read_text(encoding="utf-8"))


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


def imports(module: str, *, when_loaded: bool) -> Iterator[str]:
    """Give what a module imports, in functions too or only as it is loaded; never for types."""
    pending: list[ast.AST] = [tree_of(module)]
    while pending:
        node = pending.pop()
        if is_type_checking(node):
            continue
        if when_loaded and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports by a relative name"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        pending.extend(ast.iter_child_nodes(node))


def siblings(module: str, *, when_loaded: bool = True) -> set[str]:
    """Give the modules of the package that a module imports."""
    known = set(modules())
    found = set()
    for name in imports(module, when_loaded=when_loaded):
        inner = name.removeprefix("imsquery.") if name.startswith("imsquery.") else None
        if name == "imsquery":
            inner = "__init__"
        for each in (inner, f"{inner}.__init__"):
            if each in known and each != module:
                found.add(str(each))
    return found


def importers(prefix: str) -> set[str]:
    """Give the modules that import a package, anywhere in them."""
    return {
        module
        for module in modules()
        for name in imports(module, when_loaded=False)
        if name == prefix or name.startswith(prefix + ".")
    }


def package_of(module: str) -> str:
    return module.split(".", maxsplit=1)[0]


@pytest.mark.parametrize("module", sorted(RANK))
def test_no_module_of_the_core_imports_from_its_own_layer_or_above(module: str) -> None:
    for other in siblings(module):
        assert RANK.get(other, len(LAYERS)) < RANK[module], f"{module} imports {other}"


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Even a cycle that happens to load is a layer too many."""
    graph = {module: siblings(module) for module in modules()}
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join([*path, module])
        if module not in done:
            for other in graph[module]:
                visit(other, (*path, module))
            done.add(module)

    for module in graph:
        visit(module, ())


def test_only_the_generator_knows_lark() -> None:
    assert importers("lark") == {"_generate"}
    assert importers("imsquery._generate") == set()


def test_only_the_strategies_know_hypothesis() -> None:
    assert {package_of(module) for module in importers("hypothesis")} == {"testing"}
    assert {package_of(module) for module in importers("imsquery.testing")} == {"testing"}


@pytest.mark.parametrize("module", sorted(RANK))
def test_the_core_imports_no_attrs_and_no_typing(module: str) -> None:
    names = set(imports(module, when_loaded=True))

    assert names.isdisjoint({"attr", "attrs", "typing", "dataclasses", "inspect", "enum"})


def test_diagnostics_draw_nothing() -> None:
    assert siblings("diagnostics") == {"source"}


def test_the_syntax_tree_knows_no_spec() -> None:
    assert siblings("syntax", when_loaded=False).isdisjoint({"spec", "cloudimages", "binder"})


@pytest.mark.parametrize("module", modules())
def test_only_the_command_prints_or_exits(module: str) -> None:
    if package_of(module) in {"cli", "__main__", "_generate"}:
        return
    called = {
        node.func.id
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }

    assert called.isdisjoint({"print", "input", "exit", "quit", "open", "eval", "breakpoint"})
    assert "argparse" not in set(imports(module, when_loaded=False))


@pytest.mark.parametrize(
    "package",
    ["socket", "http", "urllib.request", "ssl", "httpx", "requests", "asyncio.streams", "pickle"],
)
def test_the_core_never_touches_the_network_and_never_unpickles(package: str) -> None:
    allowed = {"client", "server", "cli"}

    assert {package_of(module) for module in importers(package)} <= allowed


@pytest.mark.parametrize("module", sorted(set(modules()) - {"cloudimages", "_tables"}))
def test_only_the_table_knows_wire_names(module: str) -> None:
    """Those that are no common words: nothing else is called `__platform` or `min_disk`."""
    telling = {wire for wire in CLOUDIMAGES.parameters if "_" in wire}
    written = {
        node.value: node.lineno
        for node in ast.walk(tree_of(module))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }

    assert {name: line for name, line in written.items() if name in telling} == {}


def test_no_module_writes_the_prefix_of_the_open_family() -> None:
    family = CLOUDIMAGES.family
    for module in set(modules()) - {"cloudimages"}:
        for node in ast.walk(tree_of(module)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not node.value.startswith(family), f"{module}:{node.lineno}"
