"""Failures of the system, in plain words."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from imsquery.diagnostics.failures import reason

if TYPE_CHECKING:
    from pathlib import Path


def refusal(path: Path) -> OSError:
    with pytest.raises(OSError) as raised:  # noqa: PT011 -- of which kind is what is tested
        path.open("rb")
    return raised.value


def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    assert reason(refusal(file)) == f"cannot read '{file}': no such file"
    file.touch()
    assert reason(refusal(file / "b")) == f"cannot read '{file}/b': no such file"
    assert reason(refusal(tmp_path)) == f"cannot read '{tmp_path}': it is a directory"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(errno.EACCES, "x", "a"), "cannot write 'a': permission denied"),
        (PermissionError(errno.EPERM, "x", b"a\xff"), "cannot write 'a\\udcff': permission denied"),
        (OSError(errno.EIO, "Input/output error", "a"), "cannot write 'a': Input/output error"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), os.strerror(errno.ENOSPC)),
        (OSError("larger than 1 MiB"), "larger than 1 MiB"),
        (ValueError("not a spec"), "not a spec"),
    ],
)
def test_other_failures_are_told_as_they_are(error: Exception, said: str) -> None:
    assert reason(error, "write") == said


def test_a_name_that_the_error_lacks_is_told() -> None:
    assert reason(ValueError("embedded null byte"), file="a\0") == (
        "cannot read 'a\\x00': embedded null byte"
    )
