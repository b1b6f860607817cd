"""Where the grammar is: inside the package when installed, else beside it in the checkout."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def grammar_directory() -> Traversable:
    """Locate the folder that holds ``filter.lark``."""
    package = files("imsquery")
    installed = package / "_grammar"
    return installed if installed.is_dir() else package / ".." / "grammar"


def read_grammar(name: str = "filter.lark") -> str:
    """Give the text of one grammar file."""
    return (grammar_directory() / name).read_text(encoding="utf-8")
