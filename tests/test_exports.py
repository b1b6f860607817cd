"""What is exported, what type checkers and editors see of it, and how little importing it costs."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import jedi  # type: ignore[import-untyped]  # it ships no types
import pytest
from mypy import api as mypy

import imsquery
from tests.test_architecture import COMPILE_PATH

PACKAGE = Path(imsquery.__file__).parent
ROOT = PACKAGE.parent

# The names of the contract; more may be exported.
PROMISED = {
    "CLOUDIMAGES", "CompiledQuery", "Diagnostic", "QueryError", "check", "compile", "field",
    "format", "decompile", "parse", "prepare", "PreparedQuery", "supports", "tagged",
}  # fmt: skip

MODULES: dict[str, str] = vars(imsquery)["_MODULES"]


def loaded_by(code: str) -> set[str]:
    """Return the modules that code loads in an interpreter without site-packages."""
    return set(run(f"import sys\nold = {{*sys.modules}}\n{code}\nprint(*{{*sys.modules}} - old)"))


def run(code: str) -> list[str]:
    """Return the words that code prints in an interpreter without site-packages."""
    return subprocess.run(
        [sys.executable, "-S", "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split()


# -- names


def test_the_exported_names_are_a_sorted_literal() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    (names,) = (
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    )

    assert names == vars(imsquery)["__all__"] == sorted(names)
    assert set(names) >= PROMISED


def test_the_exported_names_are_those_of_the_lazy_table() -> None:
    assert vars(imsquery)["__all__"] == list(MODULES)
    assert dir(imsquery) == sorted([*MODULES, "__version__"])


def test_the_stub_lists_each_name_with_its_module() -> None:
    tree = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    names = [(alias.name, alias.asname, node.module) for node in imports for alias in node.names]
    rest = [ast.unparse(node) for node in tree.body if node not in imports]

    assert sorted(names) == [(name, name, f"imsquery.{MODULES[name]}") for name in MODULES]
    assert rest == ["__version__: str"]


@pytest.mark.parametrize("name", MODULES)
def test_every_exported_name_is_there(name: str) -> None:
    value = getattr(imsquery, name)

    assert getattr(value, "__name__", name) == name


def test_another_name_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nosuch'"):
        getattr(imsquery, "nosuch")  # noqa: B009 -- as an attribute, mypy would refuse it


def test_no_public_function_shadows_a_module() -> None:
    assert {path.stem for path in PACKAGE.iterdir()}.isdisjoint(MODULES)


def test_the_version_is_that_of_the_installed_package(tmp_path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    metadata = tmp_path / "imsquery.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text(f"Name: imsquery\nVersion: {project['version']}\n", encoding="utf-8")
    code = "import imsquery; print(imsquery.__version__)"

    assert run(f"import sys; sys.path.append({str(tmp_path)!r}); {code}") == [project["version"]]
    assert run(code) == ["0+unknown"]


# -- static tools


def suggested(code: str) -> set[str]:
    """Return the names that an editor offers at the end of some code."""
    script = jedi.Script(code, project=jedi.Project(ROOT))
    return {completion.name for completion in script.complete()}


def test_an_editor_completes_every_name() -> None:
    assert suggested("import imsquery\nimsquery.") >= {*MODULES, "__version__"}


def test_an_editor_knows_what_a_call_takes_and_returns() -> None:
    script = jedi.Script("import imsquery\nimsquery.prepare(", project=jedi.Project(ROOT))
    (signature,) = script.get_signatures()
    parameters = [parameter.name for parameter in signature.params]

    assert parameters == ["query", "spec", "now", "allow_unlisted", "limits"]
    assert suggested("import imsquery\nimsquery.compile('').") >= {"params", "query_string", "url"}
    assert suggested("import imsquery\nimsquery.prepare('').") >= {"bind", "placeholders"}


def test_a_type_checker_refuses_unknown_names_wrong_arguments_and_assignment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uses = tmp_path / "uses.py"
    uses.write_text(
        "import imsquery\n"
        "text: str = imsquery.__version__\n"
        "query: imsquery.CompiledQuery = imsquery.compile('status = active')\n"
        "imsquery.nope\n"
        "imsquery.compile(5)\n"
        "imsquery.Limits(length='long')\n"
        "imsquery.plan('all', max_request=1)\n"
        "imsquery.Limits().length = 5\n"
        "imsquery.CLOUDIMAGES.path = '/'\n"
        "imsquery.matcher('all')(5)\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("MYPYPATH", str(ROOT))
    options = ["--config-file=", f"--cache-dir={tmp_path}", "--strict", "--no-error-summary"]
    report, _, _ = mypy.run([*options, str(uses)])
    found = [line.removeprefix(f"{uses}:") for line in report.splitlines() if "error" in line]

    assert [(line.split(":")[0], line.split("  ")[-1]) for line in found] == [
        ("4", "[attr-defined]"),
        ("5", "[arg-type]"),
        ("6", "[arg-type]"),
        ("7", "[call-arg]"),
        ("8", "[misc]"),
        ("9", "[misc]"),
        ("10", "[arg-type]"),
    ]


# -- cost


def test_importing_the_package_loads_nothing_else() -> None:
    assert loaded_by("import imsquery") == {"imsquery"}


@pytest.mark.parametrize("form", ["{}", "({})"], ids=["plain", "parsed"])
def test_a_compile_loads_neither_attrs_nor_typing_nor_lark(form: str) -> None:
    """Nor anything of the standard library that costs more than the compile."""
    text = form.format("platform=CentOS and created_at < 2018-10-28 and supports(kvm)")
    loaded = loaded_by(
        "import imsquery\n"
        f"assert str(imsquery.compile({text!r})) == '__platform=CentOS&__support_kvm=true&"
        "created_at=lt:2018-10-28T00:00:00Z'"
    )
    heavy = {"attr", "attrs", "typing", "lark", "inspect", "dataclasses", "argparse", "json"}
    heavy |= {"urllib.parse", "difflib", "logging", "pathlib", "importlib.resources"}

    assert "imsquery.compiler.compiling" in loaded
    # What is plain needs neither parser nor binder.
    parsing = {"imsquery.compiler.lowering", "imsquery.language.lalr", "imsquery.semantics.binder"}
    assert loaded & parsing == (parsing if form != "{}" else set())
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


def test_the_testing_module_names_the_extra_that_is_missing() -> None:
    code = (
        "try:\n    import imsquery.testing\n"
        "except ModuleNotFoundError as error:\n    assert 'imsquery[testing]' in str(error)\n"
        "else:\n    raise AssertionError"
    )

    assert "hypothesis" not in loaded_by(code)
