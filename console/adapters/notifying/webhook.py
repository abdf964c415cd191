"""Signed webhooks: a body of JSON, its HMAC in the headers, and 200 to 299 for an answer."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from console.adapters.notifying import saying
from console.adapters.outbound import Outbound, Reply
from console.domain.errors import ReachError
from console.domain.notifications.carrying import Message, NotTaken
from console.domain.notifications.signing import headers
from console.domain.outbound import OutboundRefused
from console.domain.secrets import Secret


@dataclass(frozen=True)
class WebhookCarrier:
    """An https address that gets each notice, signed with each of its channel's secrets. `clock` gives Unix time."""

    out: Outbound
    address: Secret
    signing: tuple[Secret, ...]
    ca: str = ""
    clock: Callable[[], float] = field(default=time.time, repr=False)

    def carry(self, message: Message) -> str:
        """Send it; what was answered. Raises `NotTaken`."""
        body = json.dumps(message.body, ensure_ascii=False, separators=(",", ":")).encode()
        signed = headers(self.signing, message.number, int(self.clock()), body)
        try:
            reply = self.out.send(self.address.reveal(), body, headers=signed, ca=self.ca)
        except OutboundRefused as error:
            raise NotTaken(self._within(error.message), remedy=error.remedy) from None
        except ReachError as error:
            raise NotTaken(self._not_reached(error), remedy=error.remedy) from None
        said = self._within(f"{reply.status} {_text(reply)}".strip())
        if not 200 <= reply.status <= 299:
            # What is busy or broken there will be so for the next notice too.
            answered = 400 <= reply.status < 500 and reply.status not in (408, 425, 429)
            raise NotTaken(f"{self._host()} answered {said}.", answered=answered)
        return f"{self._host()} answered {said}."

    def _not_reached(self, error: ReachError) -> str:
        why = saying.root_of(error)
        return self._within(f"{self._host()} was not reached ({type(error).__name__}): {why}")

    def _host(self) -> str:
        return urlsplit(self.address.reveal()).hostname or "the address"

    def _within(self, text: str) -> str:
        return saying.within(text, [*self.signing, *saying.parts_of(self.address)])


def _text(reply: Reply) -> str:
    return reply.body[: 4 * saying.LONGEST].decode("utf-8", "replace")
