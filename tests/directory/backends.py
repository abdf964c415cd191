"""The two directories that the same tests run against: the lab's, and a real Samba domain controller."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ldap3

from console.lab.directory import DirectoryServer, Forest
from console.lab.directory.definition import Role
from console.lab.directory.layout import Layout
from console.lab.directory.server import Address
from tests.directory.samba import SambaFactory


@dataclass(frozen=True)
class Backend:
    """A running directory: `name` is lab or samba, `lab` the server object when it is the lab's."""

    name: str
    forest: Forest
    address: Address
    authority: Path
    lab: DirectoryServer | None = None

    @property
    def layout(self) -> Layout:
        return Layout(self.forest)

    @property
    def is_samba(self) -> bool:
        return self.name == "samba"

    def tls(self, authority: Path | None = None) -> ldap3.Tls:
        return ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=str(authority or self.authority))

    def server(self, **options: Any) -> ldap3.Server:
        """LDAPS with certificate checks, unless the options say otherwise."""
        options = {"port": self.address.tls_port, "use_ssl": True, "tls": self.tls(), "get_info": ldap3.NONE, **options}
        return ldap3.Server(self.address.host, connect_timeout=10, **options)

    def connect(self, role: Role = "service") -> Any:
        """A bound ldap3 connection that returns results and raises nothing, without following referrals."""
        account = self.forest.account(role)
        connection = ldap3.Connection(
            self.server(),
            user=f"{account.name}@{self.forest.domain}",
            password=account.password,
            auto_referrals=False,
            receive_timeout=30,
            check_names=False,
        )
        assert connection.bind(), connection.result
        return connection


@contextmanager
def lab_backend(forest: Forest) -> Iterator[Backend]:
    """The lab's directory for the time of the block."""
    with DirectoryServer(forest) as server:
        yield Backend("lab", forest, server.address, server.authority, server)


@contextmanager
def samba_backend(forest: Forest, factory: SambaFactory) -> Iterator[Backend]:
    """A Samba domain controller with a fresh copy of the forest for the time of the block."""
    server = factory.start(forest)
    try:
        yield Backend("samba", forest, server.address, server.authority)
    finally:
        server.stop()
