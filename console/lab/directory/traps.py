"""Named forests, each with one thing that a careless directory switch gets wrong."""

from __future__ import annotations

from dataclasses import replace

from console.lab.directory.definition import Cluster, Forest, Person, Server, StorageGroup, Store

AWKWARD_OUS = (
    r"OU=Sales\, Asia (Osaka)",
    r"OU=Team \\ A\+B,OU=Sales\, Asia (Osaka)",
    r"OU=100%* \"quoted\"",
    r"OU=R&D \#1 \= Core",
    "OU=Plain",
)
NAMED_STORES = (
    StorageGroup(
        "First Storage Group",
        (Store("Mailbox Store ({server})"), Store("Public Folder Store ({server})", public=True), Store("Archive")),
    ),
)
NO_PUBLIC_STORE = (StorageGroup("First Storage Group", (Store("Mailbox Store"),)),)


def _cluster(primary: str = "EXCHA", standby: str = "EXCHB", mailboxes: int = 4) -> Cluster:
    return Cluster("mail", "2003", primary, standby, mailboxes=mailboxes)


def _with(base: Cluster, **changes: object) -> Forest:
    return Forest(clusters=(replace(base, **changes),))  # type: ignore[arg-type]


def _similar_names() -> Forest:
    """SERVER1 beside SERVER10 and SERVER20, which are what a text replacement would make of others."""
    return Forest(
        clusters=(_cluster("SERVER1", "SERVER2"),),
        servers=(Server("SERVER10", "2003", mailboxes=3), Server("SERVER20", "2003", mailboxes=1)),
    )


def _half_moved() -> Forest:
    """An interrupted run: one mailbox with its MTA moved, one with its server name moved."""
    people = (
        Person("Moved Mta", server="EXCHA", mta_on="EXCHB"),
        Person("Moved Server Name", server="EXCHA", server_name_on="EXCHB"),
        Person("Moved Both", server="EXCHA", mta_on="EXCHB", server_name_on="EXCHB"),
    )
    return Forest(clusters=(_cluster(),), people=people)


def _without_home() -> Forest:
    """Addresses without a mailbox, and a mailbox without an address."""
    people = (
        Person("Mail Only"),
        Person("Outside Contact", kind="contact"),
        Person("No Address", server="EXCHA", mail=False),
    )
    return Forest(clusters=(_cluster(),), people=people)


def _split_spns() -> Forest:
    """An interrupted switch of names: HOST is on the standby's account, the rest still on the primary's."""
    return _with(_cluster(), spns_on_standby=("HOST/excha.example.test", "HOST/EXCHA"))


TRAPS: dict[str, Forest] = {
    "similar-server-names": _similar_names(),
    "standby-contains-primary": Forest(clusters=(_cluster("MAIL", "MAIL2"),)),
    "organization-named-like-server": Forest(organization="EXCH Org", clusters=(_cluster("EXCH", "SPARE"),)),
    "awkward-units": _with(_cluster(), ous=AWKWARD_OUS, mailboxes=10),
    "without-home": _without_home(),
    "half-moved": _half_moved(),
    "server-in-store-names": _with(_cluster(), storage_groups=NAMED_STORES),
    "no-update-service": Forest(clusters=(_cluster(),), recipient_update_services=False),
    "no-address-list": Forest(clusters=(_cluster(),), offline_address_list=False),
    "no-public-store": _with(_cluster(), storage_groups=NO_PUBLIC_STORE),
    "split-names": _split_spns(),
    "store-missing-on-standby": _with(_cluster(), absent_on_standby=("Executive Store",)),
    "inet-org-person": Forest(
        clusters=(_cluster(),), people=(Person("Inet Person", server="EXCHA", kind="inetOrgPerson"),)
    ),
    "both-generations": Forest(clusters=(_cluster(), Cluster("mail2007", "2007", "EXCH07A", "EXCH07B", mailboxes=4))),
}
# What no domain controller that keeps names unique can be loaded with.
LAB_ONLY: dict[str, Forest] = {
    "doubled-names": _with(_cluster(), spns_on_both=("HOST/excha.example.test", "HOST/EXCHA")),
}
