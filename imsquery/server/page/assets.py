"""The files of the page, and the rules that a browser keeps while it shows them."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

INDEX = "index.html"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
"""Suffix of a file -> its media type: a browser guesses none."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
"""The content security policy: nothing from elsewhere, and no code or style in a text."""


def read_assets() -> Mapping[str, bytes]:
    """Return the files by name."""
    folder = files("imsquery.server.page") / "assets"
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}
