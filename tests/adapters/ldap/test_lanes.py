"""Changes over several connections: opened when there is enough to send, one fate when one of them breaks."""

import socket
from collections.abc import Iterator

import pytest

from console.adapters.ldap import LdapDirectories
from console.adapters.ldap.limits import Limits
from console.adapters.ldap.session import LdapSession
from console.adapters.ldap.wire import Wire
from console.domain.directory import AttributeChange, EntryChange
from console.domain.errors import Unreachable
from console.domain.ports import DirectorySession
from console.lab.directory import Cluster, Forest
from tests.adapters.ldap.site import SteppingClock, directory_of
from tests.adapters.ldap.test_session import USERS
from tests.directory.backends import Backend, lab_backend

FOREST = Forest(clusters=(Cluster("mail", "2003", "EXCHA", "EXCHB", mailboxes=60),))


@pytest.fixture
def lab() -> Iterator[Backend]:
    with lab_backend(FOREST) as backend:
        yield backend


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Wire]:
    """The further connections of all sessions, as they are opened."""
    found: list[Wire] = []
    real = LdapSession.further_wire

    def further(session: LdapSession) -> Wire:
        found.append(real(session))
        return found[-1]

    monkeypatch.setattr(LdapSession, "further_wire", further)
    return found


def changes(session: DirectorySession) -> list[EntryChange]:
    """One made-up change for each mailbox."""
    found = session.search(FOREST.base_dn, USERS, ("msExchHomeServerName",))
    return [
        EntryChange(e.dn, e.guid, (AttributeChange("msExchHomeServerName", e.all("msExchHomeServerName"), ("/o=X",)),))
        for e in found
    ]


def outcomes(session: DirectorySession, todo: list[EntryChange], window: int) -> set[str]:
    results = list(session.modify_many(todo, window=window))
    assert sorted(change.guid for change, _ in results) == sorted(change.guid for change in todo)
    return {modified.outcome for _, modified in results}


@pytest.mark.parametrize(("count", "window", "further"), [(60, 16, 3), (4, 16, 0), (5, 16, 1), (60, 1, 0), (60, 2, 1)])
def test_a_few_changes_go_over_one_connection_and_many_over_several(
    lab: Backend, directories: LdapDirectories, opened: list[Wire], count: int, window: int, further: int
) -> None:
    with directories.open(directory_of(lab)) as session:
        assert outcomes(session, changes(session)[:count], window) == {"applied"}
    assert len(opened) == further
    assert all(wire.link.fileno() == -1 for wire in opened)


def test_a_connection_that_cannot_be_opened_leaves_the_work_to_the_others(
    lab: Backend, directories: LdapDirectories, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def refuse(session: LdapSession) -> Wire:
        asked.append(session)
        raise Unreachable("The domain controller takes no further connection.")

    monkeypatch.setattr(LdapSession, "further_wire", refuse)
    with directories.open(directory_of(lab)) as session:
        assert outcomes(session, changes(session), 16) == {"applied"}
    assert len(asked) == 1


@pytest.mark.parametrize("broken", [0, 1, 2])
def test_when_a_further_connection_breaks_everything_in_flight_is_read_again(
    lab: Backend, opened: list[Wire], broken: int
) -> None:
    directories = LdapDirectories(SteppingClock(), Limits(connect=5, answer=5))
    with directories.open(directory_of(lab)) as session:
        todo = changes(session)
        results = session.modify_many(todo, window=16)
        seen = [next(results)]
        # Below TLS: its own shutdown would have what has arrived read without being deciphered.
        socket.socket.shutdown(opened[broken].link, socket.SHUT_RDWR)
        seen += list(results)
    assert sorted(change.guid for change, _ in seen) == sorted(change.guid for change in todo)
    assert {modified.outcome for _, modified in seen} == {"applied"}
    assert lab.lab is not None
    assert len(lab.lab.effects) == 60


def test_whoever_leaves_early_leaves_nothing_in_flight(
    lab: Backend, directories: LdapDirectories, opened: list[Wire]
) -> None:
    assert lab.lab is not None
    with directories.open(directory_of(lab)) as session:
        results = session.modify_many(changes(session), window=16)
        next(results)
        results.close()  # type: ignore[attr-defined]
        written = len(lab.lab.effects)
        assert 1 <= written <= 32
    assert len(lab.lab.effects) == written
    assert all(wire.link.fileno() == -1 for wire in opened)
