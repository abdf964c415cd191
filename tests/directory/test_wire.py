"""Messages on the wire: whole, in pieces, and broken."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress

import ldap3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ldaptor.protocols import pureber, pureldap

from console.lab.directory import Cluster, Forest, wire
from tests.directory.backends import Backend, lab_backend
from tests.directory.client import read, swap
from tests.directory.conftest import FOREST

REQUEST = pureldap.LDAPMessage(
    pureldap.LDAPSearchRequest(baseObject="DC=example,DC=test", attributes=["cn"]), id=7
).toWire()


@given(st.integers(0, len(REQUEST)))
def test_a_message_is_read_when_all_of_it_is_there(cut: int) -> None:
    message, used = wire.split(REQUEST[:cut])
    assert (message is not None, used) == ((True, len(REQUEST)) if cut == len(REQUEST) else (False, 0))


def test_what_follows_a_message_is_left() -> None:
    message, used = wire.split(REQUEST + REQUEST[:5])
    assert (message.id, used) == (7, len(REQUEST))


@given(st.binary(max_size=60))
def test_any_bytes_are_a_message_or_incomplete_or_refused(noise: bytes) -> None:
    with suppress(ValueError):
        message, used = wire.split(noise)
        assert (message is None) == (used == 0)


@given(st.binary(max_size=400))
def test_an_element_is_read_back_by_the_library(content: bytes) -> None:
    value, used = pureber.berDecodeObject(pureber.BERDecoderContext(), wire.octets(content))
    assert value.value == content
    assert used == len(wire.octets(content))


@pytest.fixture
def backend() -> Iterator[Backend]:
    with lab_backend(FOREST) as found:
        yield found


def test_of_many_that_swap_one_value_at_once_one_wins(backend: Backend) -> None:
    layout = backend.layout
    dn, old = layout.routing_group("2003"), layout.server("EXCHA", "2003")
    new = layout.server("EXCHB", "2003")
    connections = [backend.connect() for _ in range(6)]
    barrier, answers = threading.Barrier(len(connections)), []

    def run(connection: object) -> None:
        barrier.wait()
        answers.append(swap(connection, dn, msExchRoutingMasterDN=(old, new)))

    threads = [threading.Thread(target=run, args=(connection,)) for connection in connections]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(answers) == [0, 16, 16, 16, 16, 16]
    assert read(connections[0], dn, "msExchRoutingMasterDN")["msExchRoutingMasterDN"] == [new.encode()]


def test_many_writes_on_one_line_are_all_answered(backend: Backend) -> None:
    account = backend.forest.account("service")
    connection = ldap3.Connection(
        backend.server(), user=f"{account.name}@example.test", password=account.password, client_strategy=ldap3.ASYNC
    )
    assert connection.bind()
    store = backend.layout.store("EXCHB", "2003", "First Storage Group", "Mailbox Store")
    sent = [
        connection.modify(store, {"msExchPatchMDB": [(ldap3.MODIFY_REPLACE, [str(number % 2 == 0).upper()])]})
        for number in range(100)
    ]
    assert [connection.get_response(number, timeout=20)[1]["result"] for number in sent] == [0] * 100
    assert backend.lab is not None
    assert backend.lab.counters.writes_applied == 100
    connection.unbind()


def test_more_than_1500_values_come_in_parts_that_say_which_they_are() -> None:
    forest = Forest(clusters=(Cluster("mail", "2007", "EXCHA", "EXCHB", mailboxes=3100),))
    with lab_backend(forest) as backend:
        account = forest.account("service")
        connection = ldap3.Connection(
            backend.server(),
            user=f"{account.name}@example.test",
            password=account.password,
            auto_range=False,
            return_empty_attributes=False,
        )
        assert connection.bind()
        store = backend.layout.store("EXCHA", "2007", "First Storage Group", "Mailbox Database")
        parts: dict[str, int] = {}
        for wanted in ("homeMDBBL", "homeMDBBL;range=1500-*", "homeMDBBL;range=10-19"):
            connection.search(store, "(objectClass=*)", ldap3.BASE, attributes=[wanted])
            found = connection.response[0]["raw_attributes"]
            parts |= {name: len(values) for name, values in found.items() if values}
    assert parts == {"homeMDBBL;range=0-1499": 1500, "homeMDBBL;range=1500-*": 52, "homeMDBBL;range=10-19": 10}
