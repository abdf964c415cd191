"""The table of errors: what the library raises, what it means, and whether the command may have run."""

import pytest
import requests
from winrm.exceptions import (
    InvalidCredentialsError,
    WinRMError,
    WinRMOperationTimeoutError,
    WinRMTransportError,
    WSManFaultError,
)

from console.adapters.winrm.errors import Rejected, ShellLost, translate
from console.adapters.winrm.transport import ReplyTooLarge, endpoint
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
from console.domain.secrets import Secret
from console.domain.topology import Credential, Node

NODE = Node("TYO-EX1", "10.0.0.1", 5985, "http", "ntlm", Credential("c", "u", Secret("s3cret-word")))


def fault(subcode: str | None = None, code: int | None = None, wmi: int | None = None) -> WSManFaultError:
    return WSManFaultError(500, "m", "<x/>", "the node's own words", "s:Sender", subcode, code, wmi)


@pytest.mark.parametrize(
    ("raised", "expected", "while_sending"),
    [
        (requests.exceptions.SSLError("certificate verify failed: unable to get issuer"), TrustFailed, False),
        (requests.exceptions.SSLError("WRONG_VERSION_NUMBER"), ProtocolFault, False),
        (requests.exceptions.ConnectTimeout(), Unreachable, False),
        (requests.exceptions.ReadTimeout(), TimedOut, True),
        (requests.exceptions.ConnectionError("('Connection aborted.', RemoteDisconnected())"), ConnectionLost, True),
        (requests.exceptions.ChunkedEncodingError(), ConnectionLost, True),
        (ConnectionResetError(104, "reset"), ConnectionLost, True),
        (TimeoutError(), TimedOut, True),
        (InvalidCredentialsError("the specified credentials were rejected"), AccessDenied, False),
        (PermissionError("no NTLM challenge"), AccessDenied, False),
        (fault("w:AccessDenied"), AccessDenied, False),
        (fault(code=5), AccessDenied, False),
        (fault("w:InvalidSelectors"), ShellLost, False),
        (fault(code=2150858843), ShellLost, False),
        (fault("w:QuotaLimit"), Unavailable, False),
        (fault(wmi=0x803381A6), Unavailable, False),
        (fault("w:InternalError", 1359), ProtocolFault, False),
        (WinRMOperationTimeoutError(), TimedOut, True),
        (WinRMTransportError("http", 400, ""), Rejected, False),
        (WinRMTransportError("http", 503, ""), Unavailable, False),
        (WinRMTransportError("http", 404, ""), ProtocolFault, True),
        (ReplyTooLarge("too large"), ProtocolFault, True),
        (requests.exceptions.InvalidURL("no host"), Unreachable, False),
        (OSError("Could not find a suitable TLS CA certificate bundle"), TrustFailed, False),
        (WinRMError("message has been tampered with"), ProtocolFault, True),
        (AssertionError(), ProtocolFault, True),
        (StopIteration(), ProtocolFault, True),
    ],
)
def test_what_is_raised_becomes_our_error(raised: Exception, expected: type[ReachError], while_sending: bool) -> None:
    before = translate(raised, NODE)
    assert type(before) is expected
    assert not before.may_have_run
    assert translate(raised, NODE, sending=True).may_have_run is while_sending
    assert translate(raised, NODE, sent=True).may_have_run
    assert "TYO-EX1 at 10.0.0.1:5985" in before.message
    assert before.remedy


def test_a_secret_in_the_words_of_the_node_is_masked() -> None:
    error = translate(WSManFaultError(500, "m", "", "password s3cret-word is\r\nwrong"), NODE)
    assert "s3cret-word" not in error.message
    assert "\n" not in error.message


def test_an_address_of_version_six_is_put_in_brackets() -> None:
    node = Node("A", "fd00::1", 5986, "https", "ntlm", NODE.credential)
    assert endpoint(node) == "https://[fd00::1]:5986/wsman"
