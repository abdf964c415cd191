"""A connection that breaks between writes: what was in flight is read again, and every change happens once."""

from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from console.adapters.ldap import LdapDirectories
from console.adapters.ldap.limits import Limits
from console.catalog.loader import generation
from console.domain.directory import EntryChange, Modified
from console.domain.errors import ConnectionLost, Drifted
from console.domain.filters import Filter
from console.domain.ports import DirectorySession, Entry
from console.domain.switch.apply import Outcome, remaining_differences, switch_mailboxes, verify
from console.domain.switch.direction import direction_to
from console.domain.switch.membership import survey
from console.domain.switch.reading import mailboxes
from console.lab.directory import Cluster, DirectoryServer, Forest
from tests.adapters.ldap.site import SteppingClock, cluster_of, members, server, unheard, view_of
from tests.directory.backends import Backend, lab_backend

FOREST = Forest(clusters=(Cluster("mail", "2003", "EXCHA", "EXCHB", mailboxes=60),))


@pytest.fixture
def lab() -> Iterator[Backend]:
    with lab_backend(FOREST) as backend:
        yield backend


def users_only(session: DirectorySession, lab: Backend, **how: object) -> Outcome:
    """The mailboxes' part of a switch to the standby."""
    view = view_of(session, cluster_of(lab))
    given = {"planned": members(session, view), "tolerance": 0, "on_progress": lambda d, t: None, "on_note": unheard}
    return switch_mailboxes(session, direction_to(view, "EXCHB"), **{**given, **how})  # type: ignore[arg-type]


def writes_by_value(lab: Backend) -> Counter[tuple[str, str]]:
    """How often each attribute of each object was changed, from the directory's own log."""
    return Counter((effect["subject"], effect["attribute"]) for effect in server(lab).effects)


@pytest.mark.parametrize("after", [0, 1, 17, 59])
def test_one_loss_is_survived_whether_the_write_was_done_or_not(
    lab: Backend, directories: LdapDirectories, after: int
) -> None:
    for applied in (True, False):
        target = "EXCHB" if applied else "EXCHA"
        with directories.open(cluster_of(lab).directory) as session:
            view = view_of(session, cluster_of(lab))
            server(lab).fault("drop", after=after, applied=applied)
            outcome = switch_mailboxes(
                session,
                direction_to(view, target),
                planned=members(session, view),
                tolerance=0,
                on_progress=_heal_once(lab),
                on_note=unheard,
            )
        assert outcome.done == 60
        assert outcome.todo == ()
    assert set(writes_by_value(lab).values()) == {2}


def _heal_once(lab: Backend):  # type: ignore[no-untyped-def]
    """A listener that does nothing but let the first loss be the only one."""
    directory, losses = server(lab), [0]
    strike = directory.service.faults.strikes_write

    def once() -> bool | None:
        found = strike()
        if found is not None:
            losses[0] += 1
            directory.fault("drop", False)
        return found

    directory.service.faults.strikes_write = once  # type: ignore[method-assign]
    return lambda done, total: None


@pytest.mark.slow
def test_a_line_that_breaks_after_every_write_still_gets_through(lab: Backend, directories: LdapDirectories) -> None:
    with directories.open(cluster_of(lab).directory) as session:
        server(lab).fault("drop", after=0, applied=True)
        outcome = users_only(session, lab)
    assert outcome.done == 60
    assert set(writes_by_value(lab).values()) == {1}


def test_a_line_that_never_carries_a_write_is_given_up_within_bounds(
    lab: Backend, directories: LdapDirectories
) -> None:
    with directories.open(cluster_of(lab).directory) as session:
        server(lab).fault("drop", after=10, applied=False)
        notes: list[str] = []
        with pytest.raises(ConnectionLost) as raised:
            users_only(session, lab, on_note=notes.append)
        assert raised.value.may_have_run
        assert notes == ["Stopped on the way: 10 of 60 mailboxes that differed now name the target."]
        server(lab).fault("drop", False)
        outcome = users_only(session, lab)
        # A busy controller may still have carried out what it had in its hands when the fault ended: never twice.
        assert set(outcome.counts) == {"applied"}
        assert outcome.counts["applied"] <= 50
    written = writes_by_value(lab)
    assert set(written.values()) == {1}
    assert len({dn for dn, _ in written}) == 60


def test_one_mailbox_that_fails_goes_on_the_list_and_stops_nothing(lab: Backend, directories: LdapDirectories) -> None:
    with directories.open(cluster_of(lab).directory) as session:
        view = view_of(session, cluster_of(lab))
        direction, planned = direction_to(view, "EXCHB"), members(session, view)
        victim = min(planned)
        outcome = switch_mailboxes(
            _Meddler(session, victim),  # type: ignore[arg-type]
            direction,
            planned=planned,
            tolerance=0,
            on_progress=lambda done, total: None,
            on_note=unheard,
        )
        left = verify(session, cluster_of(lab), generation("2003"), "EXCHB")
    assert outcome.counts == {"applied": 59, "conflict": 1}
    assert [todo.remedy != "" for todo in outcome.todo] == [True]
    assert "/o=Elsewhere" in outcome.todo[0].why
    assert left.mailboxes == 1
    assert left.examples[0].guid == victim


class _Breaker:
    """A session whose line the directory cuts after the 25th object of a search, so many `times`."""

    def __init__(self, session: DirectorySession, directory: DirectoryServer, times: int) -> None:
        self._session, self._directory, self._times = session, directory, times

    def __getattr__(self, name: str) -> object:
        return getattr(self._session, name)

    def search(self, base: str, what: Filter, attributes: Sequence[str], *, subtree: bool = True) -> Iterator[Entry]:
        for number, entry in enumerate(self._session.search(base, what, attributes, subtree=subtree), start=1):
            if number == 25 and self._times:
                self._times -= 1
                self._directory.stop()
                self._directory.start()
            yield entry


def in_small_pages() -> LdapDirectories:
    """Sessions that read ten objects at a time."""
    return LdapDirectories(SteppingClock(), Limits(page=10))


def test_a_reading_that_breaks_on_the_way_begins_anew_and_gives_each_mailbox_once(lab: Backend) -> None:
    with in_small_pages().open(cluster_of(lab).directory) as session:
        view = view_of(session, cluster_of(lab))
        broken: DirectorySession = _Breaker(session, server(lab), times=2)  # type: ignore[assignment]
        seen = survey(direction_to(view, "EXCHB"), mailboxes(broken, view), tolerance=0)
    assert seen.membership.count == seen.membership.changing == 60


def test_a_proof_that_breaks_on_the_way_is_read_anew(lab: Backend) -> None:
    with in_small_pages().open(cluster_of(lab).directory) as session:
        broken: DirectorySession = _Breaker(session, server(lab), times=1)  # type: ignore[assignment]
        left = remaining_differences(broken, direction_to(view_of(session, cluster_of(lab)), "EXCHB"))
    assert left.mailboxes == 60


def test_a_line_that_breaks_at_every_reading_is_given_up_within_bounds(lab: Backend) -> None:
    with in_small_pages().open(cluster_of(lab).directory) as session:
        view = view_of(session, cluster_of(lab))
        with pytest.raises(ConnectionLost):
            list(mailboxes(_Breaker(session, server(lab), times=3), view))  # type: ignore[arg-type]


class _Meddler:
    """A session beside which somebody else changes one mailbox right before it is written."""

    def __init__(self, session: DirectorySession, guid: str) -> None:
        self._session, self._guid = session, guid

    def __getattr__(self, name: str) -> object:
        return getattr(self._session, name)

    def modify_many(self, changes: Iterator[EntryChange], *, window: int) -> Iterator[tuple[EntryChange, Modified]]:
        return self._session.modify_many(self._meddle(changes), window=window)

    def _meddle(self, changes: Iterator[EntryChange]) -> Iterator[EntryChange]:
        for change in changes:
            if change.guid == self._guid:
                part = next(c for c in change.changes if c.attribute == "msExchHomeServerName")
                other = type(part)(part.attribute, part.before, ("/o=Elsewhere",))
                assert self._session.modify(EntryChange(change.dn, change.guid, (other,))).outcome == "applied"
            yield change


def test_a_membership_beyond_the_tolerance_stops_before_the_first_write(
    lab: Backend, directories: LdapDirectories
) -> None:
    with directories.open(cluster_of(lab).directory) as session:
        planned = members(session, view_of(session, cluster_of(lab)))
        fewer = frozenset(sorted(planned)[3:])
        with pytest.raises(Drifted, match="3 mailboxes came and 0 are gone"):
            users_only(session, lab, planned=fewer, tolerance=2)
        assert server(lab).counters.writes_received == 0
        notes: list[str] = []
        assert users_only(session, lab, planned=fewer, tolerance=3, on_note=notes.append).done == 60
    assert "3 mailboxes came" in notes[0]


def test_a_listener_that_objects_stops_it_and_nothing_is_left_in_flight(
    lab: Backend, directories: LdapDirectories
) -> None:
    def object_at_fifty(done: int, total: int) -> None:
        if done >= 50:
            raise Drifted("The group is elsewhere now.")

    with directories.open(cluster_of(lab).directory) as session:
        with pytest.raises(Drifted, match="elsewhere"):
            users_only(session, lab, on_progress=object_at_fifty, window=4)
        written = {dn for dn, _ in writes_by_value(lab)}
        assert 50 <= len(written) <= 54
        assert server(lab).counters.writes_received == len(written)
