"""SOAP envelopes of WS-Management: reading requests, writing replies and faults (DSP0226, MS-WSMV)."""

import re
import uuid
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.sax.saxutils import escape

ENVELOPE = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
MS_WSMAN = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
FAULT = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
CMD_SHELL = f"{SHELL}/cmd"

_SCOPE = (
    f'xmlns:s="{ENVELOPE}" xmlns:a="{ADDRESSING}" xmlns:x="{TRANSFER}" xmlns:w="{WSMAN}" '
    f'xmlns:p="{MS_WSMAN}" xmlns:rsp="{SHELL}"'
)


class WSManFault(Exception):
    """A fault to send back: SOAP subcode (`w:TimedOut`), Microsoft's number, and a sentence."""

    def __init__(self, subcode: str, number: int, text: str, *, sender: bool = True) -> None:
        super().__init__(text)
        self.subcode = subcode
        self.number = number
        self.sender = sender


class NotSoap(Exception):
    """The body is no SOAP envelope."""


@dataclass
class SoapRequest:
    """What a request says: its action, the shell it means, its options and its body."""

    action: str
    message_id: str
    resource: str
    shell_id: str
    options: dict[str, str]
    timeout: float
    max_envelope: int
    body: ElementTree.Element
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def verb(self) -> str:
        """The last word of the action: Create, Command, Receive, Send, Signal, Delete."""
        return self.action.rpartition("/")[2]

    def text(self, name: str) -> str:
        """The text of the first body element with this local name in the shell's namespace."""
        found = self.body.find(f".//{{{SHELL}}}{name}")
        return (found.text or "") if found is not None else ""

    def attribute(self, name: str, attribute: str) -> str:
        """An attribute of the first body element with this local name."""
        found = self.body.find(f".//{{{SHELL}}}{name}")
        return found.get(attribute, "") if found is not None else ""


def read(data: bytes) -> SoapRequest:
    """Parse an envelope. Raises `NotSoap`."""
    try:
        root = ElementTree.fromstring(data)  # noqa: S314 (a lab on loopback, bodies are capped)
    except ElementTree.ParseError as error:
        raise NotSoap(str(error)) from error
    header, body = root.find(f"{{{ENVELOPE}}}Header"), root.find(f"{{{ENVELOPE}}}Body")
    if header is None or body is None:
        raise NotSoap("The envelope has no header or no body.")
    selectors = header.findall(f".//{{{WSMAN}}}Selector")
    return SoapRequest(
        action=_header(header, ADDRESSING, "Action"),
        message_id=_header(header, ADDRESSING, "MessageID"),
        resource=_header(header, WSMAN, "ResourceURI"),
        shell_id=next((item.text or "" for item in selectors if item.get("Name") == "ShellId"), ""),
        options={item.get("Name", ""): (item.text or "").strip() for item in header.findall(f".//{{{WSMAN}}}Option")},
        timeout=seconds_of(_header(header, WSMAN, "OperationTimeout"), 60.0),
        max_envelope=_number(_header(header, WSMAN, "MaxEnvelopeSize"), 153600),
        body=body,
    )


def reply(request: SoapRequest, body: str) -> bytes:
    """The envelope that answers a request."""
    return _envelope(f"{request.action}Response", request.message_id, body)


def fault(request: SoapRequest | None, error: WSManFault, machine: str) -> bytes:
    """The envelope of a fault."""
    text = escape(str(error))
    body = (
        f"<s:Fault><s:Code><s:Value>s:{'Sender' if error.sender else 'Receiver'}</s:Value><s:Subcode><s:Value>"
        f"{error.subcode}</s:Value></s:Subcode></s:Code><s:Reason>"
        f'<s:Text xml:lang="en-US">{text}</s:Text></s:Reason><s:Detail>'
        f'<f:WSManFault xmlns:f="{FAULT}" Code="{error.number}" Machine="{escape(machine)}">'
        f"<f:Message>{text}</f:Message></f:WSManFault></s:Detail></s:Fault>"
    )
    return _envelope(f"{WSMAN}/fault", request.message_id if request else "", body)


def _envelope(action: str, relates_to: str, body: str) -> bytes:
    return (
        f'<s:Envelope xml:lang="en-US" {_SCOPE}><s:Header><a:Action>{action}</a:Action>'
        f"<a:MessageID>uuid:{str(uuid.uuid4()).upper()}</a:MessageID>"
        "<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>"
        f"<a:RelatesTo>{escape(relates_to)}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def _header(header: ElementTree.Element, namespace: str, name: str) -> str:
    found = header.find(f"{{{namespace}}}{name}")
    return (found.text or "").strip() if found is not None else ""


def _number(text: str, usual: int) -> int:
    return int(text) if text.isascii() and text.isdigit() else usual


def seconds_of(duration: str, otherwise: float) -> float:
    """The seconds of a duration such as `PT3M0.500S`; `otherwise` when it is none."""
    found = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?", duration)
    if not found:
        return otherwise
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds
