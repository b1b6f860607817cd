"""Hypothesis profiles, and a local service for several modules."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings

if TYPE_CHECKING:
    from imsquery.server.catalogue import Catalogue

# The number of examples for each law.
_SLOW = [HealthCheck.too_slow]
settings.register_profile(
    "dev", max_examples=25, deadline=None, derandomize=True, suppress_health_check=_SLOW
)
settings.register_profile(
    "ci",
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=_SLOW,
)
# For a mutant, any failing example will do, but it must be the same in each run.
settings.register_profile(
    "mutation",
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=_SLOW,
)
settings.register_profile("nightly", max_examples=5_000, deadline=None, suppress_health_check=_SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail where everything is installed and a test was skipped nevertheless."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="module")
def shipped() -> Iterator[Catalogue]:
    """Return the sample catalogue that ships with the package."""
    from imsquery.server.runner import sample

    with sample() as catalogue:
        yield catalogue


@pytest.fixture(scope="module")
def endpoint(shipped: Catalogue) -> Iterator[str]:
    """Return the URL of a service with the sample."""
    from imsquery.server.runner import running

    with running(shipped) as url:
        yield url
