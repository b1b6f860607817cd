"""The file of CodeMirror is what its script makes, with a licence for each package in it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "imsquery" / "server" / "page" / "assets"
WEB = ROOT / "web"


def test_the_bundle_is_what_its_script_makes(tmp_path: Path) -> None:
    subprocess.run([shutil.which("node") or "node", WEB / "bundle.mjs", tmp_path], check=True)

    for name in ("codemirror.js", "codemirror.licenses.txt"):
        assert (tmp_path / name).read_bytes() == (ASSETS / name).read_bytes(), "npm run build"


def test_every_package_in_the_bundle_has_a_licence_that_allows_it() -> None:
    text = (ASSETS / "codemirror.licenses.txt").read_text(encoding="utf-8")
    found = re.findall(r"^(@?[a-z0-9/-]+) [0-9.]+ \((.*)\)$", text, re.MULTILINE)

    assert {licence for _, licence in found} == {"MIT"}
    assert {"@codemirror/view", "@codemirror/state", "@lezer/common", "style-mod"} <= {
        name for name, _ in found
    }
    assert text.count("Permission is hereby granted") == len(found)
