"""Requests that are encoded once: what goes over the wire is what ldap3 reads as that request."""

from typing import Any

import pytest
from ldap3 import SUBTREE
from ldap3.protocol.rfc4511 import LDAPMessage
from ldap3.utils.asn1 import decoder

from console.adapters.ldap import ber, requests
from console.adapters.ldap.identity import WHO_AM_I

MAILBOX = "CN=Suzuki\\, Ken,OU=東京,DC=contoso,DC=local"


def read_back(operation: bytes, number: int = 7) -> Any:
    """The message with that operation, as ldap3 understands it."""
    message, rest = decoder.decode(ber.message(number, operation), asn1Spec=LDAPMessage())
    assert not rest
    assert int(message["messageID"]) == number
    return message


@pytest.mark.parametrize("number", [1, 127, 128, 70_000])
def test_one_object_is_read_under_any_number(number: int) -> None:
    message = read_back(requests.read(MAILBOX, ["mail", "homeMDB"]), number)
    found = message["protocolOp"]["searchRequest"]
    assert bytes(found["baseObject"]).decode() == MAILBOX
    assert [str(one) for one in found["attributes"]] == ["mail", "homeMDB", "objectGUID"]
    assert int(found["scope"]) == 0
    assert not message["controls"].hasValue()


@pytest.mark.parametrize("cookie", [requests.FIRST_PAGE, b"\x00place"])
def test_a_page_is_asked_for_from_its_place(cookie: bytes) -> None:
    operation = requests.search("DC=contoso,DC=local", "(mail=ken@*)", SUBTREE, ["mail"], 500, cookie)
    message = read_back(operation)
    assert int(message["protocolOp"]["searchRequest"]["scope"]) == 2
    (control,) = message["controls"]
    assert bytes(control["controlType"]).decode() == "1.2.840.113556.1.4.319"
    assert ber.element(ber.OCTETS, cookie) in bytes(control["controlValue"])


def test_an_extended_operation_is_named_by_its_number() -> None:
    found = read_back(requests.extended(WHO_AM_I))["protocolOp"]["extendedReq"]
    assert bytes(found["requestName"]).decode() == WHO_AM_I


def test_what_differs_is_never_taken_for_the_same() -> None:
    asked = [
        requests.read(MAILBOX, ["mail"]),
        requests.read(MAILBOX, ["mail", "cn"]),
        requests.read(MAILBOX.lower(), ["mail"]),
        requests.search(MAILBOX, requests.ANYTHING, "BASE", ["mail"], 500, requests.FIRST_PAGE),
        requests.search(MAILBOX, requests.ANYTHING, "BASE", ["mail"], 501, requests.FIRST_PAGE),
        requests.search(MAILBOX, "(cn=x)", "BASE", ["mail"], 501, requests.FIRST_PAGE),
        requests.search(MAILBOX, "(cn=x)", SUBTREE, ["mail"], 501, requests.FIRST_PAGE),
    ]
    assert len(set(asked)) == len(asked)
