"""Failures of the system, such as files that cannot be read, in plain words."""

from __future__ import annotations

import os

_REASONS = (
    (FileNotFoundError, "no such file"),
    (NotADirectoryError, "no such file"),
    (IsADirectoryError, "it is a directory"),
    (PermissionError, "permission denied"),
)


def reason(error: Exception, action: str = "read", file: str | None = None) -> str:
    """Return why something failed; of a file, which one and what prevents its use.

    >>> try:
    ...     open("images.json")
    ... except OSError as error:
    ...     print(reason(error))
    cannot read 'images.json': no such file

    Args:
        error: what was raised.
        action: what was to be done with the file.
        file: its name, if the error may not say it.
    """
    said = str(error)
    if isinstance(error, OSError) and error.strerror:
        said = next((said for kind, said in _REASONS if isinstance(error, kind)), error.strerror)
        if file is None and error.filename is not None:
            file = os.fsdecode(error.filename)
    return said if file is None else f"cannot {action} {file!r}: {said}"
