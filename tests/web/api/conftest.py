"""The branch of tests/web with keys for the API."""

import pytest

from tests.web.api.client import Api
from tests.web.conftest import light_passwords, module_world, world
from tests.web.world import World

__all__ = ["light_passwords", "module_world", "world"]


@pytest.fixture
def api(world: World) -> Api:
    """A system with every scope, whose bookings count as the phone's."""
    return Api.of(world)
