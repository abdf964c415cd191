"""A switch and its way back on each trap: the directory is then as it was, and a second run writes nothing."""

import pytest

from console.adapters.ldap import LdapDirectories
from console.catalog.loader import generation
from console.domain.checks import Refusal
from console.domain.switch.apply import verify
from console.domain.switch.differences import directory_owner, problems
from console.domain.switch.direction import direction_to
from console.lab.directory import Forest
from console.lab.directory.traps import LAB_ONLY, TRAPS
from tests.adapters.ldap.site import cluster_of, directory_of, members, switch, view_of
from tests.directory.backends import Backend, lab_backend
from tests.directory.conftest import Start
from tests.directory.snapshot import Snapshot, difference, snapshot

REFUSED = {"store-missing-on-standby"}
NOT_AS_BEFORE = {"half-moved", "split-names"}
"""Traps that a switch repairs, so that the way back does not restore the fault."""
SWITCHED = sorted(TRAPS.keys() - REFUSED)


def picture(backend: Backend) -> Snapshot:
    """The directory as another client sees it."""
    return snapshot(backend.connect("administrator"))


def highest_usn(backend: Backend) -> int:
    """The controller's own count of writes."""
    connection = backend.connect("administrator")
    connection.search("", "(objectClass=*)", "BASE", attributes=["highestCommittedUSN"])
    return int(connection.response[0]["raw_attributes"]["highestCommittedUSN"][0])


@pytest.mark.parametrize("trap", SWITCHED)
def test_a_switch_and_its_way_back_leave_only_the_planned_marks(
    start: Start, directories: LdapDirectories, trap: str
) -> None:
    backend = start(TRAPS[trap])
    cluster = cluster_of(backend)
    before = picture(backend)
    with directories.open(cluster.directory) as session:
        there = switch(session, cluster, cluster.standby_server)
        assert there.todo == ()
        assert verify(session, cluster, generation(cluster.generation), cluster.standby_server).empty
        assert directory_owner(view_of(session, cluster)).server == cluster.standby_server
        middle = picture(backend)
        writes = highest_usn(backend), backend.lab and backend.lab.counters.writes_received
        again = switch(session, cluster, cluster.standby_server)
        assert again.total == 0
        assert (highest_usn(backend), backend.lab and backend.lab.counters.writes_received) == writes
        back = switch(session, cluster, cluster.primary_server)
        assert back.todo == ()
        assert directory_owner(view_of(session, cluster)).server == cluster.primary_server
    assert any(attribute == "servicePrincipalName" for _, attribute in difference(before, middle))
    left = {(dn, attribute): now for (dn, attribute), (_, now) in difference(before, picture(backend)).items()}
    marks = {attribute for _, attribute in left}
    if trap in NOT_AS_BEFORE:
        assert marks <= {"msExchPatchMDB", "servicePrincipalName", "homeMTA", "msExchHomeServerName"}
        return
    assert marks == {"msExchPatchMDB"}
    assert set(left.values()) == {frozenset({b"TRUE"})}


def test_mailboxes_of_similar_servers_stay_where_they_are(start: Start, directories: LdapDirectories) -> None:
    backend = start(TRAPS["similar-server-names"])
    cluster = cluster_of(backend)
    before = picture(backend)
    with directories.open(cluster.directory) as session:
        outcome = switch(session, cluster, "SERVER2")
    changed = {dn for dn, _ in difference(before, picture(backend))}
    strangers = {
        dn
        for dn, found in before.items()
        if b"cn=SERVER10" in b"".join(found.get("msExchHomeServerName", ())) and "sAMAccountName" in found
    }
    assert outcome.counts == {"applied": 4}
    assert len(strangers) == 3
    assert not changed & strangers


def test_half_moved_mailboxes_are_completed(start: Start, directories: LdapDirectories) -> None:
    backend = start(TRAPS["half-moved"])
    cluster = cluster_of(backend)
    with directories.open(cluster.directory) as session:
        switch(session, cluster, "EXCHB")
    after = picture(backend)
    moved = [found for dn, found in after.items() if dn.startswith("CN=Moved")]
    assert len(moved) == 3
    for found in moved:
        assert all(b"EXCHB" in value for name in ("homeMDB", "homeMTA") for value in found[name])
        assert all(value.endswith(b"cn=EXCHB") for value in found["msExchHomeServerName"])


def test_only_one_cluster_of_two_is_switched(start: Start, directories: LdapDirectories) -> None:
    backend = start(TRAPS["both-generations"])
    cluster = cluster_of(backend, 1)
    before = picture(backend)
    with directories.open(cluster.directory) as session:
        switch(session, cluster, cluster.standby_server)
    for _, (old, new) in difference(before, picture(backend)).items():
        assert not any(b"EXCHA" in value or b"EXCHB" in value for value in old ^ new)


def test_a_store_without_partner_is_a_reason_not_to(start: Start, directories: LdapDirectories) -> None:
    backend = start(TRAPS["store-missing-on-standby"])
    cluster = cluster_of(backend)
    with directories.open(cluster.directory) as session:
        found = problems(direction_to(view_of(session, cluster), cluster.standby_server))
    assert [reason.text for reason in found] == [
        "The store Second Storage Group/Executive Store of EXCHA has no partner on EXCHB."
    ]
    assert "Create" in found[0].remedy


def test_a_name_held_by_both_ends_on_one(directories: LdapDirectories) -> None:
    with lab_backend(LAB_ONLY["doubled-names"]) as backend:
        cluster = cluster_of(backend)
        with directories.open(cluster.directory) as session:
            assert "split" in directory_owner(view_of(session, cluster)).mixed
            switch(session, cluster, cluster.standby_server)
            view = view_of(session, cluster)
    assert directory_owner(view).server == cluster.standby_server
    assert set(view.spn_holders.values()) == {(view.standby_computer.dn,)}


def test_a_server_that_is_not_there_is_refused_with_every_reason(start: Start, directories: LdapDirectories) -> None:
    backend = start(Forest())
    with lab_backend(TRAPS["without-home"]) as named:
        names = cluster_of(named)
    with directories.open(directory_of(backend)) as session, pytest.raises(Refusal) as refused:
        view_of(session, names)
    texts = " ".join(reason.text for reason in refused.value.reasons)
    assert [name in texts for name in ("EXCHA", "EXCHB")] == [True, True]
    assert len(refused.value.reasons) == 4
    assert all(reason.remedy for reason in refused.value.reasons)


def test_members_are_the_mailboxes_and_nothing_else(start: Start, directories: LdapDirectories) -> None:
    backend = start(TRAPS["without-home"])
    cluster = cluster_of(backend)
    with directories.open(cluster.directory) as session:
        view = view_of(session, cluster)
        found = members(session, view)
    picked = [dn for dn, entry in picture(backend).items() if "homeMDB" in entry and "sAMAccountName" in entry]
    assert len(found) == len(picked) == 5
    assert not any("SystemMailbox" in dn or "System Attendant" in dn for dn in picked)


def test_the_delegated_account_lacks_nothing_and_the_reader_lacks_all(
    start: Start, directories: LdapDirectories
) -> None:
    backend = start(TRAPS["similar-server-names"])
    missing = {}
    for role in ("service", "reader"):
        cluster = cluster_of(backend, role=role)
        with directories.open(cluster.directory) as session:
            missing[role] = view_of(session, cluster).rights.missing
    assert missing["service"] == ()
    assert {text.partition(" on ")[0] for text in missing["reader"]} == {
        "msExchPatchMDB",
        "servicePrincipalName",
        "msExchRoutingMasterDN",
        "msExchAddressListServiceLink",
        "offLineABServer",
        "homeMDB",
        "homeMTA",
        "msExchHomeServerName",
    }
