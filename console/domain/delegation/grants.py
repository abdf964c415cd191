"""The write rights that a switch needs, as the fewest grants that give them: to the console, and to each node.

The console's account switches in both directions. A node's own account (its computer account, as which LocalSystem
speaks) applies the kit of that node: it marks the stores of its own server alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from console.domain import dn
from console.domain.directory import DirectoryView, ServerObject
from console.domain.switch.differences import PATCH
from console.domain.switch.names import SPN
from console.domain.switch.rights import HOMES

PERSON_CLASSES = ("user", "inetOrgPerson")
"""A right that is handed down to users is not handed down to inetOrgPerson objects, which may have mailboxes too."""
PRIVATE_STORE, PUBLIC_STORE = "msExchPrivateMDB", "msExchPublicMDB"


@dataclass(frozen=True)
class Grant:
    """The right to read and write some attributes: of one object, or of every object of a class below it."""

    dn: str
    attributes: tuple[str, ...]
    kind: str = ""
    """The class of the objects below `dn`; empty when it is about `dn` itself."""

    def covers(self, name: str, attribute: str) -> bool:
        """Whether it can be what an attribute of the object `name` needs (its class is not known here)."""
        if attribute.casefold() not in {own.casefold() for own in self.attributes}:
            return False
        return dn.is_below(name, self.dn) if self.kind else dn.same(name, self.dn)


def console_grants(view: DirectoryView, people: Iterable[str] = ()) -> tuple[Grant, ...]:
    """What the console's account needs; `people` are the containers with mailboxes, by default whole domains."""
    return (*_common(view, people), *_stores((view.primary, view.standby)))


def node_grants(view: DirectoryView, server: ServerObject, people: Iterable[str] = ()) -> tuple[Grant, ...]:
    """What the account of the node needs that `server` belongs to."""
    return (*_common(view, people), *_stores((server,)))


def protected_grants(view: DirectoryView) -> tuple[Grant, ...]:
    """What reaches the mailboxes of administrators, whose objects inherit nothing (AdminSDHolder): one per domain."""
    domains = view.controller.domain_contexts
    return tuple(Grant(f"CN=AdminSDHolder,CN=System,{domain}", HOMES) for domain in domains)


def _common(view: DirectoryView, people: Iterable[str]) -> Iterator[Grant]:
    for container in tuple(people) or view.controller.domain_contexts:
        yield from (Grant(container, HOMES, kind) for kind in PERSON_CLASSES)
    yield from (Grant(computer.dn, (SPN,)) for computer in (view.primary_computer, view.standby_computer))
    yield from (Grant(pointer.dn, (pointer.attribute,)) for pointer in view.pointers)


def _stores(servers: Iterable[ServerObject]) -> Iterator[Grant]:
    """Below the server object, so that a store that is made later is covered too."""
    for server in servers:
        yield Grant(server.dn, (PATCH,), PRIVATE_STORE)
        if any(store.public for store in server.stores):
            yield Grant(server.dn, (PATCH,), PUBLIC_STORE)
