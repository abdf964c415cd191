"""The messages that we write ourselves are pywinrm's, and an answer to another message is no answer."""

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from winrm.exceptions import WinRMError
from winrm.protocol import Protocol

from console.adapters.winrm.messages import CommandProtocol

REPLY = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell">'
    "<s:Header><a:RelatesTo>%s</a:RelatesTo></s:Header><s:Body>%s</s:Body></s:Envelope>"
)
STATE = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState"
OUTPUT = (
    '<rsp:ReceiveResponse><rsp:Stream Name="stdout" CommandId="C">YQ==</rsp:Stream>'
    '<rsp:Stream Name="stderr" CommandId="C">Yg==</rsp:Stream><rsp:Stream Name="stdout" CommandId="C">Yw==</rsp:Stream>'
    '<rsp:Stream Name="stdout" CommandId="C" End="true"/>%s</rsp:ReceiveResponse>'
)
RUNNING = f'<rsp:CommandState CommandId="C" State="{STATE}/Running"></rsp:CommandState>'
DONE = f'<rsp:CommandState CommandId="C" State="{STATE}/Done"><rsp:ExitCode>42</rsp:ExitCode></rsp:CommandState>'
COMMAND = "<rsp:CommandResponse><rsp:CommandId>C</rsp:CommandId></rsp:CommandResponse>"
AWKWARD = "echo \"a\" & 'b' < > 大阪"

Ask = Callable[[Protocol], Any]


def asked(kind: type[Protocol], ask: Ask, body: str = COMMAND, relates: str = "") -> tuple[str, Any]:
    """What is sent, and what is made of the answer."""
    protocol = kind("http://node:5985/wsman", transport="ntlm", username="u", password="p", operation_timeout_sec=7)
    sent: list[str] = []

    def answer(message: str) -> bytes:
        sent.append(message)
        found = ElementTree.fromstring(message.encode()).find(
            ".//{http://schemas.xmlsoap.org/ws/2004/08/addressing}MessageID"
        )
        assert found is not None
        return (REPLY % (relates or found.text, body)).encode()

    protocol.send_message = answer  # type: ignore[method-assign, assignment]
    given = ask(protocol)
    return sent[0], given


def canonical(message: str) -> str:
    """The message without its own id and without namespaces that nothing uses."""
    root = ElementTree.fromstring(message.encode())
    for node in root.iter("{http://schemas.xmlsoap.org/ws/2004/08/addressing}MessageID"):
        assert (node.text or "").startswith("uuid:")
        node.text = ""
    return ElementTree.canonicalize(ElementTree.tostring(root, encoding="unicode"))


@pytest.mark.parametrize(
    "ask",
    [
        lambda protocol: protocol.run_command("S", AWKWARD),
        lambda protocol: protocol.run_command("S", "type x", console_mode_stdin=False),
        lambda protocol: protocol.get_command_output_raw('S<"&', 'C<"&'),
        lambda protocol: protocol.cleanup_command("S", "C"),
    ],
)
def test_what_is_sent_is_what_pywinrm_sends(ask: Ask) -> None:
    ours, theirs = asked(CommandProtocol, ask), asked(Protocol, ask)
    assert canonical(ours[0]) == canonical(theirs[0])
    assert ours[1] == theirs[1]


@pytest.mark.parametrize("body", [OUTPUT % RUNNING, OUTPUT % DONE, OUTPUT % ""])
def test_what_is_read_is_what_pywinrm_reads(body: str) -> None:
    def ask(protocol: Protocol) -> Any:
        return protocol.get_command_output_raw("S", "C")

    assert asked(CommandProtocol, ask, body)[1] == asked(Protocol, ask, body)[1]


def test_an_answer_to_another_message_is_not_taken_for_this_ones() -> None:
    with pytest.raises(WinRMError, match="another message"):
        asked(
            CommandProtocol,
            lambda protocol: protocol.get_command_output_raw("S", "C"),
            OUTPUT % DONE,
            "uuid:00000000-0000-0000-0000-000000000000",
        )
