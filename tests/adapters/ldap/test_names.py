"""Service principal names go over, or go back: they are never left with nobody."""

import dataclasses

import pytest

from console.adapters.ldap import LdapDirectories
from console.domain.directory import AttributeChange, DirectoryView, EntryChange, Modified
from console.domain.errors import AccessDenied
from console.domain.ports import DirectorySession
from console.domain.switch.apply import NamesNotMoved, apply_changes, claim_names
from console.domain.switch.direction import direction_to
from console.domain.switch.names import spn_claim, spn_release
from console.domain.switch.patience import Patience
from tests.adapters.ldap.site import SteppingClock, at_once, cluster_of, view_of
from tests.directory.backends import Backend, lab_backend
from tests.directory.conftest import FOREST


def released_and_claim(session: DirectorySession, view: DirectoryView) -> tuple[EntryChange, EntryChange]:
    """The names are off the primary's account; the change that would give them to the standby's."""
    direction = direction_to(view, view.standby.name)
    release, claim = spn_release(direction), spn_claim(direction)
    assert release is not None
    assert claim is not None
    assert [result.outcome for _, result in apply_changes(session, [release], at_once())] == ["applied"]
    return release, claim


def with_name(claim: EntryChange, name: str) -> EntryChange:
    """The claim with one more name."""
    (part,) = claim.changes
    return dataclasses.replace(claim, changes=(AttributeChange(part.attribute, (), (*part.after, name)),))


def test_a_claim_that_is_refused_puts_the_names_back(backend: Backend, directories: LdapDirectories) -> None:
    cluster, other = cluster_of(backend, role="administrator"), cluster_of(backend, 1, role="administrator")
    with directories.open(cluster.directory) as session:
        before = view_of(session, cluster)
        taken = view_of(session, other).primary_computer
        release, claim = released_and_claim(session, before)
        bad = with_name(claim, next(spn for spn in taken.spns if spn.startswith("exchangeMDB/")))
        notes: list[str] = []
        with pytest.raises(NamesNotMoved) as raised:
            claim_names(session, [bad], [release], notes.append, patience=at_once())
        assert view_of(session, cluster).spn_holders == before.spn_holders
    assert taken.dn in raised.value.message
    assert "The old owner has them back." in raised.value.message
    assert [note.partition(":")[0] for note in notes] == ["refused", "put back, applied"]


def test_without_compensation_nothing_is_put_back_and_a_later_claim_finishes(
    backend: Backend, directories: LdapDirectories
) -> None:
    cluster, other = cluster_of(backend, role="administrator"), cluster_of(backend, 1, role="administrator")
    with directories.open(cluster.directory) as session:
        view = view_of(session, cluster)
        taken = view_of(session, other).primary_computer
        release, claim = released_and_claim(session, view)
        bad = with_name(claim, next(spn for spn in taken.spns if spn.startswith("exchangeMDB/")))
        with pytest.raises(NamesNotMoved, match="not put back"):
            claim_names(session, [bad], [release], print, patience=at_once(), compensate=False)
        lost = view_of(session, cluster)
        assert not any(lost.spn_holders.values())
        again = spn_claim(direction_to(lost, lost.standby.name))
        assert again is not None
        assert set(again.changes[0].after) == set(claim.changes[0].after)
        claim_names(session, [again], [], print, patience=at_once())
        claim_names(session, [again], [], print, patience=at_once())
        assert set(view_of(session, cluster).spn_holders.values()) == {(view.standby_computer.dn,)}


def test_a_controller_that_turns_read_only_in_between_is_told_with_what_is_left(directories: LdapDirectories) -> None:
    with lab_backend(FOREST) as backend:
        cluster = cluster_of(backend)
        with directories.open(cluster.directory) as session:
            release, claim = released_and_claim(session, view_of(session, cluster))
        assert backend.lab is not None
        backend.lab.fault("read-only")
        with directories.open(cluster.directory) as session, pytest.raises(AccessDenied) as raised:
            claim_names(session, [claim], [release], print, patience=at_once())
    assert "setspn -A" in raised.value.message
    assert "HOST/EXCHA" in raised.value.message
    assert "writable" in raised.value.remedy


def test_a_claim_that_lags_behind_is_tried_again(directories: LdapDirectories) -> None:
    with lab_backend(FOREST) as backend:
        cluster = cluster_of(backend)
        clock = SteppingClock()
        with directories.open(cluster.directory) as session:
            release, claim = released_and_claim(session, view_of(session, cluster))
            lagging = _Lagging(session, 2)
            claim_names(lagging, [claim], [release], print, patience=Patience(clock, 60.0))  # type: ignore[arg-type]
            assert view_of(session, cluster).spn_holders["host/excha"]
    assert clock.sleeps == [1.0, 2.0]


class _Lagging:
    """A session to a controller that asks another, which has not heard of the release for the first tries."""

    def __init__(self, session: DirectorySession, tries: int) -> None:
        self._session, self._left = session, tries

    def __getattr__(self, name: str) -> object:
        return getattr(self._session, name)

    def modify(self, change: EntryChange) -> object:
        if self._left:
            self._left -= 1
            return Modified("refused", "replication lags", retry=True)
        return self._session.modify(change)
