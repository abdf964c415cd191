"""Fixtures of the LDAP adapter's tests: both directories, and a clock that does not wait."""

import pytest

from console.adapters.ldap import LdapDirectories
from console.adapters.ldap.limits import Limits
from tests.adapters.ldap.site import SteppingClock
from tests.directory.conftest import backend, samba_factory, start

__all__ = ["backend", "samba_factory", "start"]


@pytest.fixture
def clock() -> SteppingClock:
    """Time that passes only when somebody sleeps."""
    return SteppingClock()


@pytest.fixture
def directories(clock: SteppingClock) -> LdapDirectories:
    """The adapter with short timeouts."""
    return LdapDirectories(clock, Limits(connect=5, answer=5, page=7))
