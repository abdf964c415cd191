"""Open a connection to one domain controller: address, encryption, sign-in."""

import contextlib
import socket
import ssl

from ldap3 import SIMPLE
from ldap3.core.exceptions import LDAPExceptionError
from ldap3.operation.bind import bind_operation
from ldap3.operation.extended import extended_operation

from console.adapters.ldap.errors import SUCCESS, of_opening, of_result
from console.adapters.ldap.limits import Limits
from console.adapters.ldap.wire import Wire
from console.domain.errors import AccessDenied, TrustFailed
from console.domain.topology import Directory

START_TLS = "1.3.6.1.4.1.1466.20037"
LEGACY_SERVER_CONNECT = 0x4
"""OpenSSL's SSL_OP_LEGACY_SERVER_CONNECT: servers without RFC 5746, which Windows 2003 lacks unpatched."""

Peer = tuple[str, int]


def name_of(directory: Directory) -> str:
    """The controller as messages call it."""
    return f"The domain controller {directory.host}:{directory.port} of {directory.name}"


def open_wire(directory: Directory, peer: Peer | None, limits: Limits) -> tuple[Wire, Peer]:
    """A signed-in connection, and the address that it leads to.

    `peer` is the address of an earlier connection: a host name with several addresses then leads to the same machine.
    Raises `Unreachable`, `TrustFailed`, `AccessDenied`, `ProtocolFault`, `TimedOut`, `ConnectionLost`.
    """
    where = name_of(directory)
    _refuse_clear_text(directory, where)
    link = _connect(directory, peer, limits, where)
    try:
        found: Peer = link.getpeername()[:2]
        wire = Wire(link, where)
        if directory.security == "starttls":
            _ask_start_tls(wire)
        if directory.security != "clear":
            wire = Wire(_encrypt(link, directory, where), where)
            link = wire.link
        _sign_in(wire, directory)
    except BaseException:
        link.close()
        raise
    link.settimeout(limits.answer)
    return wire, found


def _refuse_clear_text(directory: Directory, where: str) -> None:
    if directory.security == "clear" and not directory.allow_clear_text:
        remedy = "Set its security to LDAPS or StartTLS; clear text must be allowed for this directory by name."
        raise TrustFailed(f"{where} would be spoken to without encryption, which is not allowed.", remedy=remedy)


def _connect(directory: Directory, peer: Peer | None, limits: Limits, where: str) -> socket.socket:
    try:
        link = socket.create_connection(peer or (directory.host, directory.port), timeout=limits.connect)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _bound_sending(link, limits)
    except OSError as error:
        raise of_opening(error, where=where, tls_name="") from error
    return link


def _bound_sending(link: socket.socket, limits: Limits) -> None:
    """The system gives up what a dead network has not taken; else it would still be delivered minutes later.

    TCP_USER_TIMEOUT (RFC 5482) is Linux's; it holds for a process that has been stopped or killed too.
    """
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(limits.unacknowledged * 1000))


def _ask_start_tls(wire: Wire) -> None:
    answer = wire.wait(wire.send("extendedReq", extended_operation(START_TLS)))
    if answer.code != SUCCESS:
        raise of_result(answer.code, answer.text, answer.referrals, where=wire.where, doing="asked for StartTLS")


def _encrypt(link: socket.socket, directory: Directory, where: str) -> ssl.SSLSocket:
    name = directory.tls_name or directory.host
    context = tls_context(directory)
    try:
        return context.wrap_socket(link, server_hostname=name)
    except OSError as error:
        raise of_opening(error, where=where, tls_name=name) from error


def tls_context(directory: Directory) -> ssl.SSLContext:
    """Certificate and name are always checked. The floor is TLS 1.2, or what OpenSSL still knows with `allow_old_tls`.

    Raises `TrustFailed` when the CA file cannot be read.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if directory.allow_old_tls:
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.options |= LEGACY_SERVER_CONNECT
    try:
        if directory.ca_file:
            context.load_verify_locations(directory.ca_file)
        else:
            context.load_default_certs()
    except OSError as error:
        remedy = "Give the path of a PEM file that the console can read."
        text = f"The CA file {directory.ca_file} of {directory.name} cannot be used: {error.strerror or error}."
        raise TrustFailed(text, remedy=remedy) from error
    return context


def _sign_in(wire: Wire, directory: Directory) -> None:
    """A simple bind (RFC 4513 section 5.1.3). An empty name or password would be an anonymous one and is refused."""
    credential = directory.credential
    request = None
    with contextlib.suppress(LDAPExceptionError):
        request = bind_operation(3, SIMPLE, credential.username, credential.password.reveal())
    if request is None:
        remedy = "Give the credential a user name and a password without control characters."
        raise AccessDenied(f"The credential {credential.name} of {directory.name} cannot be used.", remedy=remedy)
    answer = wire.wait(wire.send("bindRequest", request))
    if answer.code != SUCCESS:
        doing = f"signing in as {credential.username}"
        raise of_result(answer.code, answer.text, answer.referrals, where=wire.where, doing=doing)
