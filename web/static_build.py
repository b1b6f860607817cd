"""Make a folder with the page and Python in it, which any server of files can serve.

    npm ci --prefix web
    python web/static_build.py FOLDER
    python -m http.server --directory FOLDER

The images are those of the sample, and are searched by the matcher.
"""

from __future__ import annotations

import shutil
import sys
import zipfile
from html import escape
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from imsquery.server.page.assets import INDEX, POLICY, read_assets

if TYPE_CHECKING:
    from collections.abc import Iterator

WEB = Path(__file__).parent
RUNTIME = (
    "pyodide.mjs",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
    "pyodide-lock.json",
)
OWN = ("backend.js", "worker.js")
# Of the package, what nothing on the page needs.
LEFT_OUT = ("cli", "client", "lsp", "testing")


def main() -> None:
    """Make the folder that the command line names."""
    if len(sys.argv) != 2:  # noqa: PLR2004 -- the program and the folder
        sys.exit(__doc__)
    make(Path(sys.argv[1]))


def make(folder: Path) -> None:
    """Make the folder.

    Raises:
        FileNotFoundError: the packages of npm are not installed.
    """
    (folder / "pyodide").mkdir(parents=True, exist_ok=True)
    for name, content in read_assets().items():
        (folder / name).write_bytes(content)
    page = (folder / INDEX).read_text(encoding="utf-8")
    (folder / INDEX).write_text(_with_policy(page), encoding="utf-8")
    for name in OWN:
        shutil.copy(WEB / "static" / name, folder / name)
    for name in RUNTIME:
        shutil.copy(WEB / "node_modules" / "pyodide" / name, folder / "pyodide" / name)
    with zipfile.ZipFile(folder / "imsquery.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for path, name in _modules():
            packed.write(path, name)


def _with_policy(page: str) -> str:
    """Return the page with the policy that a service would send along."""
    meta = f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
    return page.replace('<meta charset="utf-8">', f'<meta charset="utf-8">\n{meta}', 1)


def _modules() -> Iterator[tuple[Path, str]]:
    """Yield the files that Python loads: this package, attrs with its licence, and the sample."""
    package = Path(str(files("imsquery")))
    for path in sorted(package.rglob("*")):
        within = path.relative_to(package)
        if path.suffix in {".py", ".jsonl"} and within.parts[0] not in LEFT_OUT:
            yield path, f"imsquery/{within.as_posix()}"
    for each in distribution("attrs").files or ():
        if each.suffix == ".py" or "license" in each.name.lower():
            yield Path(str(each.locate())), each.as_posix()
    yield WEB / "static" / "sample_answers.py", "sample_answers.py"


if __name__ == "__main__":
    main()
