"""The operations of the remote shell resource: Create, Command, Receive, Send, Signal, Delete."""

import base64
import binascii
import codecs
from collections.abc import Callable
from xml.sax.saxutils import escape

from console.lab.definition import Account
from console.lab.wsman.shells import IDLE_SECONDS, Command, Shells
from console.lab.wsman.soap import CMD_SHELL, SHELL, SoapRequest, WSManFault, seconds_of

_ENVELOPE_ROOM = 4096
_HOME = r"C:\Documents and Settings\Administrator"


def perform(shells: Shells, account: Account, request: SoapRequest) -> str:
    """Carry out a request and give the body of its reply. Raises `WSManFault`."""
    if request.resource != CMD_SHELL:
        raise WSManFault(
            "w:InvalidResourceURI" if request.resource else "a:MessageInformationHeaderRequired",
            2150858752,
            f"The WS-Management service cannot process the request: resource {request.resource!r} is not served.",
        )
    operation = _OPERATIONS.get(request.verb)
    if operation is None:
        raise WSManFault("a:ActionNotSupported", 2150858754, f"The action {request.action} is not supported.")
    return operation(shells, account, request)


def _create(shells: Shells, account: Account, request: SoapRequest) -> str:
    code_page = _code_page(request.options.get("WINRS_CODEPAGE", "437"))
    variables = {item.get("Name", "").casefold(): item.text or "" for item in request.body.iter(f"{{{SHELL}}}Variable")}
    idle = seconds_of(request.text("IdleTimeOut"), IDLE_SECONDS)
    shell = shells.create(account, code_page, request.text("WorkingDirectory") or _HOME, variables, idle)
    return (
        "<x:ResourceCreated><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address>"
        f"<a:ReferenceParameters><w:ResourceURI>{CMD_SHELL}</w:ResourceURI><w:SelectorSet>"
        f'<w:Selector Name="ShellId">{shell.id}</w:Selector></w:SelectorSet></a:ReferenceParameters>'
        f"</x:ResourceCreated><rsp:Shell><rsp:ShellId>{shell.id}</rsp:ShellId>"
        f"<rsp:ResourceUri>{CMD_SHELL}</rsp:ResourceUri><rsp:Owner>{escape(account.name)}</rsp:Owner>"
        "<rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout stderr</rsp:OutputStreams></rsp:Shell>"
    )


def _command(shells: Shells, account: Account, request: SoapRequest) -> str:
    shell = shells.get(request.shell_id)
    arguments = [item.text or "" for item in request.body.iter(f"{{{SHELL}}}Arguments")]
    line = " ".join([request.text("Command"), *arguments])
    command = shells.start(shell, line)
    return f"<rsp:CommandResponse><rsp:CommandId>{command.id}</rsp:CommandId></rsp:CommandResponse>"


def _receive(shells: Shells, account: Account, request: SoapRequest) -> str:
    command = shells.command(request.shell_id, request.attribute("DesiredStream", "CommandId"))
    limit = max(1024, (request.max_envelope - _ENVELOPE_ROOM) * 3 // 4)
    chunks, ended = command.fetch(request.timeout, limit)
    streams = "".join(_stream(command, name, data) for name, data in chunks.items() if data)
    if not ended:
        return f"<rsp:ReceiveResponse>{streams}{_state(command, 'Running')}</rsp:CommandState></rsp:ReceiveResponse>"
    ends = "".join(f'<rsp:Stream Name="{name}" CommandId="{command.id}" End="true"/>' for name in chunks)
    return (
        f"<rsp:ReceiveResponse>{streams}{ends}{_state(command, 'Done')}"
        f"<rsp:ExitCode>{command.exit_code}</rsp:ExitCode></rsp:CommandState></rsp:ReceiveResponse>"
    )


def _state(command: Command, word: str) -> str:
    return f'<rsp:CommandState CommandId="{command.id}" State="{SHELL}/CommandState/{word}">'


def _stream(command: Command, name: str, data: bytes) -> str:
    return f'<rsp:Stream Name="{name}" CommandId="{command.id}">{base64.b64encode(data).decode()}</rsp:Stream>'


def _send(shells: Shells, account: Account, request: SoapRequest) -> str:
    command = shells.command(request.shell_id, request.attribute("Stream", "CommandId"))
    try:
        data = base64.b64decode(request.text("Stream"))
    except binascii.Error as error:
        raise WSManFault("w:SchemaValidationError", 2150858817, "The stream is not base64.") from error
    command.feed(data, end=request.attribute("Stream", "End").casefold() == "true")
    return "<rsp:SendResponse/>"


def _signal(shells: Shells, account: Account, request: SoapRequest) -> str:
    shell = shells.get(request.shell_id)
    command_id = request.attribute("Signal", "CommandId")
    command = shells.command(request.shell_id, command_id)
    if command.exit_code is None:
        command.kill()
    if request.text("Code").endswith("/terminate"):
        shell.commands.pop(command_id, None)
    return "<rsp:SignalResponse/>"


def _delete(shells: Shells, account: Account, request: SoapRequest) -> str:
    shells.delete(request.shell_id)
    return ""


def _code_page(text: str) -> int:
    try:
        number = int(text)
        codecs.lookup("utf-8" if number == 65001 else f"cp{number}")
    except (ValueError, LookupError):
        return 437
    return number


_OPERATIONS: dict[str, Callable[[Shells, Account, SoapRequest], str]] = {
    "Create": _create,
    "Command": _command,
    "Receive": _receive,
    "Send": _send,
    "Signal": _signal,
    "Delete": _delete,
}
