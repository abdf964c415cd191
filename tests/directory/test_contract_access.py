"""Who may do what, and how one signs in: asked of the lab's directory and of a real domain controller.

Where the two differ, both answers stand in the test.
"""

from __future__ import annotations

import ssl
from pathlib import Path

import ldap3
import pytest
from ldap3.core.exceptions import LDAPExceptionError

from console.lab.certificates import Authority
from tests.directory.backends import Backend
from tests.directory.client import code, mailbox, read, store_of


@pytest.mark.parametrize(
    ("what", "attributes"),
    [
        ("mailbox", {"homeMDB", "homeMTA", "msExchHomeServerName"}),
        ("computer", {"servicePrincipalName"}),
        ("store", {"msExchPatchMDB"}),
        ("routing", {"msExchRoutingMasterDN"}),
        ("update", {"msExchAddressListServiceLink"}),
        ("list", {"offLineABServer"}),
        ("server", set()),
    ],
)
def test_the_service_account_may_write_what_a_switch_needs(backend: Backend, what: str, attributes: set[str]) -> None:
    connection, layout = backend.connect(), backend.layout
    objects = {
        "mailbox": mailbox(backend, connection)[0],
        "computer": layout.computer("EXCHA"),
        "store": store_of(backend, "EXCHB"),
        "routing": layout.routing_group("2003"),
        "update": f"CN=Recipient Update Service (EXAMPLE),{layout.update_services}",
        "list": layout.offline_address_list,
        "server": layout.server("EXCHA", "2003"),
    }
    found = read(connection, objects[what], "allowedAttributesEffective").get("allowedAttributesEffective", [])
    assert {value.decode() for value in found} == attributes


def test_the_administrator_may_write_more_and_the_reader_nothing(backend: Backend) -> None:
    store = store_of(backend, "EXCHB")
    name = "allowedAttributesEffective"
    assert {b"msExchPatchMDB", b"msExchEDBFile"} <= set(read(backend.connect("administrator"), store, name)[name])
    assert read(backend.connect("reader"), store, name).get(name, []) == []


def test_without_the_right_nothing_is_written(backend: Backend) -> None:
    store = store_of(backend, "EXCHB")
    reader, service = backend.connect("reader"), backend.connect()
    reader.modify(store, {"msExchPatchMDB": [(ldap3.MODIFY_REPLACE, ["TRUE"])]})
    service.modify(store, {"msExchEDBFile": [(ldap3.MODIFY_REPLACE, ["Y:\\other.edb"])]})
    assert (code(reader), code(service)) == (50, 50)
    assert read(reader, store, "msExchPatchMDB")["msExchPatchMDB"] == [b"FALSE"]


def test_an_administrator_adds_and_deletes(backend: Backend) -> None:
    administrator, service = backend.connect("administrator"), backend.connect()
    dn = f"OU=New,{backend.forest.base_dn}"
    service.add(dn, "organizationalUnit")
    assert code(service) == 50
    administrator.add(dn, "organizationalUnit", {"description": "made by a test"})
    assert code(administrator) == 0
    administrator.add(dn, "organizationalUnit")
    assert code(administrator) == 68
    administrator.delete(dn)
    assert code(administrator) == 0
    administrator.delete(dn)
    assert code(administrator) == 32


def test_what_has_children_is_not_deleted(backend: Backend) -> None:
    administrator = backend.connect("administrator")
    administrator.delete(f"OU=Staff,{backend.forest.base_dn}")
    assert code(administrator) == 66


@pytest.mark.parametrize("form", ["{name}@example.test", "EXAMPLE\\{name}", "CN={name},CN=Users,DC=example,DC=test"])
def test_an_account_binds_by_each_of_its_names(backend: Backend, form: str) -> None:
    account = backend.forest.account("service")
    connection = ldap3.Connection(backend.server(), user=form.format(name=account.name), password=account.password)
    assert connection.bind(), connection.result


def test_a_wrong_password_is_told_apart(backend: Backend) -> None:
    connection = ldap3.Connection(backend.server(), user="svc-changeover@example.test", password="wrong")
    assert not connection.bind()
    assert code(connection) == 49
    assert "data 52e" in connection.result["message"]


def test_an_unknown_account_is_refused(backend: Backend) -> None:
    connection = ldap3.Connection(backend.server(), user="nobody@example.test", password="wrong")
    assert not connection.bind()
    assert code(connection) == 49
    assert f"data {'52e' if backend.is_samba else '525'}" in connection.result["message"]


def test_a_password_in_clear_text_is_refused(backend: Backend) -> None:
    account = backend.forest.account("service")
    server = backend.server(port=backend.address.port, use_ssl=False)
    connection = ldap3.Connection(server, user=f"{account.name}@example.test", password=account.password)
    assert not connection.bind()
    assert code(connection) == 8


def test_start_tls_makes_the_line_fit_for_a_password(backend: Backend) -> None:
    account = backend.forest.account("service")
    server = backend.server(port=backend.address.port, use_ssl=False)
    connection = ldap3.Connection(server, user=f"{account.name}@example.test", password=account.password)
    connection.open()
    assert connection.start_tls()
    assert connection.bind(), connection.result
    assert read(connection, backend.layout.computer("EXCHA"), "cn")["cn"] == [b"EXCHA"]


def test_a_certificate_of_another_authority_is_not_believed(backend: Backend, tmp_path: Path) -> None:
    stranger = Authority(tmp_path, "Stranger").certificate_path
    connection = ldap3.Connection(backend.server(tls=backend.tls(stranger)))
    with pytest.raises((LDAPExceptionError, ssl.SSLError)) as caught:
        connection.bind()
    assert "certificate verify failed" in str(caught.value).lower()
