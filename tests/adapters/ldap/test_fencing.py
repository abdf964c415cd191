"""Writes under a lease: none goes out after its end, and one that was on its way before does no harm."""

import math
import time
from collections.abc import Iterator

import pytest

from console.adapters.ldap import LdapDirectories
from console.adapters.ldap.lanes import Lanes
from console.domain.directory import AttributeChange, EntryChange
from console.domain.lease import Fence, LeaseLost
from console.domain.ports import DirectorySession
from console.domain.switch.differences import mailbox_change, structure_changes
from console.domain.switch.direction import direction_to
from console.domain.switch.names import spn_claim, spn_release
from console.domain.switch.outcome import ALREADY
from console.domain.switch.reading import mailboxes
from console.lab.directory import Cluster, Forest
from tests.adapters.ldap.site import cluster_of, server, switch, view_of
from tests.directory.backends import Backend, lab_backend
from tests.directory.conftest import Start
from tests.directory.snapshot import Snapshot, snapshot

FOREST = Forest(clusters=(Cluster("mail", "2003", "EXCHA", "EXCHB", mailboxes=20),))


@pytest.fixture
def lab() -> Iterator[Backend]:
    with lab_backend(FOREST) as backend:
        yield backend


def picture(backend: Backend) -> Snapshot:
    """The directory as another client sees it."""
    return snapshot(backend.connect("administrator"))


class Lease:
    """A lease that can be lost; counts how often it was asked."""

    def __init__(self, times: float = math.inf) -> None:
        self.times = times
        self.asked = 0

    def __call__(self) -> Fence:
        self.asked += 1
        if self.asked > self.times:
            raise LeaseLost("Operation 1 is no longer this worker's.")
        return Fence(1, 7, math.inf)


def user_changes(session: DirectorySession, lab: Backend, to: str = "EXCHB") -> list[EntryChange]:
    """What a switch changes on mailboxes, as a worker has it in hand."""
    view = view_of(session, cluster_of(lab))
    direction = direction_to(view, to)
    found = [mailbox_change(direction, mailbox) for mailbox in mailboxes(session, view)]
    return [change for change in found if change]


def effects(lab: Backend) -> int:
    return len(server(lab).effects)


def test_what_the_next_worker_has_done_is_found_done(start: Start, directories: LdapDirectories) -> None:
    lab = start(FOREST)
    directory = cluster_of(lab).directory
    with directories.open(directory) as old, directories.open(directory) as new:
        late = [*structure_changes(direction_to(view_of(old, cluster_of(lab)), "EXCHB")), *user_changes(old, lab)]
        switch(new, cluster_of(lab), "EXCHB")
        before = picture(lab)
        ended = [result for _, result in old.modify_many(late)]
    assert len(ended) > 20
    assert {(result.outcome, result.detail) for result in ended} == {("applied", ALREADY)}
    assert picture(lab) == before


def test_what_has_gone_elsewhere_since_is_a_conflict(start: Start, directories: LdapDirectories) -> None:
    lab = start(FOREST)
    directory = cluster_of(lab).directory
    with directories.open(directory) as old, directories.open(directory) as new:
        late = user_changes(old, lab)
        for change in late:
            part = next(part for part in change.changes if part.attribute == "msExchHomeServerName")
            away = AttributeChange(part.attribute, part.before, ("/o=Elsewhere",))
            assert new.modify(EntryChange(change.dn, change.guid, (away,))).outcome == "applied"
        before = picture(lab)
        outcomes = {result.outcome for _, result in old.modify_many(late)}
    assert outcomes == {"conflict"}
    assert picture(lab) == before


def test_late_release_and_claim_of_names_change_nothing(start: Start, directories: LdapDirectories) -> None:
    lab = start(FOREST)
    directory = cluster_of(lab).directory
    with directories.open(directory) as old, directories.open(directory) as new:
        direction = direction_to(view_of(old, cluster_of(lab)), "EXCHB")
        release, claim = spn_release(direction), spn_claim(direction)
        assert release
        assert claim
        switch(new, cluster_of(lab), "EXCHB")
        before = picture(lab)
        assert [old.modify(late).detail for late in (release, claim)] == [ALREADY, ALREADY]
        assert picture(lab) == before


def test_after_a_failback_the_old_values_are_back_and_only_the_lease_keeps_a_late_write_away(
    start: Start, directories: LdapDirectories
) -> None:
    """Compare-and-set alone would let it through: what it takes for the old value is there again."""
    lab = start(FOREST)
    directory, lease = cluster_of(lab).directory, Lease()
    with directories.open(directory, lease) as old, directories.open(directory) as new:
        late = user_changes(old, lab)
        switch(new, cluster_of(lab), "EXCHB")
        switch(new, cluster_of(lab), "EXCHA")
        assert user_changes(new, lab) == late
        before = picture(lab)
        lease.times = lease.asked
        with pytest.raises(LeaseLost):
            list(old.modify_many(late))
        with pytest.raises(LeaseLost):
            old.modify(late[0])
    assert picture(lab) == before


def test_a_worker_that_stood_still_right_before_the_send_sends_nothing(
    lab: Backend, directories: LdapDirectories, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease is asked after everything else, so what happens between two of our own lines cannot be missed."""
    lease = Lease()
    plain = Lanes.flush

    def stands_still(lanes: Lanes) -> None:
        lease.times = 0
        plain(lanes)

    with directories.open(cluster_of(lab).directory, lease) as session:
        late = user_changes(session, lab)
        before = effects(lab)
        monkeypatch.setattr(Lanes, "flush", stands_still)
        with pytest.raises(LeaseLost):
            session.modify(late[0])
    assert effects(lab) == before


def test_the_lease_is_asked_for_every_send_and_for_no_reading(lab: Backend, directories: LdapDirectories) -> None:
    lease = Lease()
    with directories.open(cluster_of(lab).directory, lease) as session:
        changes = user_changes(session, lab)
        assert lease.asked == 0
        for change in changes[:3]:
            session.modify(change)
        assert lease.asked == 3
        assert len(list(session.modify_many(changes[3:], window=1))) == len(changes) - 3
        assert lease.asked == len(changes)


def test_a_lease_lost_on_the_way_leaves_the_rest_alone(lab: Backend, directories: LdapDirectories) -> None:
    with directories.open(cluster_of(lab).directory, Lease(times=5)) as session:
        changes = user_changes(session, lab)
        done = []
        with pytest.raises(LeaseLost):
            done.extend(change.guid for change, _ in session.modify_many(changes, window=1))
    assert len(done) == 5
    assert len({effect["subject"] for effect in server(lab).effects}) == 5


def test_a_lost_lease_does_not_wait_for_a_directory_that_hangs(lab: Backend, directories: LdapDirectories) -> None:
    lease = Lease(times=1)
    with directories.open(cluster_of(lab).directory, lease) as session:
        changes = user_changes(session, lab)

        def feed() -> Iterator[EntryChange]:
            yield changes[0]
            server(lab).fault("hang")
            yield from changes[1:]

        began = time.monotonic()
        with pytest.raises(LeaseLost):
            list(session.modify_many(feed(), window=1))
        assert time.monotonic() - began < 2


def test_a_write_that_came_back_busy_asks_for_the_lease_again(lab: Backend, directories: LdapDirectories) -> None:
    lease = Lease()
    with directories.open(cluster_of(lab).directory, lease) as session:
        change = user_changes(session, lab)[0]
        server(lab).fault("busy", count=2)
        assert session.modify(change).outcome == "applied"
    assert lease.asked == 3
