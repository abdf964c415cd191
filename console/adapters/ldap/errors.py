"""What a domain controller's answers and a socket's failures mean to us: one table each."""

import re
import socket
import ssl
from collections.abc import Sequence

from console.domain import printable
from console.domain.errors import (
    AccessDenied,
    ConnectionLost,
    ProtocolFault,
    ReachError,
    TimedOut,
    TrustFailed,
    Unavailable,
    Unreachable,
)

SUCCESS, OPERATIONS, PROTOCOL, TIME_LIMIT, SIZE_LIMIT = 0, 1, 2, 3, 4
STRONGER_AUTH, REFERRAL, ADMIN_LIMIT, NO_EXTENSION = 8, 10, 11, 12
NO_ATTRIBUTE, CONSTRAINT, EXISTS, NO_OBJECT, BAD_DN = 16, 19, 20, 32, 34
BAD_CREDENTIALS, NO_RIGHTS, BUSY, UNAVAILABLE, UNWILLING = 49, 50, 51, 52, 53
OTHER = 80

Meaning = tuple[type[ReachError], str, str | None]

_LIMIT_REMEDY = "Raise the limit in the controller's LDAP policy (ntdsutil, MaxPageSize), or choose another controller."
_BACK_SOON = "Try again in a moment; if it lasts, look at that domain controller."

RESULTS: dict[int, Meaning] = {
    OPERATIONS: (ProtocolFault, "it says that the connection is not signed in, or that it cannot do this", None),
    PROTOCOL: (ProtocolFault, "it does not understand the request", None),
    TIME_LIMIT: (TimedOut, "it gave up at its own time limit", None),
    SIZE_LIMIT: (
        ProtocolFault,
        "it cut the answer at its size limit, so nothing of it can be relied on",
        _LIMIT_REMEDY,
    ),
    STRONGER_AUTH: (
        AccessDenied,
        "it takes no password without encryption",
        "Set the directory's security to LDAPS or StartTLS in the inventory.",
    ),
    REFERRAL: (
        ProtocolFault,
        "it refers to another server, which is never followed",
        "Name a domain controller that itself holds this domain and can be written.",
    ),
    ADMIN_LIMIT: (ProtocolFault, "it hit an administrative limit", _LIMIT_REMEDY),
    NO_EXTENSION: (ProtocolFault, "it does not know a control that is needed", None),
    BAD_CREDENTIALS: (AccessDenied, "it refuses the sign-in", "Correct the directory's credential in the inventory."),
    NO_RIGHTS: (AccessDenied, "the account lacks the right", "Grant the account the right on that object."),
    BUSY: (Unavailable, "it is busy", _BACK_SOON),
    UNAVAILABLE: (Unavailable, "it is not available now", _BACK_SOON),
    UNWILLING: (
        AccessDenied,
        "it is not willing to do this; a read-only controller answers so",
        "Name a writable domain controller in the directory's settings.",
    ),
    OTHER: (Unavailable, "it failed internally", _BACK_SOON),
}

SIGN_IN: dict[str, str] = {
    "525": "there is no such account",
    "52e": "the password or the account name is wrong",
    "530": "the account may not sign in at this hour",
    "531": "the account may not sign in from this machine",
    "532": "the password has expired",
    "533": "the account is disabled",
    "568": "the account is in too many groups",
    "701": "the account has expired",
    "773": "the password must be changed first",
    "775": "the account is locked out; wait or unlock it before trying again",
    "80090346": "the server demands channel binding",
}
"""The `data` code in the text of result 49."""

CERTIFICATE_NAMES = (62, 64)
"""OpenSSL's verify codes for a certificate that is for another host name or address."""


def of_result(code: int, text: str, referrals: Sequence[str], *, where: str, doing: str) -> ReachError:
    """The error for a result code that concerns more than one object."""
    kind, sentence, remedy = RESULTS.get(code, (ProtocolFault, f"it answered with result {code}", None))
    if code == BAD_CREDENTIALS:
        sentence = f"{sentence}: {_sign_in_reason(text)}"
    if referrals:
        sentence = f"{sentence} ({', '.join(one_line(referral) for referral in referrals[:3])})"
    said = f" Its words: {one_line(text)}" if text else ""
    return kind(f"{where}, {doing}: {sentence}.{said}", remedy=remedy)


def _sign_in_reason(text: str) -> str:
    found = re.search(r"data ([0-9a-fA-F]+)", text)
    return SIGN_IN.get(found.group(1).casefold(), f"code {found.group(1)}") if found else "no reason given"


def one_line(text: str) -> str:
    """A server's own text without line breaks and control characters, cut at 300 characters."""
    return printable.one_line(" ".join(text.replace("\0", " ").split())[:300])


def of_opening(error: OSError, *, where: str, tls_name: str) -> ReachError:
    """The error for a connection that could not be opened."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _of_certificate(error, where, tls_name)
    if isinstance(error, ssl.SSLError):
        return _of_tls(error, where)
    if isinstance(error, socket.gaierror):
        return Unreachable(f"{where}: the name cannot be resolved.", remedy="Correct the directory's host, or the DNS.")
    if isinstance(error, TimeoutError):
        return Unreachable(f"{where} does not answer.")
    if isinstance(error, ConnectionRefusedError):
        return Unreachable(f"{where} refuses connections at that port.")
    return Unreachable(f"{where} cannot be reached: {error.strerror or error}.")


def _of_certificate(error: ssl.SSLCertVerificationError, where: str, tls_name: str) -> TrustFailed:
    if error.verify_code in CERTIFICATE_NAMES:
        remedy = "Set the directory's TLS name to the name in the certificate, after making sure it is that machine."
        return TrustFailed(f"{where} shows a certificate that is not for {tls_name}.", remedy=remedy)
    return TrustFailed(f"{where} shows a certificate that is not trusted: {error.verify_message}.")


def _of_tls(error: ssl.SSLError, where: str) -> ReachError:
    reason = (error.reason or str(error)).replace("_", " ").lower()
    if ("version" in reason and "wrong" not in reason) or "protocol" in reason:
        remedy = "Enable TLS 1.2 on the domain controller, or allow old TLS for this directory in the inventory."
        return TrustFailed(f"{where} speaks only an older TLS ({reason}).", remedy=remedy)
    return ProtocolFault(f"{where} does not speak TLS as agreed ({reason}).")


def of_link(error: OSError, *, where: str) -> ReachError:
    """The error for a connection that failed after it had been open."""
    if isinstance(error, TimeoutError):
        return TimedOut(f"{where} did not answer in time.")
    return ConnectionLost(f"{where}: the connection broke ({error.strerror or error}).")
