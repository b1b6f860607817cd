"""Text files that commands change in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from imsquery.cli.encoding import decode_all, encoding_of, most_bytes

if TYPE_CHECKING:
    from pathlib import Path


@frozen
class TextFile:
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
