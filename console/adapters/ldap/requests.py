"""Requests that read, encoded once: a cluster that is observed every minute asks the same of its directory each time.

ldap3 builds an object for every element of a request, which took a third of what an observation costs in all.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from ldap3 import BASE, DEREF_NEVER
from ldap3.operation.extended import extended_operation
from ldap3.operation.search import search_operation
from ldap3.protocol.rfc2696 import paged_search_control
from ldap3.protocol.rfc4511 import Controls, LDAPMessage, MessageID, ProtocolOp
from ldap3.utils.asn1 import encode

from console.adapters.ldap import ber

ANYTHING = "(objectClass=*)"
REMEMBERED = 16_384
"""Requests that a process remembers: some 30 for each of 500 clusters, about a kilobyte each."""
FIRST_PAGE = b""


def read(dn: str, attributes: Sequence[str], control: Any = None) -> bytes:
    """Reading one object, as `Wire.put` takes it; its GUID comes with the attributes. `control` is one of ldap3's."""
    if control is None:
        return _remembered(dn, ANYTHING, BASE, tuple(attributes), 0)
    return _encoded(dn, ANYTHING, BASE, attributes, control)


def search(base: str, what: str, scope: str, attributes: Sequence[str], page: int, cookie: bytes) -> bytes:
    """A page of up to `page` objects that fit the filter `what`; `cookie` is the place that the page before gave."""
    if cookie == FIRST_PAGE:
        return _remembered(base, what, scope, tuple(attributes), page)
    return _encoded(base, what, scope, attributes, paged_search_control(True, page, cookie))


@lru_cache(maxsize=REMEMBERED)
def _remembered(base: str, what: str, scope: str, attributes: tuple[str, ...], page: int) -> bytes:
    control = paged_search_control(True, page, FIRST_PAGE) if page else None
    return _encoded(base, what, scope, attributes, control)


@lru_cache(maxsize=8)
def extended(name: str) -> bytes:
    """An extended operation without a value, by its number (RFC 4511 section 4.12)."""
    return _message("extendedReq", extended_operation(name), None)


def _encoded(base: str, what: str, scope: str, attributes: Sequence[str], control: Any) -> bytes:
    wanted = [*attributes, "objectGUID"]
    request = search_operation(base, what, scope, DEREF_NEVER, wanted, 0, 0, False, False, False)
    return _message("searchRequest", request, control)


def _message(kind: str, request: Any, control: Any) -> bytes:
    """What follows the number in a message: the operation, and its control."""
    message = LDAPMessage()
    message["messageID"] = MessageID(1)
    message["protocolOp"] = ProtocolOp().setComponentByName(kind, request)
    if control is not None:
        controls = Controls()
        controls.setComponentByPosition(0, control)
        message["controls"] = controls
    whole: bytes = encode(message)
    start = ber.read(whole, 0, len(whole))[1]
    return whole[ber.read(whole, start, len(whole))[2] :]
