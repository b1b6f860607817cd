"""The grammar and the types ship: in a checkout, an installed package and a zipped one."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import imsquery
from imsquery.language.generate import read_grammar

PACKAGE = Path(imsquery.__file__).parent
ROOT = PACKAGE.parent
READ = "from imsquery.language.generate import read_grammar; print(read_grammar(), end='')"


def read_in(folder: Path) -> str:
    """Return the grammar that a package in a folder finds, in a process outside the checkout."""
    code = f"import sys; sys.path.insert(0, {str(folder)!r}); {READ}"
    return subprocess.run(
        [sys.executable, "-I", "-c", code],
        cwd=folder.parent,
        capture_output=True,
        check=True,
        encoding="utf-8",
    ).stdout


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    """Copy only the modules that find the grammar to a folder of their own."""
    package = tmp_path / "site" / "imsquery"
    (package / "language").mkdir(parents=True)
    for name in ("__init__.py", "language/__init__.py", "language/generate.py"):
        shutil.copy(PACKAGE / name, package / name)
    return package


def test_an_installed_package_holds_its_grammar(modules: Path) -> None:
    shutil.copytree(ROOT / "grammar", modules / "_grammar")

    assert read_in(modules.parent) == read_grammar()


def test_a_checkout_has_its_grammar_beside_the_package(modules: Path) -> None:
    shutil.copytree(ROOT / "grammar", modules.parent / "grammar")

    assert read_in(modules.parent) == read_grammar()


def test_a_zipped_package_holds_its_grammar(modules: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "grammar", modules / "_grammar")
    archive = tmp_path / "imsquery.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for path in modules.rglob("*"):
            zipped.write(path, path.relative_to(modules.parent))

    assert read_in(archive) == read_grammar()


def test_the_build_puts_the_grammar_where_the_package_looks_for_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]

    assert wheel["sources"]["grammar"] == "imsquery/_grammar"
    assert "grammar" in wheel["only-include"]


def test_the_grammar_folder_holds_no_python() -> None:
    """With Python in it, hatchling would refuse an editable install."""
    assert list((ROOT / "grammar").rglob("*.py")) == []


@pytest.mark.parametrize("name", ["py.typed", "__init__.pyi"])
def test_the_types_ship(name: str) -> None:
    assert (PACKAGE / name).is_file()
