"""One Glance for all tests here, since a process can have no more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.glance.service import ADMIN, MEMBER, PROJECT, Glance

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the warnings of the service to itself."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore"))


@pytest.fixture(scope="session")
def glance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Glance]:
    """Return the service, and let Keystone's middleware know its tokens."""
    from keystonemiddleware.fixture import AuthTokenFixture

    service = Glance(tmp_path_factory.mktemp("glance"))
    with AuthTokenFixture() as tokens:
        user = {"user_id": "u", "user_name": "u", "user_domain_id": "default"}
        tokens.add_token_data(MEMBER, project_id=PROJECT, role_list=["member", "reader"], **user)
        tokens.add_token_data(ADMIN, project_id="a" * 32, role_list=["admin"], **user)
        yield service


@pytest.fixture(autouse=True)
def _anew(glance: Glance) -> None:
    glance.load([])
    glance.token = ADMIN
