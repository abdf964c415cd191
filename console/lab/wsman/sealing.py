"""Message encryption over plain HTTP: the multipart/encrypted wrapping around sealed SOAP (MS-WSMV 2.2.9.1)."""

import re
import struct

import spnego
from spnego.exceptions import SpnegoError

BOUNDARY = "Encrypted Boundary"
PROTOCOLS = {
    "ntlm": "application/HTTP-SPNEGO-session-encrypted",
    "credssp": "application/HTTP-CredSSP-session-encrypted",
}
_SOAP_TYPE = "application/soap+xml;charset=UTF-8"


class BrokenSeal(Exception):
    """The body cannot be opened with this connection's key."""


def unseal(context: spnego.ContextProxy, body: bytes) -> bytes:
    """The SOAP inside an encrypted body. Raises `BrokenSeal`."""
    parts = re.split(rb"--Encrypted Boundary(?:--)?\r\n", body)
    sealed = next((part for part in parts if b"application/octet-stream" in part[:80]), None)
    if sealed is None:
        raise BrokenSeal("There is no encrypted part.")
    data = sealed.partition(b"application/octet-stream\r\n")[2]
    if len(data) < 4:
        raise BrokenSeal("The encrypted part is empty.")
    (length,) = struct.unpack("<I", data[:4])
    try:
        return context.unwrap_winrm(data[4 : 4 + length], data[4 + length :])
    except (SpnegoError, ValueError) as error:
        raise BrokenSeal("The signature does not fit this connection.") from error


def content_type(scheme: str) -> str:
    """The type of an encrypted body, by how the connection signed in."""
    return f'multipart/encrypted;protocol="{PROTOCOLS[scheme]}";boundary="{BOUNDARY}"'


def seal(context: spnego.ContextProxy, soap: bytes, scheme: str) -> bytes:
    """An encrypted body around SOAP."""
    wrapped = context.wrap_winrm(soap)
    head = (
        f"--{BOUNDARY}\r\n\tContent-Type: {PROTOCOLS[scheme]}\r\n"
        f"\tOriginalContent: type={_SOAP_TYPE};Length={len(soap) + wrapped.padding_length}\r\n"
        f"--{BOUNDARY}\r\n\tContent-Type: application/octet-stream\r\n"
    )
    signature = struct.pack("<I", len(wrapped.header)) + wrapped.header
    return head.encode() + signature + wrapped.data + f"--{BOUNDARY}--\r\n".encode()
