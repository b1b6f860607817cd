"""The hooks run under pre-commit itself: it clones the repository, and installs it in a venv.

Needs the group ``hooks``.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def git(*arguments: str, at: Path) -> str:
    settings = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
    done = subprocess.run(
        ["git", *settings, *arguments], cwd=at, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository that uses the hooks."""
    path = tmp_path_factory.mktemp("project")
    revision = git("rev-parse", "HEAD", at=ROOT)
    config = (
        f"repos:\n- repo: {ROOT}\n  rev: {revision}\n  hooks:\n"
        "  - id: imsquery-lint\n    args: [--exclude, '*.imsq']\n  - id: imsquery-format\n"
    )
    (path / ".pre-commit-config.yaml").write_text(config, encoding="utf-8")
    git("init", "--quiet", at=path)
    return path


def hook(name: str, project: Path) -> tuple[int, str]:
    git("add", "--all", at=project)
    done = subprocess.run(
        ["pre-commit", "run", name, "--all-files"],
        cwd=project, check=False, capture_output=True, text=True, timeout=500,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_lint_fails_a_commit_with_a_wrong_request(project: Path) -> None:
    page = project / "page.md"
    page.write_text("GET /v2/cloudimages?imagetype=gold\n", encoding="utf-8")

    status, shown = hook("imsquery-lint", project)
    assert status == 1
    assert "page.md:1:21" in shown

    page.write_text("GET /v2/cloudimages?__imagetype=gold\n", encoding="utf-8")
    assert hook("imsquery-lint", project)[0] == 0


def test_format_changes_files_of_filters(project: Path) -> None:
    file = project / "filter.imsq"
    file.write_text("PLATFORM==CentOS AND (protected)\n", encoding="utf-8")

    assert hook("imsquery-format", project)[0] == 1
    assert file.read_text(encoding="utf-8") == "platform = CentOS and protected\n"
    assert hook("imsquery-format", project)[0] == 0
