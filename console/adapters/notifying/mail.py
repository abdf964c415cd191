"""Notices by mail: plain text, one message, handed to the mail server of the settings."""

from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException, SMTPServerDisconnected
from urllib.parse import SplitResult, unquote

from console.adapters.notifying import saying
from console.adapters.outbound import Outbound
from console.domain.errors import ReachError
from console.domain.notifications.carrying import Message, NotTaken
from console.domain.notifications.events import Severity
from console.domain.secrets import Secret

PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True)
class MailCarrier:
    """Mailboxes, by way of a mail server: `server` is smtp://user:password@host:port (STARTTLS) or smtps://…"""

    out: Outbound
    server: SplitResult = field(repr=False)
    sender: str
    to: list[str]
    ca: str = ""

    def carry(self, message: Message) -> str:
        """Hand it over; what the server said. Raises `NotTaken`."""
        host, port = self.server.hostname or "", self.server.port or PORTS.get(self.server.scheme, 587)
        security = "tls" if self.server.scheme == "smtps" else "starttls"
        try:
            with self.out.mail(host, port, security=security, ca=self.ca) as server:  # type: ignore[arg-type]
                if self.server.username:
                    server.login(unquote(self.server.username), self._password().reveal())
                refused = server.send_message(self._message(message))
        except ReachError as error:
            raise NotTaken(self._within(f"{host} port {port}: {saying.root_of(error)}"), remedy=error.remedy) from None
        except SMTPException as error:
            said = self._within(f"The mail server {host} said {_said(error)}")
            raise NotTaken(said, answered=_for_good(error)) from None
        except OSError as error:
            remedy = "Look at that server, and at the firewall between."
            raise NotTaken(self._within(f"The connection to {host} broke: {error}."), remedy=remedy) from None
        some = f"; it refused {', '.join(refused)}" if refused else ""
        return f"The mail server {host} took it for {', '.join(set(self.to) - set(refused))}{some}."

    def _message(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.sender, ", ".join(self.to), message.title
        mail["Date"] = formatdate(usegmt=True)
        mail["Message-ID"] = f"<{message.number}@changeover.invalid>"  # the same each time it is tried
        mail["Auto-Submitted"] = "auto-generated"  # so that nobody's out-of-office answers (RFC 3834)
        if message.severity is Severity.CRITICAL:
            mail["X-Priority"], mail["Importance"] = "1", "high"
        lines = [message.text, message.link, f"At {message.body.get('timestamp', '')}"]
        mail.set_content("\n\n".join(line for line in lines if line) + "\n")
        return mail

    def _password(self) -> Secret:
        return Secret(unquote(self.server.password or ""))

    def _within(self, text: str) -> str:
        return saying.within(text, [self._password()])


def _for_good(error: SMTPException) -> bool:
    """Whether the server said no to this message, and not just for now (RFC 5321, section 4.2.1)."""
    if isinstance(error, SMTPResponseException):
        return error.smtp_code >= 500
    return not isinstance(error, SMTPServerDisconnected)


def _said(error: SMTPException) -> str:
    """The server's own words."""
    if isinstance(error, SMTPRecipientsRefused):
        told = [f"{to}: {code} {text.decode('utf-8', 'replace')}" for to, (code, text) in error.recipients.items()]
        return "; ".join(told)
    if isinstance(error, SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"
    return str(error) or type(error).__name__
