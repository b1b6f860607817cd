"""Both ways in which the local server finds images."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module", params=[10_000, -1], ids=["in memory", "by statements"])
def each_way(request: pytest.FixtureRequest) -> Iterator[None]:
    """Find images in memory, and then by statements, as if they were too many for that."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("imsquery.server.catalogue._FEW", request.param)
        yield
