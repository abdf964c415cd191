"""Read everything in the directory that a switch of a cluster rests on; nothing is written."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from console.domain import dn
from console.domain.checks import Reason, Refusal
from console.domain.directory import (
    Controller,
    DirectoryView,
    Mailbox,
    Pointer,
    Rights,
    ServerObject,
)
from console.domain.errors import ConnectionLost
from console.domain.filters import AllOf, AnyOf, Equal
from console.domain.ports import DirectorySession, Entry
from console.domain.products import Generation
from console.domain.switch.names import SPN, movable_names, optional_classes
from console.domain.switch.rights import missing_rights
from console.domain.switch.servers import read_computer, read_server
from console.domain.topology import Cluster, Directory

POINTER_KINDS = (
    ("routing-master", "msExchRoutingGroup", "msExchRoutingMasterDN"),
    ("update-service", "msExchAddressListService", "msExchAddressListServiceLink"),
    ("address-list", "msExchOAB", "offLineABServer"),
)
MAILBOX_ATTRIBUTES = ("homeMDB", "homeMTA", "msExchHomeServerName")
READ_TRIES = 3
SYSTEM_OBJECTS = "CN=Microsoft Exchange System Objects"


def read_directory(
    session: DirectorySession, cluster: Cluster, generation: Generation, *, at: datetime | None = None
) -> DirectoryView:
    """What the directory holds for `cluster`. `at` is the time to note, now by default.

    Raises `Refusal` with every reason when an object that the switch needs is missing or ambiguous, and `ReachError`.
    """
    controller = session.controller()
    primary, standby = (read_server(session, controller, n) for n in (cluster.primary_server, cluster.standby_server))
    ours, theirs = (read_computer(session, controller, node.name) for node in cluster.nodes)
    reasons = [found for found in (primary, standby, ours, theirs) if isinstance(found, Reason)]
    if isinstance(primary, Reason) or isinstance(standby, Reason):
        raise Refusal(f"The directory does not hold what a switch of {cluster.name} needs.", reasons)
    if isinstance(ours, Reason) or isinstance(theirs, Reason):
        raise Refusal(f"The directory does not hold what a switch of {cluster.name} needs.", reasons)
    mandatory, optional = _names(cluster, generation, ours.dns_name, primary.name)
    pointers, notices = _pointers(session, controller, (primary, standby))
    view = DirectoryView(
        at=at or datetime.now(UTC),
        controller=controller,
        primary=primary,
        standby=standby,
        primary_computer=ours,
        standby_computer=theirs,
        pointers=pointers,
        spn_holders=_holders(session, controller, (*mandatory, *optional)),
        rights=Rights("", None, ()),
        mandatory_spns=mandatory,
        optional_spns=optional,
    )
    notices = [*_security(session.directory), *notices, *_absences(view, generation)]
    return with_rights(session, replace(view, notices=tuple(notices)))


def _names(
    cluster: Cluster, generation: Generation, dns_name: str, short_name: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names that move in any case, and those that move where they are held."""
    mandatory = generation.mandatory_spn_classes
    others = optional_classes(mandatory, cluster.spn_classes)
    return movable_names(mandatory, dns_name, short_name), movable_names(others, dns_name, short_name)


def with_rights(session: DirectorySession, view: DirectoryView) -> DirectoryView:
    """`view` with what the bound account may write on every object that a switch touches, and on some mailboxes."""
    account, administrator = session.bound_as()
    missing = missing_rights(session, view, _sample(session, view))
    return replace(view, rights=Rights(account, administrator, missing))


def _sample(session: DirectorySession, view: DirectoryView, count: int = 3) -> tuple[Mailbox, ...]:
    found = mailboxes(session, view)
    return tuple(mailbox for _, mailbox in zip(range(count), found, strict=False))


def _pointers(
    session: DirectorySession, controller: Controller, servers: tuple[ServerObject, ServerObject]
) -> tuple[tuple[Pointer, ...], list[str]]:
    """The objects that name one of the two servers, and a sentence for each kind that names others."""
    ours = {dn.key(server.dn) for server in servers}
    kept: list[Pointer] = []
    notices: list[str] = []
    for kind, object_class, attribute in POINTER_KINDS:
        found = session.search(controller.configuration_context, Equal("objectClass", object_class), ("cn", attribute))
        pointers = [Pointer(kind, e.dn, e.guid, e.one("cn"), attribute, e.one(attribute)) for e in found]
        kept += [pointer for pointer in pointers if dn.key(pointer.value) in ours]
        notices += _others(attribute, [pointer for pointer in pointers if dn.key(pointer.value) not in ours])
        if not pointers:
            notices.append(f"There is no object of the class {object_class}; {attribute} is skipped.")
    return tuple(kept), notices


def _others(attribute: str, pointers: list[Pointer]) -> list[str]:
    named = sorted(f"{p.name} ({dn.leaf(p.value) or 'no server'})" for p in pointers)
    return [f"{attribute} names another server and is left alone: {', '.join(named)}."] if named else []


def _holders(session: DirectorySession, controller: Controller, names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Every movable name, casefolded, to the accounts that hold it, in the domains that the controller holds."""
    holders: dict[str, list[str]] = {name.casefold(): [] for name in names}
    what = AnyOf(tuple(Equal(SPN, name) for name in names))
    for base in controller.domain_contexts:
        for entry in session.search(base, what, (SPN,)):
            for spn in {value.casefold() for value in entry.all(SPN)} & holders.keys():
                holders[spn].append(entry.dn)
    return {name: tuple(sorted(found)) for name, found in holders.items()}


def _security(directory: Directory) -> Iterator[str]:
    """A sentence for each way in which the connection is weaker than it should be."""
    if directory.security == "clear":
        yield f"{directory.name} is spoken to without encryption: the password can be read on the network."
    elif directory.allow_old_tls:
        yield f"{directory.name} may use TLS older than 1.2, which can be broken; renew its domain controllers."


def _absences(view: DirectoryView, generation: Generation) -> Iterator[str]:
    """A sentence for each thing that is not there or was not looked at."""
    controller = view.controller
    for server in (view.primary, view.standby):
        computer = view.computer_of(server)
        if generation.has_public_stores and not any(store.public for store in server.stores):
            yield f"{server.name} has no public folder store; none is marked."
        if not server.mta_dn:
            yield f"{server.name} has no Microsoft MTA object; homeMTA of its mailboxes is left alone."
        if computer.name.casefold() != server.name.casefold():
            yield f"The server object {server.name} belongs to the computer account {computer.name}."
    if controller.other_domains:
        domains = ", ".join(controller.other_domains)
        yield f"{controller.dns_name} does not hold {domains}: mailboxes and names there are neither seen nor changed."


def mailboxes(session: DirectorySession, view: DirectoryView) -> Iterator[Mailbox]:
    """Every mailbox of both servers in the domains that the controller holds, once, page by page.

    Chosen by the exact homeMDB, so that neither a similar server name nor an empty `mail` matters. System mailboxes
    (below CN=Microsoft Exchange System Objects) and what lies below a server object belong to the server and stay.
    The controller keeps the place in a search for one connection only: when that breaks, the search begins anew and
    leaves out what was given already, until it has broken 3 times. Raises `ReachError`.
    """
    given: set[str] = set()
    for attempt in range(1, READ_TRIES + 1):
        try:
            for mailbox in _one_pass(session, view):
                if mailbox.guid not in given:
                    given.add(mailbox.guid)
                    yield mailbox
            return
        except ConnectionLost:
            if attempt == READ_TRIES:
                raise


def _one_pass(session: DirectorySession, view: DirectoryView) -> Iterator[Mailbox]:
    stores = tuple(s for server in (view.primary, view.standby) for s in server.stores if not s.public)
    if not stores:
        return
    what = AllOf((Equal("objectCategory", "person"), AnyOf(tuple(Equal("homeMDB", store.dn) for store in stores))))
    for base in view.controller.domain_contexts:
        for entry in session.search(base, what, MAILBOX_ATTRIBUTES):
            if not of_a_server(view, base, entry.dn):
                yield mailbox_of(entry)


def mailbox_of(entry: Entry) -> Mailbox:
    """The mailbox that was read with `MAILBOX_ATTRIBUTES`."""
    return Mailbox(entry.dn, entry.guid, *(entry.one(attribute) for attribute in MAILBOX_ATTRIBUTES))


def of_a_server(view: DirectoryView, base: str, name: str) -> bool:
    """Whether the object `name` of the domain `base` is a server's own and stays with it."""
    places = (f"{SYSTEM_OBJECTS},{base}", view.primary.dn, view.standby.dn)
    return any(dn.is_below(name, place) for place in places)
