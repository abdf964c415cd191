"""The lab's directory as a program: an LDAP server on loopback that answers for one forest."""

from __future__ import annotations

import contextlib
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from console.lab.certificates import Authority, Files
from console.lab.directory import names
from console.lab.directory.changes import Record
from console.lab.directory.connection import Connection
from console.lab.directory.definition import Forest
from console.lab.directory.dialogs import Dialogs
from console.lab.directory.service import Counters, Service
from console.lab.directory.values import to_text


@dataclass(frozen=True)
class Address:
    """Where the server listens: LDAP with StartTLS on `port`, LDAPS on `tls_port`."""

    host: str
    port: int
    tls_port: int


class DirectoryServer:
    """An Active Directory domain controller for the lab.

    `record` is called with kind, subject, attribute, before, after, by for each changed attribute, outside the
    directory's lock and before the client has its answer; without it the effects gather in `effects`.
    Its certificates are signed by `signer`, by an authority of its own without one; `authority` is the file to trust.
    Those that the fault `certificate` shows (by kind: name, issuer, expired) are wrong in this one way only.
    `name` is the controller's, the forest's first one's when left out.
    Ports of 0 are chosen by the system and kept over a stop and start.
    """

    def __init__(
        self,
        definition: Forest,
        record: Record | None = None,
        clock: Callable[[], datetime] | None = None,
        *,
        signer: Authority | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        tls_port: int = 0,
        name: str = "",
    ) -> None:
        self.effects: list[dict[str, Any]] = []
        self.forest = definition
        self.service = Service(definition, record or self._keep, clock, name)
        self.dialogs = Dialogs(self.service)
        self._folder = tempfile.TemporaryDirectory(prefix="lab-directory-")
        self._host, self._ports = host, (port, tls_port)
        signer = signer or Authority(Path(self._folder.name))
        stranger = Authority(Path(self._folder.name) / "stranger", "Unknown CA")
        label = f"domain-controller-{self.service.name.lower()}"
        self.files = self._issue(label, signer)
        self._wrong = {
            "name": signer.issue(f"{label}-name", ["other.example.invalid"]),
            "issuer": self._issue(label, stranger),
            "expired": self._issue(f"{label}-expired", signer, expired=True),
        }
        self._listeners: list[socket.socket] = []
        self._connections: set[Connection] = set()
        self._guard = threading.Lock()

    @property
    def name(self) -> str:
        """The controller's name."""
        return self.service.name

    @property
    def authority(self) -> Path:
        """The PEM file of the authority that a client has to trust."""
        return self.files.authority

    @property
    def address(self) -> Address:
        """Where it listens, or last did."""
        return Address(self._host, *self._ports)

    @property
    def counters(self) -> Counters:
        """What it has been asked since they were last reset."""
        return self.service.counters

    def start(self) -> None:
        """Listens on both ports. Raises OSError when a port is taken."""
        if not self._listeners:
            self._ports = (self._listen(self._ports[0], tls=False), self._listen(self._ports[1], tls=True))

    def stop(self) -> None:
        """Ends listeners and connections; the data stay, so that `start` continues where it was."""
        self._close_listeners()
        with self._guard:
            open_now = list(self._connections)
        for connection in open_now:
            connection.close()

    def __enter__(self) -> DirectoryServer:
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()
        self._folder.cleanup()

    def fault(self, name: str, on: bool = True, **arguments: Any) -> None:
        """Switches a fault (`faults.FAULTS`) on or off. Raises ValueError for an unknown name or argument."""
        self.service.faults.switch(name, on, arguments)
        if name == "refuse":
            self.stop() if on else self.start()

    def reset_counters(self) -> None:
        """Count from nothing again."""
        with self.service.lock:
            self.service.counters = Counters()

    def describe(self) -> dict[str, Any]:
        """Address, size, accounts (names and roles only), counters and faults, for a status display."""
        with self.service.lock:
            return {
                "name": self.service.name,
                "domain": self.forest.domain,
                "base_dn": self.forest.base_dn,
                **asdict(self.address),
                "authority": str(self.authority),
                "listening": bool(self._listeners),
                "entries": len(self.service.store.entries),
                "accounts": {account.name: account.role for account in self.forest.accounts},
                "counters": asdict(self.counters),
                "faults": self.service.faults.describe(),
            }

    def snapshot(self) -> dict[str, dict[str, frozenset[str]]]:
        """Every object's stored values as text, by name and attribute."""
        store = self.service.store
        with self.service.lock:
            return {
                entry.dn: {
                    store.schema.attributes[name].name: frozenset(
                        to_text(store.schema.attributes[name], value) for value in values
                    )
                    for name, values in entry.values.items()
                }
                for entry in store.entries.values()
            }

    def may_mount(self, server_name: str, storage_group: str, store: str) -> bool:
        """Whether a store that last lived on the other server mounts on this one: msExchPatchMDB is TRUE.

        False also when the directory has no such store below the server.
        """
        path = [f"cn={name.lower()}" for name in (store, storage_group, "InformationStore", server_name, "Servers")]
        prefix = names.SEPARATOR.join(path) + names.SEPARATOR
        with self.service.lock:
            return any(
                entry.values.get("msexchpatchmdb") == [b"TRUE"]
                for key, entry in self.service.store.entries.items()
                if key.startswith(prefix)
            )

    # -- connections ----------------------------------------------------------------------------------------

    def tls_context(self) -> ssl.SSLContext:
        """The context for a new connection, with a wrong certificate while that fault is on."""
        fault = self.service.faults.get("certificate")
        files = self.files if fault is None else self._wrong[fault["kind"]]
        return files.context()

    def _issue(self, label: str, authority: Authority, *, expired: bool = False) -> Files:
        host = f"{self.service.name.lower()}.{self.forest.domain}"
        return authority.issue(label, [host, "localhost", self._host], expired=expired)

    def _keep(self, **effect: Any) -> None:
        self.effects.append(effect)

    def _listen(self, port: int, *, tls: bool) -> int:
        listener = socket.create_server((self._host, port))
        self._listeners.append(listener)
        threading.Thread(target=self._accept, args=(listener, tls), daemon=True, name="lab-directory").start()
        return int(listener.getsockname()[1])

    def _close_listeners(self) -> None:
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _accept(self, listener: socket.socket, tls: bool) -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            connection = Connection(self.service, peer, self.tls_context, tls=tls, ended=self._ended)
            with self._guard:
                self._connections.add(connection)
            threading.Thread(target=connection.run, daemon=True, name="lab-directory-connection").start()

    def _ended(self, connection: Connection) -> None:
        with self._guard:
            self._connections.discard(connection)
