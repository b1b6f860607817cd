"""The public surface: what is exported, and how little importing it costs."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import imsquery
from tests.test_architecture import COMPILE_PATH

ROOT = Path(imsquery.__file__).parents[1]

# As the contract names them; more may be exported.
PROMISED = {
    "CLOUDIMAGES", "CompiledQuery", "Diagnostic", "QueryError", "check", "compile", "field",
    "format", "decompile", "parse", "prepare", "PreparedQuery", "supports", "tagged",
}  # fmt: skip


def loaded_by(code: str) -> set[str]:
    """Give the modules that code loads in an interpreter without site-packages."""
    program = f"import sys\nbefore = {{*sys.modules}}\n{code}\nprint(*{{*sys.modules}} - before)"
    printed = subprocess.run(
        [sys.executable, "-S", "-c", program],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    return set(printed.split())


def test_the_exported_names_are_sorted_and_are_the_public_names() -> None:
    assert list(imsquery.__all__) == sorted(imsquery.__all__)
    assert dir(imsquery) == imsquery.__all__
    assert set(imsquery.__all__) >= PROMISED


@pytest.mark.parametrize("name", imsquery.__all__)
def test_every_exported_name_is_there(name: str) -> None:
    value = getattr(imsquery, name)

    assert getattr(value, "__name__", name) == name


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse(Path(imsquery.__file__).read_text(encoding="utf-8"))
    seen = {
        alias.asname: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("imsquery")
        for alias in node.names
    }

    assert seen == {name: f"imsquery.{home}" for name, home in imsquery._HOMES.items()}


def test_another_name_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nosuch'"):
        imsquery.nosuch  # noqa: B018


def test_no_module_hides_behind_a_public_function() -> None:
    modules = {path.stem for path in Path(imsquery.__file__).parent.iterdir()}

    assert modules.isdisjoint(imsquery.__all__)


def test_importing_the_package_loads_nothing_else() -> None:
    assert loaded_by("import imsquery") <= {"imsquery", "__future__"}


def test_a_compile_loads_neither_attrs_nor_typing_nor_lark() -> None:
    """Not even from the standard library what costs more than the compile."""
    loaded = loaded_by(
        "import imsquery\n"
        "assert str(imsquery.compile('platform=CentOS and created_at < 2018-10-28 and "
        "supports(kvm)')) == '__platform=CentOS&__support_kvm=true&"
        "created_at=lt:2018-10-28T00:00:00Z'"
    )
    heavy = {"attr", "attrs", "typing", "lark", "inspect", "dataclasses", "argparse", "json"}
    heavy |= {"urllib.parse", "difflib", "logging", "pathlib", "importlib.resources"}

    assert "imsquery.compiler.lowering" in loaded
    assert loaded.isdisjoint(heavy)
    assert {each for each in loaded if each.startswith("imsquery")} <= {
        "imsquery",
        "imsquery.compiler",
        "imsquery.diagnostics",
        "imsquery.language",
        "imsquery.schema",
        "imsquery.semantics",
        *(f"imsquery.{name}" for name in COMPILE_PATH),
    }


def test_the_testing_module_says_what_it_lacks() -> None:
    code = (
        "try:\n    import imsquery.testing\n"
        "except ModuleNotFoundError as error:\n    assert 'imsquery[testing]' in str(error)\n"
        "else:\n    raise AssertionError"
    )

    assert "hypothesis" not in loaded_by(code)
