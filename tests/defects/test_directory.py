"""The switch of a directory has none of the printed script's defects, on the traps that show them."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from console.adapters.ldap import LdapDirectories, identity
from console.adapters.ldap.limits import Limits
from console.catalog.loader import generation
from console.domain.ports import Entry
from console.domain.switch import reading
from console.domain.switch.apply import apply_changes, verify
from console.domain.switch.differences import pointer_changes, store_changes
from console.domain.switch.direction import direction_to
from console.lab.directory import Forest
from console.lab.directory.definition import Cluster
from console.lab.directory.traps import TRAPS
from tests.adapters.ldap.site import SteppingClock, at_once, cluster_of, server, switch, view_of
from tests.directory.backends import Backend, lab_backend
from tests.directory.snapshot import Snapshot, difference, snapshot
from tests.domain.switch.organization import view

HOMES = ("homeMDB", "homeMTA", "msExchHomeServerName")
SYSTEM = ("CN=Microsoft Exchange System Objects", "CN=Servers")


@pytest.fixture
def directories() -> LdapDirectories:
    """The adapter with short time-outs."""
    return LdapDirectories(SteppingClock(), Limits(connect=5, answer=5, page=7))


@pytest.fixture
def start() -> Iterator[Any]:
    """Starts the lab's directory with a forest."""
    with ExitStack() as stack:
        yield lambda forest: stack.enter_context(lab_backend(forest))


def picture(backend: Backend) -> Snapshot:
    """The directory as another client sees it."""
    return snapshot(backend.connect("administrator"))


def mailboxes(found: Snapshot) -> dict[str, bytes]:
    """Of everybody with a store who is not a server's own: all that says where the mailbox is."""
    people = {dn: entry for dn, entry in found.items() if entry.get("homeMDB") and not any(s in dn for s in SYSTEM)}
    return {dn: b"".join(b"".join(entry.get(name, ())) for name in HOMES).lower() for dn, entry in people.items()}


@pytest.mark.parametrize("trap", ["awkward-units", "inet-org-person", "without-home", "half-moved"])
def test_after_a_switch_no_mailbox_anywhere_names_the_old_server(
    start: Any, directories: LdapDirectories, trap: str
) -> None:
    backend = start(TRAPS[trap])
    cluster = cluster_of(backend)
    before = mailboxes(picture(backend))
    with directories.open(cluster.directory) as session:
        switch(session, cluster, "EXCHB")
    after = mailboxes(picture(backend))
    assert len(after) == len(before) >= 4
    assert [dn for dn, homes in after.items() if b"cn=excha" in homes] == []


def test_an_object_that_is_gone_leaves_every_other_with_its_own_values(
    start: Any, directories: LdapDirectories
) -> None:
    backend = start(TRAPS["server-in-store-names"])
    cluster = cluster_of(backend)
    with directories.open(cluster.directory) as session:
        changes = store_changes(direction_to(view_of(session, cluster), "EXCHB"))
        with backend.connect("administrator") as connection:
            assert connection.delete(changes[1].dn), connection.result
        before = picture(backend)
        results = [result.outcome for _, result in apply_changes(session, list(changes), at_once())]
    assert [outcome == "applied" for outcome in results] == [True, False, True]
    changed = difference(before, picture(backend))
    assert set(changed) == {(change.dn, "msExchPatchMDB") for change in (changes[0], changes[2])}
    assert {new for _, new in changed.values()} == {frozenset({b"TRUE"})}


def test_what_was_not_changed_is_found_by_the_proof(start: Any, directories: LdapDirectories) -> None:
    backend = start(Forest(clusters=(Cluster("mail", "2003", "EXCHA", "EXCHB", mailboxes=4),)))
    cluster = cluster_of(backend)
    with directories.open(cluster.directory) as session:
        switch(session, cluster, "EXCHB")
        assert verify(session, cluster, generation("2003"), "EXCHB").empty
        homes = mailboxes(picture(backend))
        with backend.connect("administrator") as connection:
            assert connection.modify(next(iter(homes)), {"homeMTA": [("MODIFY_REPLACE", [view_mta(backend)])]})
        remaining = verify(session, cluster, generation("2003"), "EXCHB")
    assert (remaining.mailboxes, len(remaining.examples)) == (1, 1)
    assert next(iter(homes)).casefold() == remaining.examples[0].dn.casefold()
    assert "1 mailboxes" in remaining.sentence


def view_mta(backend: Backend) -> str:
    """The MTA of the old server."""
    return f"CN=Microsoft MTA,{backend.layout.server('EXCHA', '2003')}"


def test_the_configuration_of_a_child_domain_is_the_forests() -> None:
    child, forest = "DC=emea,DC=example,DC=test", "CN=Configuration,DC=example,DC=test"
    root = {
        "dnshostname": ("dc1.emea.example.test",),
        "defaultnamingcontext": (child,),
        "configurationnamingcontext": (forest,),
        "namingcontexts": (child, forest),
        "currenttime": (datetime.now(UTC).strftime("%Y%m%d%H%M%S.0Z"),),
    }
    domains = [Entry("", "", {"ncname": (name,), "systemflags": ("3",)}) for name in (child, "DC=example,DC=test")]
    asked: list[str] = []
    session = SimpleNamespace(
        read=lambda dn, attributes: Entry(dn, "", root),
        search=lambda base, what, attributes, **_: asked.append(base) or domains,
        directory=SimpleNamespace(host="dc1"),
        clock=SteppingClock(),
    )
    found = identity.controller(cast(Any, session))
    assert (found.default_context, found.configuration_context) == (child, forest)
    assert asked == [f"CN=Partitions,{forest}"]
    assert (found.domain_contexts, found.other_domains) == ((child,), ("DC=example,DC=test",))


def test_only_mailboxes_are_fetched_however_many_objects_there_are(
    start: Any, directories: LdapDirectories, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = start(TRAPS["similar-server-names"])
    cluster = cluster_of(backend)
    with directories.open(cluster.directory) as session:
        found = view_of(session, cluster)
        fetched: list[str] = []
        search = session.search

        def counting(*words: Any, **more: Any) -> Iterator[Entry]:
            for entry in search(*words, **more):
                fetched.append(entry.dn)
                yield entry

        monkeypatch.setattr(session, "search", counting)
        members = list(reading.mailboxes(session, found))
    assert len(members) == 4
    assert len(fetched) == len(members) + len([dn for dn in fetched if any(place in dn for place in SYSTEM)])


def test_every_object_is_written_once(start: Any, directories: LdapDirectories) -> None:
    backend = start(TRAPS["awkward-units"])
    cluster = cluster_of(backend)
    before = picture(backend)
    server(backend).reset_counters()
    with directories.open(cluster.directory) as session:
        switch(session, cluster, "EXCHB")
    written = {dn for dn, attribute in difference(before, picture(backend)) if not attribute.endswith("BL")}
    assert len([dn for dn in written if "OU=" in dn]) == 10
    assert server(backend).counters.writes_received == len(written)


def test_what_belongs_to_a_server_stays_with_it(start: Any, directories: LdapDirectories) -> None:
    backend = start(TRAPS["awkward-units"])
    cluster = cluster_of(backend)
    before = picture(backend)
    with backend.connect("administrator") as connection:
        home = next(
            entry["homeMDB"] for entry in before.values() if b"cn=excha" in b"".join(entry.get("homeMDB", ())).lower()
        )
        dn = f"CN=SystemMailbox,{SYSTEM[0]},{backend.forest.base_dn}"
        assert connection.add(dn, "user", {"homeMDB": [*home], "sAMAccountName": "SM1"}), connection.result
    before = picture(backend)
    own = {dn for dn, entry in before.items() if entry.get("homeMDB") and any(place in dn for place in SYSTEM)}
    assert dn in own
    with directories.open(cluster.directory) as session:
        switch(session, cluster, "EXCHB")
    assert {dn for dn, _ in difference(before, picture(backend))} & own == set()


def test_names_are_two_writes_and_released_first(start: Any, directories: LdapDirectories) -> None:
    backend = start(Forest(clusters=(Cluster("mail", "2003", "EXCHA", "EXCHB", mailboxes=1),)))
    cluster = cluster_of(backend)
    with directories.open(cluster.directory) as session:
        found = view_of(session, cluster)
        switch(session, cluster, "EXCHB")
    written = [e["subject"] for e in server(backend).effects if e["attribute"] == "servicePrincipalName"]
    assert written == [found.primary_computer.dn, found.standby_computer.dn]


def test_every_routing_group_update_service_and_address_list_follows() -> None:
    found = view("EX1", "EX2")
    more = tuple(
        replace(p, dn=f"{p.dn} {n}", guid=f"{p.guid}-{n}", name=f"{p.name} {n}") for p in found.pointers for n in (1, 2)
    )
    found = replace(found, pointers=(*found.pointers, *more))
    changes = pointer_changes(direction_to(found, "EX2"))
    assert len(changes) == len(found.pointers) == 9
    assert {change.changes[0].after for change in changes} == {(found.standby.dn,)}
