"""Text files that commands read and change in place, and names of files in place of filters."""

from __future__ import annotations

import os.path

from imsquery.cli.encoding import decode_all, encoding_of, most_bytes
from imsquery.frozen import Frozen

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from pathlib import Path

    from imsquery.diagnostics.model import Diagnostic

_ENDINGS = (".txt", ".ims", ".json", ".jsonl", ".yaml", ".yml", ".toml", ".csv", ".md")


def with_file_note(
    found: tuple[Diagnostic, ...], text: str, option: str = "- <"
) -> tuple[Diagnostic, ...]:
    """Add how to read a file to the first finding, if the filter is the name of a file.

    Args:
        found: the findings of the filter.
        text: the filter.
        option: what to write before the name.
    """
    name = text.strip()
    if not found or not _names_file(name):
        return found
    import shlex

    note = f"to read the filter from a file, use `{option} {shlex.quote(name)}`"
    return (found[0].evolve(notes=(*found[0].notes, note)), *found[1:])


def _names_file(text: str) -> bool:
    try:
        is_file = os.path.isfile(text)  # noqa: PTH113 -- pathlib loads much else
    except (OSError, ValueError):  # too long, or with a character that no name has
        return False
    return is_file or (len(text.split()) == 1 and text.lower().endswith(_ENDINGS))


class TextFile(Frozen):
    """A text file, which keeps its encoding when it is written.

    Attributes:
        path: where it is.
        text: what is in it.
        mark: its byte order mark.
        codec: its encoding.
    """

    path: Path
    text: str
    mark: bytes
    codec: str

    @classmethod
    def read(cls, path: Path, longest: int) -> TextFile:
        """Read a file, or the start of one that exceeds a limit.

        Raises:
            OSError: it cannot be read.
            QueryError: it is not UTF-8.
        """
        with path.open("rb") as stream:
            data = stream.read(most_bytes(longest))
        return cls(path, decode_all(data, longest), *encoding_of(data))

    def write(self, text: str) -> None:
        """Replace what is in the file.

        Raises:
            OSError: it cannot be written.
        """
        self.path.write_bytes(self.mark + text.encode(self.codec))
