"""Where signed heads of the audit are kept: a file, syslog over TLS, an HTTPS address, a mailbox."""

import json
import os
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from smtplib import SMTPException
from urllib.parse import SplitResult, unquote, urlsplit

from console.adapters.outbound import Outbound
from console.domain.anchors import NotKept
from console.domain.errors import ReachError

AUDIT_INFORMATIONAL = 13 * 8 + 6
"""Facility "log audit" and severity "informational" as a priority (RFC 5424, section 6.2.1)."""


@dataclass(frozen=True)
class FileAnchor:
    """A file that only grows, best on a file system that the console's database administrator cannot write to."""

    path: Path
    name: str = "file"

    def keep(self, line: str) -> None:
        """Append the line and wait until the disk has it. Raises `NotKept`."""
        try:
            opened = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
            try:
                data = f"{line}\n".encode()
                if os.write(opened, data) != len(data):
                    raise NotKept(f"{self.path} took part of a line only: its disk is full.")
                os.fsync(opened)
            finally:
                os.close(opened)
        except OSError as error:
            raise NotKept(f"{self.path} cannot be written: {error.strerror}.") from error


@dataclass(frozen=True)
class SyslogAnchor:
    """A syslog server over TLS (RFC 5425). It acknowledges nothing: what it was handed counts as kept."""

    out: Outbound
    host: str
    port: int
    ca: str = ""
    name: str = "syslog"

    def keep(self, line: str) -> None:
        """Send one message of RFC 5424 and close the connection. Raises `ReachError`, `NotKept`."""
        message = self._message(line)
        try:
            with self.out.tls(self.host, self.port, ca=self.ca) as tls:
                tls.sendall(b"%d %s" % (len(message), message))
                with suppress(TimeoutError, ssl.SSLError):  # many servers do not answer the end of TLS
                    tls.unwrap()
        except OSError as error:
            raise NotKept(f"The connection to {self.host} port {self.port} broke: {error}.") from error

    def _message(self, line: str) -> bytes:
        at = json.loads(line)["at"]
        return f"<{AUDIT_INFORMATIONAL}>1 {at} {socket.gethostname()} changeover - audit-head - {line}".encode()


@dataclass(frozen=True)
class WebhookAnchor:
    """An HTTPS address that gets the signed head as a body of JSON and answers with 200 to 299."""

    out: Outbound
    url: str = field(repr=False)
    ca: str = ""
    name: str = "webhook"

    def keep(self, line: str) -> None:
        """Send it. Raises `NotKept`, whose text has no more of the address than its host: the rest may be a secret."""
        host = urlsplit(self.url).hostname
        try:
            reply = self.out.send(self.url, line.encode(), headers={"Content-Type": "application/json"}, ca=self.ca)
        except ReachError as error:
            told = f"The address for signed heads at {host} did not take it: {type(error).__name__}."
            raise NotKept(told, remedy=error.remedy) from None
        if not 200 <= reply.status <= 299:
            raise NotKept(f"The address for signed heads answered {reply.status}.")


@dataclass(frozen=True)
class MailAnchor:
    """A mailbox, by way of a mail server: `server` is smtp://user:password@host:port or smtps://…"""

    out: Outbound
    server: SplitResult = field(repr=False)
    sender: str
    to: str
    ca: str = ""
    name: str = "mail"

    def keep(self, line: str) -> None:
        """Hand it to the mail server. Raises `ReachError`, `NotKept`."""
        over_tls = self.server.scheme == "smtps"
        host, port = self.server.hostname or "", self.server.port or (465 if over_tls else 587)
        try:
            with self.out.mail(host, port, security="tls" if over_tls else "starttls", ca=self.ca) as server:
                if self.server.username:
                    server.login(unquote(self.server.username), unquote(self.server.password or ""))
                server.send_message(self._message(line))
        except SMTPException as error:
            raise NotKept(f"The mail server {host} did not take it: {type(error).__name__}.") from error
        except OSError as error:
            raise NotKept(f"The connection to {host} port {port} broke: {error}.") from error

    def _message(self, line: str) -> EmailMessage:
        message = EmailMessage(policy=SMTP.clone(max_line_length=998))  # one line stays one line
        message["From"], message["To"] = self.sender, self.to
        message["Subject"] = f"Changeover: the audit stands at record {json.loads(line)['seq']}"
        message.set_content(f"Keep this message: docs/audit.md says what it proves.\n\n{line}\n")
        return message
