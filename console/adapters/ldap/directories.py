"""The way in: sessions with the domain controllers that the inventory names."""

from collections.abc import Iterator
from contextlib import contextmanager

from console.adapters.ldap.limits import Limits
from console.adapters.ldap.session import LdapSession
from console.domain.ports import Clock, DirectorySession, Guard
from console.domain.topology import Directory


class LdapDirectories:
    """Implements `domain.ports.Directories` over LDAP."""

    def __init__(self, clock: Clock, limits: Limits | None = None) -> None:
        self._clock = clock
        self._limits = limits or Limits()

    @contextmanager
    def open(self, directory: Directory, guard: Guard | None = None) -> Iterator[DirectorySession]:
        """A signed-in session to the directory's pinned controller, closed at the end. Raises `ReachError`.

        With a `guard` it writes only while the lease holds; `LeaseLost` is raised in place of a write after that.
        """
        session = LdapSession(directory, self._clock, self._limits, guard)
        try:
            session.wire()
            yield session
        finally:
            session.drop()
