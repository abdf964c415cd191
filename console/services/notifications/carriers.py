"""From rows to what the adapters take: a notice as a message, a channel with its secrets as a carrier."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from console.adapters.notifying.mail import MailCarrier
from console.adapters.notifying.saying import parts_of
from console.adapters.notifying.services import ServiceCarrier
from console.adapters.notifying.webhook import WebhookCarrier
from console.domain.notifications.carrying import Carrier, Message, NotTaken
from console.domain.notifications.events import Severity
from console.domain.secrets import Secret
from console.logs import mask_from_now_on
from console.models import Channel, Notice
from console.services.audit import timestamp
from console.services.clock import database_now
from console.services.credentials import decrypt
from console.services.outbound import outbound

SHORTEST_MASKED = 16
"""A shorter part of an address may be a word that the log needs."""


def carrier_of(channel: Channel) -> Carrier:
    """The way to the channel's receiver. Raises `ChangeoverError` when a secret or a setting cannot be read."""
    address = address_of(channel)
    if channel.kind == Channel.Kind.WEBHOOK:
        return WebhookCarrier(outbound(), address, secrets_of(channel), channel.ca)
    if channel.kind == Channel.Kind.SERVICE:
        return ServiceCarrier(outbound(), address, channel.ca)
    if not settings.MAIL_URL:
        remedy = "Set CHANGEOVER_MAIL_URL for the worker and the web process, then start them again."
        raise NotTaken("This console knows no mail server.", remedy=remedy)
    server, boxes = urlsplit(settings.MAIL_URL), address.reveal().split()
    return MailCarrier(outbound(), server, settings.MAIL_FROM, boxes, channel.ca)


def address_of(channel: Channel) -> Secret:
    """The channel's address. Raises `CredentialUnavailable`."""
    address = decrypt(channel.address, f"The address of the channel {channel.name}", "enter it again")
    for part in parts_of(address):
        if len(part.reveal()) >= SHORTEST_MASKED:  # libraries log the path that they ask for
            mask_from_now_on(part)
    return address


def secrets_of(channel: Channel) -> tuple[Secret, ...]:
    """What a webhook is signed with: the secret, and for a while the one before it. Raises `CredentialUnavailable`."""
    what, again = f"The secret of the channel {channel.name}", "have a new one made on the channel's page"
    found = [channel.signing]
    if channel.signing_before_until is not None and channel.signing_before_until > database_now():
        found.append(channel.signing_before)
    return tuple(decrypt(ciphertext, what, again) for ciphertext in found)


def message_of(notice: Notice) -> Message:
    """The notice as it goes out."""
    severity = Severity(notice.severity)
    link = f"{settings.PUBLIC_URL}{notice.path}" if settings.PUBLIC_URL and notice.path else ""
    body: dict[str, Any] = {
        "id": str(notice.number),
        "type": notice.event,
        "timestamp": timestamp(notice.at),
        "data": {
            "severity": severity.word,
            "text": notice.text,
            "link": link,
            "cluster": notice.cluster,
            "site": notice.site,
            **notice.facts,
        },
    }
    return Message(str(notice.number), severity, notice.text, link, body)
