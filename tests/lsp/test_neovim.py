"""The language server in a real editor: Neovim, without a screen."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("attach.lua")


@pytest.mark.skipif(shutil.which("nvim") is None, reason="Neovim is not installed")
def test_an_editor_finds_mends_formats_and_completes(tmp_path: Path) -> None:
    file, report = tmp_path / "one.imsq", tmp_path / "report.json"
    file.write_text("description = '😀' and platfrom==CentOS\n", encoding="utf-8")
    environment = {"PYTHON": sys.executable, "FILE": str(file), "REPORT": str(report)}

    done = subprocess.run(
        ["nvim", "--headless", "--clean", "-u", "NONE", "-S", str(SCRIPT), "-c", "cquit"],
        env={**os.environ, **environment, "HOME": str(tmp_path)},
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert report.exists(), done.stderr.decode()
    found = json.loads(report.read_text(encoding="utf-8"))
    assert found["before"] == ["unknown name `platfrom`; did you mean `platform`?"]
    assert found["after"] == []
    assert found["lines"] == ['description = "😀" and platform = CentOS']
    assert "CentOS" in found["labels"]
