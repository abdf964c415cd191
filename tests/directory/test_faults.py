"""The lab's directory fails on demand, and counts what reached it."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import ldap3
import pytest
from ldap3.core.exceptions import LDAPExceptionError

from console.lab.directory import DirectoryServer
from console.lab.directory.replication import Replication
from tests.directory.backends import Backend, lab_backend
from tests.directory.conftest import FOREST


@pytest.fixture
def backend() -> Iterator[Backend]:
    with lab_backend(FOREST) as found:
        yield found


@pytest.fixture
def lab(backend: Backend) -> DirectoryServer:
    assert backend.lab is not None
    return backend.lab


def write(backend: Backend, connection: Any, value: str = "TRUE") -> int:
    store = backend.layout.store("EXCHB", "2003", "First Storage Group", "Mailbox Store")
    connection.modify(store, {"msExchPatchMDB": [(ldap3.MODIFY_REPLACE, [value])]})
    return int(connection.result["result"])


def stored(lab: DirectoryServer) -> frozenset[str]:
    dn = next(dn for dn in lab.snapshot() if dn.startswith("CN=Mailbox Store,CN=First") and "CN=EXCHB," in dn)
    return lab.snapshot()[dn]["msExchPatchMDB"]


def test_it_counts_what_it_received_and_what_it_applied(backend: Backend, lab: DirectoryServer) -> None:
    connection, reader = backend.connect(), backend.connect("reader")
    lab.reset_counters()
    assert (write(backend, connection), write(backend, reader)) == (0, 50)
    assert (lab.counters.writes_received, lab.counters.writes_applied) == (2, 1)


def test_each_changed_value_is_in_the_log_of_effects(backend: Backend, lab: DirectoryServer) -> None:
    write(backend, backend.connect())
    assert len(lab.effects) == 1
    effect = lab.effects[0]
    assert effect.pop("subject").startswith("CN=Mailbox Store,CN=First Storage Group,CN=InformationStore,CN=EXCHB,")
    assert effect == {
        "kind": "directory",
        "attribute": "msExchPatchMDB",
        "before": ("FALSE",),
        "after": ("TRUE",),
        "by": "EXAMPLE\\svc-changeover",
    }


def test_whoever_takes_the_effects_may_ask_the_directory_from_another_thread() -> None:
    answers: list[bool] = []

    def record(**_effect: Any) -> None:
        asked = threading.Thread(
            target=lambda: answers.append(server.may_mount("EXCHB", "First Storage Group", "Mailbox Store"))
        )
        asked.start()
        asked.join(5)

    with DirectoryServer(FOREST, record) as server:
        backend = Backend("lab", FOREST, server.address, server.authority, server)
        assert write(backend, backend.connect()) == 0
    assert answers == [True]


def test_a_store_may_mount_when_its_flag_is_set(backend: Backend, lab: DirectoryServer) -> None:
    where = ("EXCHB", "First Storage Group", "Mailbox Store")
    assert not lab.may_mount(*where)
    write(backend, backend.connect())
    assert lab.may_mount(*where)
    assert lab.may_mount("exchb", "first storage group", "mailbox store")
    assert not lab.may_mount("EXCHA", "First Storage Group", "Mailbox Store")
    assert not lab.may_mount("EXCHB", "First Storage Group", "No Such Store")


@pytest.mark.parametrize(("name", "answer"), [("busy", 51), ("unavailable", 52)])
def test_it_is_busy_for_as_many_writes_as_said(backend: Backend, lab: DirectoryServer, name: str, answer: int) -> None:
    connection = backend.connect()
    lab.fault(name, count=2)
    assert [write(backend, connection) for _ in range(3)] == [answer, answer, 0]


def test_a_read_only_directory_refuses_every_write(backend: Backend, lab: DirectoryServer) -> None:
    connection = backend.connect()
    lab.fault("read-only")
    assert write(backend, connection) == 53
    lab.fault("read-only", on=False)
    assert write(backend, connection) == 0


def test_a_referral_names_the_other_server(backend: Backend, lab: DirectoryServer) -> None:
    connection = backend.connect()
    lab.fault("referral", url="ldap://elsewhere.example.test/")
    assert write(backend, connection) == 10
    assert connection.result["referrals"] == ["ldap://elsewhere.example.test/"]
    assert stored(lab) == {"FALSE"}


def test_every_password_is_wrong_while_the_fault_is_on(backend: Backend, lab: DirectoryServer) -> None:
    lab.fault("wrong-password")
    account = backend.forest.account("service")
    connection = ldap3.Connection(backend.server(), user=f"{account.name}@example.test", password=account.password)
    assert not connection.bind()
    assert "data 52e" in connection.result["message"]
    lab.fault("wrong-password", on=False)
    assert connection.bind()


@pytest.mark.parametrize("applied", [True, False])
def test_the_connection_drops_at_a_write(backend: Backend, lab: DirectoryServer, applied: bool) -> None:
    connection = backend.connect()
    lab.fault("drop", after=1, applied=applied)
    assert write(backend, connection, "FALSE") == 0
    with pytest.raises(LDAPExceptionError):
        write(backend, connection, "TRUE")
    assert stored(lab) == ({"TRUE"} if applied else {"FALSE"})


def test_the_connection_drops_as_often_as_said(backend: Backend, lab: DirectoryServer) -> None:
    lab.fault("drop", times=2)
    for _ in range(2):
        with pytest.raises(LDAPExceptionError):
            write(backend, backend.connect())
    assert write(backend, backend.connect()) == 0


def test_a_directory_becomes_read_only_after_so_many_writes(backend: Backend, lab: DirectoryServer) -> None:
    connection = backend.connect()
    lab.fault("read-only", after=1)
    assert [write(backend, connection, value) for value in ("TRUE", "FALSE", "FALSE")] == [0, 53, 53]


def test_a_referral_of_writes_leaves_searches_alone(backend: Backend, lab: DirectoryServer) -> None:
    connection = backend.connect()
    lab.fault("referral", only="writes")
    assert write(backend, connection) == 10
    assert connection.search(backend.forest.base_dn, "(objectClass=domain)", attributes=["name"])


def test_a_rule_keeps_values_from_objects_of_a_name(backend: Backend, lab: DirectoryServer) -> None:
    connection = backend.connect()
    lab.fault("object-rule", text="mailbox store", count=1)
    assert [write(backend, connection) for _ in range(2)] == [19, 0]


def test_a_catalog_that_lags_keeps_a_name_from_its_new_holder() -> None:
    held: list[Callable[[], None]] = []
    with DirectoryServer(FOREST) as first, DirectoryServer(FOREST, name="DC2") as second:
        Replication(first.service, second.service, 1.0, lambda _seconds, run: held.append(run))
        backend = Backend("lab", FOREST, first.address, first.authority, first)
        connection = backend.connect()
        old, new = (backend.layout.computer(name) for name in ("EXCHA", "EXCHB"))
        first.fault("catalog")
        assert connection.modify(old, {"servicePrincipalName": [("MODIFY_DELETE", ["HOST/EXCHA"])]})
        assert not connection.modify(new, {"servicePrincipalName": [("MODIFY_ADD", ["HOST/EXCHA"])]})
        assert "000021C7" in connection.result["message"]
        assert connection.modify(old, {"servicePrincipalName": [("MODIFY_ADD", ["HOST/EXCHA"])]})
        assert connection.modify(old, {"servicePrincipalName": [("MODIFY_DELETE", ["HOST/EXCHA"])]})
        for arrive in held:
            arrive()
        assert connection.modify(new, {"servicePrincipalName": [("MODIFY_ADD", ["HOST/EXCHA"])]})


def test_connections_are_refused_and_then_taken_again(backend: Backend, lab: DirectoryServer) -> None:
    connection = backend.connect()
    lab.fault("refuse")
    with pytest.raises(LDAPExceptionError):
        write(backend, connection)
    with pytest.raises(LDAPExceptionError):
        backend.connect()
    lab.fault("refuse", on=False)
    assert write(backend, backend.connect()) == 0


def test_it_hangs_until_it_is_let_go(backend: Backend, lab: DirectoryServer) -> None:
    lab.fault("hang")
    account = backend.forest.account("service")
    connection = ldap3.Connection(
        backend.server(), user=f"{account.name}@example.test", password=account.password, receive_timeout=1
    )
    with pytest.raises(LDAPExceptionError):
        connection.bind()
    lab.fault("hang", on=False)
    assert write(backend, backend.connect()) == 0


def test_it_is_slow_by_what_is_said(backend: Backend, lab: DirectoryServer) -> None:
    connection = backend.connect()
    lab.fault("slow", ms=150)
    began = time.monotonic()
    assert write(backend, connection) == 0
    assert time.monotonic() - began >= 0.15


def test_a_search_ends_at_the_size_limit(backend: Backend, lab: DirectoryServer) -> None:
    connection = backend.connect()
    lab.fault("size-limit", limit=3)
    connection.search(backend.forest.base_dn, "(objectCategory=person)", paged_size=10)
    assert connection.result["result"] == 4
    assert len([item for item in connection.response if item["type"] == "searchResEntry"]) == 3


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("name", "doesn't match"), ("issuer", "certificate verify failed"), ("expired", "certificate has expired")],
)
def test_a_certificate_that_does_not_fit_is_refused(
    backend: Backend, lab: DirectoryServer, kind: str, reason: str
) -> None:
    lab.fault("certificate", kind=kind)
    with pytest.raises((LDAPExceptionError, ssl.SSLError)) as caught:
        backend.connect()
    assert reason in str(caught.value)


def test_garbage_is_no_ldap(backend: Backend, lab: DirectoryServer) -> None:
    connection = backend.connect()
    lab.fault("garbage")
    with pytest.raises(LDAPExceptionError):
        write(backend, connection)


def test_an_unknown_fault_or_argument_is_named(lab: DirectoryServer) -> None:
    with pytest.raises(ValueError, match="no fault flood; it has refuse"):
        lab.fault("flood")
    with pytest.raises(ValueError, match="takes no speed"):
        lab.fault("slow", speed=1)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("certificate", {"kind": "bogus"}),
        ("busy", {"count": "many"}),
        ("slow", {"ms": -1}),
        ("drop", {"applied": 1}),
        ("referral", {"url": "elsewhere"}),
        ("referral", {"only": "reads"}),
        ("object-rule", {"text": 3}),
    ],
)
def test_a_value_that_a_fault_does_not_take_is_refused(lab: DirectoryServer, name: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"the fault {name} does not take {next(iter(wrong))}="):
        lab.fault(name, **wrong)
    assert lab.describe()["faults"] == {}


def test_no_password_is_in_what_it_tells_about_itself(lab: DirectoryServer) -> None:
    told = f"{lab.describe()} {lab.forest!r} {lab.snapshot()}"
    assert all(account.password not in told for account in lab.forest.accounts)


def test_bytes_that_are_no_ldap_end_the_connection_only(backend: Backend, lab: DirectoryServer) -> None:
    import socket

    with socket.create_connection((backend.address.host, backend.address.port), 5) as line:
        line.sendall(b"GET / HTTP/1.0\r\n\r\n")
        line.shutdown(socket.SHUT_WR)
        assert line.recv(100) == b""
    assert write(backend, backend.connect()) == 0


def test_data_stay_over_a_stop_and_a_start(backend: Backend, lab: DirectoryServer) -> None:
    write(backend, backend.connect())
    before = lab.address
    lab.stop()
    lab.start()
    assert lab.address == before
    assert stored(lab) == {"TRUE"}
    assert write(backend, backend.connect(), "FALSE") == 0
