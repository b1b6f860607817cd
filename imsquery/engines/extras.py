"""Libraries that are extras, loaded when they are needed."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # typing itself would be a good part of a cold start
if TYPE_CHECKING:
    from typing import Any

_NEEDS = {
    "duckdb": "files and frames of pandas need DuckDB",
    "polars": "`polars` needs Polars",
}


def load_extra(name: str) -> Any:
    """Return the module that the extra of the same name installs.

    Raises:
        ModuleNotFoundError: it is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as missing:
        message = f"{_NEEDS[name]}; install imsquery[{name}]"
        raise ModuleNotFoundError(message, name=missing.name) from None
