"""Filters over Huawei Cloud's image list."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from imsquery.cloudimages import CLOUDIMAGES as CLOUDIMAGES
    from imsquery.compiler import compile as compile
    from imsquery.diagnostics import Diagnostic as Diagnostic
    from imsquery.diagnostics import QueryError as QueryError

_HOMES = {
    "compile": "compiler",
    "CLOUDIMAGES": "cloudimages",
    "QueryError": "diagnostics",
    "Diagnostic": "diagnostics",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(name)
    from importlib import import_module

    value = getattr(import_module(f"imsquery.{home}"), name)
    globals()[name] = value
    return value
