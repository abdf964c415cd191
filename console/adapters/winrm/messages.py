"""The three messages of every command, written as text: pywinrm builds a tree for each and validates all its names.

Both write the same; a test holds one against the other. What is rare (Create, Send, Delete) stays pywinrm's.
"""

import random
import uuid
from base64 import b64decode
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from winrm.exceptions import WinRMError
from winrm.protocol import Protocol, xmlns

_SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
_ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
_MS_WSMAN = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"

_ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    f'<env:Envelope xmlns:env="{xmlns["soapenv"]}" xmlns:a="{_ADDRESSING}" xmlns:w="{_WSMAN}" xmlns:p="{_MS_WSMAN}" '
    f'xmlns:rsp="{_SHELL}"><env:Header><a:To>http://windows-host:5985/wsman</a:To><a:ReplyTo>'
    f'<a:Address mustUnderstand="true">{_ADDRESSING}/role/anonymous</a:Address></a:ReplyTo>'
    '<w:MaxEnvelopeSize mustUnderstand="true">153600</w:MaxEnvelopeSize><a:MessageID>%(message)s</a:MessageID>'
    '<w:Locale mustUnderstand="false" xml:lang="en-US"></w:Locale>'
    '<p:DataLocale mustUnderstand="false" xml:lang="en-US"></p:DataLocale>'
    "<w:OperationTimeout>PT%(seconds)dS</w:OperationTimeout>"
    f'<w:ResourceURI mustUnderstand="true">{_SHELL}/cmd</w:ResourceURI>'
    f'<a:Action mustUnderstand="true">{_SHELL}/%(action)s</a:Action>'
    '<w:SelectorSet><w:Selector Name="ShellId">%(shell)s</w:Selector></w:SelectorSet>%(options)s</env:Header>'
    "<env:Body>%(body)s</env:Body></env:Envelope>"
)
_OPTIONS = (
    '<w:OptionSet><w:Option Name="WINRS_CONSOLEMODE_STDIN">%s</w:Option>'
    '<w:Option Name="WINRS_SKIP_CMD_SHELL">%s</w:Option></w:OptionSet>'
)


class CommandProtocol(Protocol):
    """pywinrm's protocol; what it raises and what it gives is the same."""

    def run_command(
        self,
        shell_id: str,
        command: str,
        arguments: Any = (),
        console_mode_stdin: bool = True,
        skip_cmd_shell: bool = False,
    ) -> str:
        """Begin a command line; its id. `arguments` are not for us: a line is quoted as a whole."""
        if arguments:
            return super().run_command(shell_id, command, arguments, console_mode_stdin, skip_cmd_shell)
        options = _OPTIONS % (str(console_mode_stdin).upper(), str(skip_cmd_shell).upper())
        body = f"<rsp:CommandLine><rsp:Command>{escape(command)}</rsp:Command></rsp:CommandLine>"
        root = self._ask("Command", shell_id, body, options)
        return str(next(node for node in root.iter() if node.tag.endswith("CommandId")).text)

    def get_command_output_raw(self, shell_id: str, command_id: str) -> tuple[bytes, bytes, int, bool]:
        """What has been printed since: standard output, standard error, exit code, and whether the command is over."""
        stream = f"<rsp:DesiredStream CommandId={quoteattr(command_id)}>stdout stderr</rsp:DesiredStream>"
        root = self._ask("Receive", shell_id, f"<rsp:Receive>{stream}</rsp:Receive>")
        printed: dict[str, list[bytes]] = {"stdout": [], "stderr": []}
        done, code = False, -1
        for node in root.iter():
            name = node.tag.rpartition("}")[2]
            if name == "Stream" and node.text:
                printed.setdefault(node.attrib["Name"], []).append(b64decode(node.text))
            elif name == "CommandState":
                done = node.get("State", "").endswith("CommandState/Done")
            elif name == "ExitCode":
                code = int(node.text or -1)
        return b"".join(printed["stdout"]), b"".join(printed["stderr"]), code if done else -1, done

    def cleanup_command(self, shell_id: str, command_id: str) -> None:
        """Have the node forget the command, and end it if it runs."""
        self._ask("Signal", shell_id, _signal(command_id))

    def goodbye(self, shell_id: str, command_id: str) -> str:
        """The envelope that has the node forget the command, for who does not wait for the answer."""
        return self._written("Signal", shell_id, _signal(command_id))[1]

    def _ask(self, action: str, shell_id: str, body: str, options: str = "") -> ElementTree.Element:
        """Send an envelope, and give the one that answers it.

        Raises what pywinrm raises, `ParseError`, and `WinRMError` for an answer to something else.
        """
        message, text = self._written(action, shell_id, body, options)
        root = ElementTree.fromstring(self.send_message(text))  # noqa: S314 (a reply is read to a limit)
        relates = root.find(f".//{{{_ADDRESSING}}}RelatesTo")
        if relates is not None and (relates.text or "").casefold() != message:
            raise WinRMError("The node answered another message than the one that it was sent.")
        return root

    def _written(self, action: str, shell_id: str, body: str, options: str = "") -> tuple[str, str]:
        """A message's id, and its envelope."""
        fields = {"action": action, "shell": escape(shell_id), "body": body, "options": options}
        message = f"uuid:{uuid.UUID(int=random.getrandbits(128), version=4)}"
        return message, _ENVELOPE % {"message": message, "seconds": self.operation_timeout_sec, **fields}


def _signal(command_id: str) -> str:
    code = f"<rsp:Code>{_SHELL}/signal/terminate</rsp:Code>"
    return f"<rsp:Signal CommandId={quoteattr(command_id)}>{code}</rsp:Signal>"
