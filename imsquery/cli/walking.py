"""The files that a command is to read: those that are named, and those in directories."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator, Sequence

_GENERATED = frozenset(
    {"__pycache__", "_build", "build", "dist", "node_modules", "site-packages", "venv"}
)
_SAMPLE = 8_192  # bytes; a file with NUL among the first ones is not text


def add_exclude(parser: ArgumentParser) -> None:
    """Declare ``--exclude``."""
    parser.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="PATTERN",
        help="leave out files and directories whose name or path matches, such as '*.min.js' or "
        "docs/old; several with commas between, or repeated",
    )


def files_of(arguments: Namespace) -> list[str]:
    """Return the files to read.

    In directories, these are the text files but for what is hidden or generated.
    """
    patterns = [each for some in arguments.exclude for each in some.split(",") if each]
    found: list[str] = []
    for name in arguments.files:
        if name != "-" and _is_excluded(name, patterns):
            continue
        found += _walk(name, patterns) if os.path.isdir(name) else [name]  # noqa: PTH112 -- as it was given
    return found


def _walk(directory: str, patterns: Sequence[str]) -> Iterator[str]:
    """Yield the text files in a directory, sorted."""
    for folder, folders, names in os.walk(directory):
        folders[:] = sorted(each for each in folders if not _is_skipped(folder, each, patterns))
        for name in sorted(names):
            path = os.path.join(folder, name)  # noqa: PTH118 -- as it was given
            if not _is_excluded(path, patterns) and _is_text(path):
                yield path


def _is_skipped(folder: str, name: str, patterns: Sequence[str]) -> bool:
    is_generated = name in _GENERATED or name.startswith(".")
    return is_generated or _is_excluded(os.path.join(folder, name), patterns)  # noqa: PTH118 -- as it was given


def _is_excluded(path: str, patterns: Sequence[str]) -> bool:
    """Return whether a pattern matches a path, a part of it, or the start of it."""
    parts = os.path.normpath(path).replace(os.sep, "/").split("/")
    starts = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    return any(
        fnmatchcase(each, pattern.removeprefix("./").rstrip("/"))
        for pattern in patterns
        for each in (*parts, *starts)
    )


def _is_text(path: str) -> bool:
    """Return whether a file is text; what cannot be read is reported later."""
    try:
        with open(path, "rb") as stream:  # noqa: PTH123 -- as it was given
            return b"\0" not in stream.read(_SAMPLE)
    except OSError:
        return os.path.isfile(path)  # noqa: PTH113 -- as it was given
