"""What an administrator changes in the management consoles of Exchange and Active Directory, past the wire."""

from __future__ import annotations

from dataclasses import dataclass, field

from console.lab.directory import names
from console.lab.directory.changes import REPLACE, Change
from console.lab.directory.rights import Caller
from console.lab.directory.schema import Attribute
from console.lab.directory.service import Service
from console.lab.directory.store import Entry

ADMINISTRATOR = Caller("Administrator", "administrator")
SERVER = "msexchexchangeserver"

Lost = tuple[Entry, Attribute, list[bytes]]


@dataclass
class Withheld:
    """The objects of a server that Exchange's set-up has not made yet, parents first, and the links to them."""

    entries: list[Entry]
    links: list[Lost] = field(default_factory=list)


class Dialogs:
    """Changes at one domain controller; other controllers get them by replication."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._withheld: dict[str, Withheld] = {}

    def set(self, dn: str, attribute: str, value: str) -> None:
        """Give an attribute that value. Raises `DirectoryError`."""
        change = Change(REPLACE, attribute, (value.encode(),))
        self._service.write(lambda: self._service.changes.modify(dn, [change], ADMINISTRATOR))

    def below(self, server: str, *kinds: str) -> list[Entry]:
        """The objects of these classes that belong to a server, those of recovery storage groups left out."""
        store, wanted = self._service.store, {kind.casefold() for kind in kinds}
        with self._service.lock:
            found = [entry for entry in store.walk(self._server(server)) if entry.structural in wanted]
            return [entry for entry in found if not self._of_recovery(entry)]

    def rename(self, entry: Entry, name: str) -> None:
        """Call an object otherwise; what points to it points to the new name."""
        store = self._service.store
        dn = f"CN={name},{entry.dn.partition(',')[2]}"
        with self._service.lock:
            pointing = [(e, a, v) for a, held in store.referrers.get(entry.key, {}).items() for e, v in _of(held, a)]
            store.remove(entry)
            renamed = self._service.changes.create(dn, names.key(dn), entry.structural, dict(entry.values))
            renamed.values["cn"] = [name.encode()]
            for holder, attribute, before in pointing:
                values = [dn.encode() if names.key(value.decode()) == entry.key else value for value in before]
                store.put(holder, attribute, values)

    def withhold(self, server: str) -> None:
        """Take a server's objects away, as before Exchange was installed there."""
        store = self._service.store
        with self._service.lock:
            held = Withheld(list(store.walk(self._server(server))))
            for entry in reversed(held.entries):
                held.links += store.remove(entry)
            self._withheld[server.casefold()] = held

    def bring(self, server: str) -> None:
        """Let the set-up of Exchange make the server's objects; nothing when they are there."""
        held = self._withheld.pop(server.casefold(), None)
        if held is None:
            return
        store = self._service.store
        with self._service.lock:
            for entry in held.entries:
                store.insert(entry)
            for holder, attribute, before in reversed(held.links):
                store.put(holder, attribute.key, before)
        self._service.record(
            kind="directory", subject=held.entries[0].dn, attribute="(object)", before=(), after=(SERVER,), by="set-up"
        )

    def _server(self, name: str) -> Entry:
        for entry in self._service.store.entries.values():
            if entry.structural == SERVER and entry.rdn_value.casefold() == name.casefold():
                return entry
        raise KeyError(name)

    def _of_recovery(self, entry: Entry) -> bool:
        parent = self._service.store.entries.get(names.parent_key(entry.key))
        return any(one is not None and one.values.get("msexchrecovery") == [b"TRUE"] for one in (entry, parent))


def _of(held: dict[str, Entry], attribute: str) -> list[tuple[Entry, list[bytes]]]:
    return [(entry, list(entry.values[attribute])) for entry in held.values()]
