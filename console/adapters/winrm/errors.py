"""The one table that turns what pywinrm and requests raise into the domain's errors.

| raised | means | may have run, when Command was being sent or had been sent |
|---|---|---|
| SSLError about a certificate | TrustFailed | no |
| SSLError otherwise | ProtocolFault | no |
| ConnectTimeout, connection refused, name not found | Unreachable | no |
| InvalidCredentialsError (401) | AccessDenied | no |
| CredSSP not offered, or a status in its answer | AccessDenied | no |
| fault AccessDenied, code 5 | AccessDenied | no |
| fault InvalidSelectors (2150858843) | ShellLost | yes, unless Command itself was refused |
| fault QuotaLimit, 0x803381A6; HTTP 503 | Unavailable | no, when Command itself was refused |
| ReadTimeout, a reply that drips | TimedOut | yes |
| reset, hung up, cut off | ConnectionLost | yes |
| HTTP 400 without a fault | Rejected | no: what cannot be unsealed is not carried out |
| other faults, HTTP codes, redirects, no SOAP, too large | ProtocolFault | yes, unless Command was refused |
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import ParseError

import requests
from requests import exceptions as http
from requests_credssp.exceptions import AuthenticationException, NTStatusException
from urllib3 import exceptions as wire
from winrm import exceptions as winrm

from console.adapters.winrm.line import ReplyTooLarge
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
from console.domain.secrets import scrub
from console.domain.topology import Node

_ERRNO = re.compile(r"\[Errno -?\d+\].*?(?='?\)|$)")
_QUOTA = 0x803381A6
_INVALID_SELECTORS = 2150858843


class ShellLost(ConnectionLost):
    """The node no longer knows the shell: it was closed there, or the machine was restarted."""


class Rejected(ConnectionLost):
    """The node could not unseal what was sent on a connection that had grown stale."""


@dataclass(frozen=True)
class _Row:
    """What is raised (and passes the test), the error it means, its sentence, and whether Command may have run."""

    raised: tuple[type[BaseException], ...]
    error: type[ReachError]
    sentence: str
    effect: bool
    test: Callable[[Any], bool] = lambda raised: True


def _about_certificate(raised: BaseException) -> bool:
    text = str(raised).casefold()
    return "certificate" in text or "doesn't match" in text


def _never_connected(raised: BaseException) -> bool:
    reason = getattr(raised.args[0], "reason", raised.args[0]) if raised.args else None
    return isinstance(reason, wire.NewConnectionError | wire.ConnectTimeoutError | wire.LocationParseError)


def _fault(*subcodes: str, codes: tuple[int, ...] = ()) -> Callable[[Any], bool]:
    def test(raised: Any) -> bool:
        subcode = str(raised.fault_subcode or "").rpartition(":")[2]
        return subcode in subcodes or raised.wsman_fault_code in codes or raised.wmierror_code in codes

    return test


def _status(*codes: int) -> Callable[[Any], bool]:
    return lambda raised: raised.code in codes


_TABLE = (
    _Row((http.SSLError,), TrustFailed, "presents a certificate that is not trusted", False, _about_certificate),
    _Row((http.SSLError,), ProtocolFault, "does not agree on TLS", False),
    _Row((http.ConnectTimeout,), Unreachable, "does not answer", False),
    _Row((http.ReadTimeout, wire.ReadTimeoutError, TimeoutError), TimedOut, "did not answer in time", True),
    _Row((http.ConnectionError,), Unreachable, "cannot be reached", False, _never_connected),
    _Row((http.ConnectionError, http.ChunkedEncodingError), ConnectionLost, "broke the connection", True),
    _Row((wire.HTTPError, ConnectionError), ConnectionLost, "broke the connection", True),
    _Row((winrm.InvalidCredentialsError, PermissionError), AccessDenied, "refused the credential", False),
    _Row((AuthenticationException,), AccessDenied, "does not take CredSSP, or refused the credential", False),
    _Row((NTStatusException,), AccessDenied, "refused the credential", False),
    _Row((winrm.WSManFaultError,), AccessDenied, "denied access", False, _fault("AccessDenied", codes=(5,))),
    _Row(
        (winrm.WSManFaultError,),
        ShellLost,
        "no longer knows our shell",
        False,
        _fault("InvalidSelectors", codes=(_INVALID_SELECTORS,)),
    ),
    _Row((winrm.WSManFaultError,), Unavailable, "has no room", False, _fault("QuotaLimit", codes=(_QUOTA,))),
    _Row((winrm.WSManFaultError,), ProtocolFault, "answered with a fault", False),
    _Row((winrm.WinRMOperationTimeoutError,), TimedOut, "did not answer in time", True),
    _Row((winrm.WinRMTransportError,), Rejected, "rejected the message", False, _status(400)),
    _Row((winrm.WinRMTransportError,), Unavailable, "is busy", False, _status(503)),
    _Row((winrm.WinRMTransportError,), ProtocolFault, "answered with an HTTP error", True),
    _Row((ReplyTooLarge,), ProtocolFault, "sent a reply without end", True),
    _Row((http.TooManyRedirects,), ProtocolFault, "points to another address", False),
    _Row((http.InvalidURL, http.InvalidSchema), Unreachable, "has an address that is no address", False),
    _Row((ParseError, UnicodeError), ProtocolFault, "answered with something that is not SOAP", True),
    _Row((OSError,), TrustFailed, "cannot be trusted, its CA file cannot be used", False, _about_certificate),
    _Row((Exception,), ProtocolFault, "answered in a way that the protocol does not allow", True),
)


def translate(raised: Exception, node: Node, *, sending: bool = False, sent: bool = False) -> ReachError:
    """The domain's error for what was `raised` while speaking to `node`.

    `sending`: it was Command that was being sent; `sent`: Command had been sent before. Then it may have run.
    """
    row = next(row for row in _TABLE if isinstance(raised, row.raised) and row.test(raised))
    detail = scrub(_detail(raised), [node.credential.password])
    message = f"{node.name} at {node.address}:{node.port} {row.sentence}{': ' + detail if detail else '.'}"
    return row.error(message, may_have_run=sent or (sending and row.effect))


def _detail(raised: Exception) -> str:
    """What may be said of an exception: a fault's own reason, an HTTP code, the innermost reason, on one line."""
    if isinstance(raised, winrm.WSManFaultError):
        text = f"{raised.reason} (code {raised.wsman_fault_code or raised.wmierror_code})"
    elif isinstance(raised, winrm.WinRMTransportError):
        text = f"HTTP {raised.code}"
    elif isinstance(raised, winrm.InvalidCredentialsError | requests.Timeout):
        text = ""
    else:
        reason = raised.args[0] if raised.args else raised
        text = str(getattr(reason, "reason", reason))
        number = _ERRNO.search(text)
        text = number.group() if number else text
    return "".join(char if char.isprintable() else " " for char in text).strip()[:300]
