"""Specs that ship, by their names; each is read when it is first asked for.

>>> from imsquery import compile, specs
>>> str(compile("architecture = aarch64", spec=specs.huaweicloudstack))
'architecture=aarch64'
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from imsquery.schema.cloudimages import CLOUDIMAGES
from imsquery.schema.spec import Spec

NAMES = ("huaweicloud", "opentelekomcloud", "huaweicloudstack", "glance")
"""The names, that of the default first."""


@cache
def named(name: str) -> Spec:
    """Return a spec that ships.

    Raises:
        KeyError: none has this name.
    """
    if name not in NAMES:
        raise KeyError(name)
    if name == NAMES[0]:
        return CLOUDIMAGES
    from imsquery.schema.files.load import shipped

    return Spec(**shipped(name))


def find(text: str) -> Spec:
    """Return the spec of a name, or the one in a file.

    Args:
        text: one of :data:`NAMES`, or the path of a file.

    Raises:
        SpecError: the file is not a spec.
        ValueError: there is neither such a spec nor such a file.
        OSError: the file cannot be read.
    """
    if text in NAMES:
        return named(text)
    if text.lower().endswith((".toml", ".json")) or Path(text).is_file():
        return Spec.load(text)
    from imsquery.diagnostics.edits import did_you_mean
    from imsquery.diagnostics.suggest import nearest

    known = f"; expected {', '.join(NAMES)}, or a file that ends with .toml or .json"
    msg = f"unknown spec {text[:60]!r}{did_you_mean(nearest(text, NAMES)) or known}"
    raise ValueError(msg)


def __getattr__(name: str) -> Spec:
    if name in NAMES:
        return named(name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return ["NAMES", "find", "named", *NAMES]
