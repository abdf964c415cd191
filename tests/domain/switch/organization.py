"""Directory views for tables: two servers with stores, names and pointers, as a reading would give them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from console.domain.directory import (
    ComputerObject,
    Controller,
    DirectoryView,
    Mailbox,
    Pointer,
    Rights,
    ServerObject,
    Store,
)
from console.domain.switch.names import movable_names, optional_classes

MANDATORY = ("HOST", "exchangeMDB", "exchangeRFR")
CONFIGURED = ("HOST", "SMTPSVC", "SMTP")
CONTROLLER = Controller("dc1.corp.test", "DC=corp,DC=test", "CN=Configuration,DC=corp,DC=test", (), (), False, 0.0)


def server(
    name: str, organization: str = "Corp", stores: tuple[tuple[str, str, bool], ...] | None = None
) -> ServerObject:
    """A server object with stores that are not marked."""
    base = f"CN={organization},CN=Microsoft Exchange,CN=Services,{CONTROLLER.configuration_context}"
    own = f"CN={name},CN=Servers,CN=First Administrative Group,CN=Administrative Groups,{base}"
    named = stores or (("First", "Mailboxes", False), ("First", "Public", True), ("Second", "Mailboxes", False))
    return ServerObject(
        name=name,
        dn=own,
        guid=f"guid-{name}",
        legacy_dn=f"/o={organization}/ou=First/cn=Configuration/cn=Servers/cn={name}",
        mta_dn=f"CN=Microsoft MTA,{own}",
        stores=tuple(_store(own, name, *given) for given in named),
    )


def _store(own: str, server_name: str, group: str, name: str, public: bool) -> Store:
    dn = f"CN={name},CN={group},CN=InformationStore,{own}"
    return Store(dn, f"{server_name}-{group}-{name}", name, group, public, overwritable=False)


def names_of(short: str, classes: tuple[str, ...] = (*MANDATORY, "SMTPSVC", "SMTP")) -> tuple[str, ...]:
    return movable_names(classes, f"{short.lower()}.corp.test", short)


def view(
    primary: str = "EX1",
    standby: str = "EX2",
    *,
    organization: str = "Corp",
    on_primary: tuple[str, ...] | None = None,
    on_standby: tuple[str, ...] = (),
    elsewhere: dict[str, str] | None = None,
    pointed: str = "",
    **changes: Any,
) -> DirectoryView:
    """What a reading would give: `on_primary`, `on_standby` are the movable names that each account holds."""
    ours = names_of(primary) if on_primary is None else on_primary
    accounts = [
        ComputerObject(name, f"CN={name},CN=Computers,DC=corp,DC=test", f"pc-{name}", f"{name.lower()}.corp.test", spns)
        for name, spns in ((primary, ours), (standby, (*names_of(standby), *on_standby)))
    ]
    mandatory = names_of(primary, MANDATORY)
    optional = names_of(primary, optional_classes(MANDATORY, CONFIGURED))
    holders = {
        name.casefold(): tuple(
            [a.dn for a in accounts if name.casefold() in {spn.casefold() for spn in a.spns}]
            + [dn for spn, dn in (elsewhere or {}).items() if spn.casefold() == name.casefold()]
        )
        for name in (*mandatory, *optional)
    }
    one, two = server(primary, organization), server(standby, organization)
    made = DirectoryView(
        at=datetime(2008, 10, 15, tzinfo=UTC),
        controller=CONTROLLER,
        primary=one,
        standby=two,
        primary_computer=accounts[0],
        standby_computer=accounts[1],
        pointers=tuple(pointer(kind, two if pointed == standby else one) for kind in ("RG", "RUS", "OAB")),
        spn_holders=holders,
        rights=Rights("CORP\\changeover", False, ()),
        mandatory_spns=mandatory,
        optional_spns=optional,
    )
    return replace(made, **changes)


def pointer(name: str, to: ServerObject) -> Pointer:
    return Pointer("routing-master", f"CN={name}", f"guid-{name}", name, "msExchRoutingMasterDN", to.dn)


def mailbox(on: ServerObject, **changes: Any) -> Mailbox:
    """A mailbox in the first store of `on`."""
    made = Mailbox("CN=Someone,DC=corp,DC=test", "guid-someone", on.stores[0].dn, on.mta_dn, on.legacy_dn)
    return replace(made, **changes)
