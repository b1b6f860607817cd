"""Specs that ship, by their names; each is read when it is first asked for.

>>> from imsquery import compile, specs
>>> str(compile("architecture = aarch64", spec=specs.huaweicloudstack))
'architecture=aarch64'
"""

from __future__ import annotations

from functools import cache

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


def __getattr__(name: str) -> Spec:
    if name in NAMES:
        return named(name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return ["NAMES", "named", *NAMES]
