"""Channels: made, changed and removed by who administers the console, tried, and served again; every time audited."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from console.adapters.notifying.services import SERVICES, NoService, service_of
from console.adapters.outbound import trusting
from console.domain import inventory_names as names
from console.domain.checks import Reason, Refusal
from console.domain.errors import ChangeoverError
from console.domain.notifications.events import TEST
from console.domain.notifications.signing import new_secret
from console.domain.outbound import AllowList, literal
from console.domain.secrets import Secret
from console.logs import mask_from_now_on
from console.models import Channel, Delivery, Notice
from console.services import access, audit
from console.services.audit_actions import Action
from console.services.clock import database_now
from console.services.credentials import encrypt
from console.services.notifications import sending
from console.services.notifications.telling import deliver

LONGEST_SHOWN = 200
BOTH_FOR = timedelta(days=1)
"""For how long the secret before a new one signs as well."""
EXAMPLES = [(service.label, service.example) for service in SERVICES.values()]
"""Every chat and on-call service, with how its address is written."""
NAMED = re.compile(r"[\s,;]+")
"""What stands between mailboxes."""


@dataclass(frozen=True)
class Spec:
    """What a person says of a channel. Without an `address` the one that is kept stays."""

    name: str
    kind: str
    address: Secret | None = None
    ca: str = ""
    active: bool = True


def save(spec: Spec, actor: audit.Actor, channel: Channel | None = None) -> tuple[Channel, Secret | None]:
    """Make a channel, or change `channel`; its row, and the secret that a new webhook signs with, shown this once.

    The kind of a channel stays. What waits for one that is switched off is given up. Raises `NotAllowed`, and
    `Refusal` with every mistake.
    """
    access.require(actor.user, "administer")
    spec, shown = _checked(spec, channel)
    made: Secret | None = None
    with transaction.atomic():
        row = channel or Channel(made_at=database_now(), made_by_name=actor.name, kind=spec.kind)
        before = _told(row) if channel else None
        row.name, row.ca, row.active = spec.name, spec.ca, spec.active
        if spec.address is not None:
            row.shown, row.address = shown[:LONGEST_SHOWN], encrypt(spec.address)
            row.failures, row.next_at = 0, None
        if row.kind == Channel.Kind.WEBHOOK and not row.signing:
            made = _new_secret(row)
        row.save()
        if not row.active:
            sending.give_up_overdue(row, all_of_them=True)
        after = _told(row) | ({"address": "set"} if spec.address is not None else {})
        _note(Action.CHANNEL_CHANGED if channel else Action.CHANNEL_MADE, row, actor, before, after)
    return row, made


def remove(channel: Channel, actor: audit.Actor) -> None:
    """Take it away with its rules and what waits for it. Raises `NotAllowed`."""
    access.require(actor.user, "administer")
    with transaction.atomic():
        before = _told(channel) | {"rules": channel.rules.count()}
        before["waiting"] = sending.waiting_for([channel]).count()
        pk = channel.pk
        channel.delete()
        channel.pk = pk
        _note(Action.CHANNEL_REMOVED, channel, actor, before, None)


def renew_secret(channel: Channel, actor: audit.Actor) -> Secret:
    """A new secret for a webhook; for a day what is sent is signed with the one before as well.

    Raises `NotAllowed`, and `Refusal` for what signs nothing.
    """
    access.require(actor.user, "administer")
    if channel.kind != Channel.Kind.WEBHOOK:
        raise Refusal.of(f"{channel.name} signs nothing.", "Only webhooks are signed.", key="channel.secret")
    with transaction.atomic():
        channel.signing_before, channel.signing_before_until = channel.signing, database_now() + BOTH_FOR
        made = _new_secret(channel)
        channel.save(update_fields=["signing", "signing_before", "signing_before_until"])
        _note(Action.CHANNEL_SECRET, channel, actor, None, None)
    return made


def test(channel: Channel, actor: audit.Actor) -> sending.Tried:
    """Send a notice that says so, now and once; what came of it, in the other side's words. Raises `NotAllowed`."""
    access.require(actor.user, "administer")
    now = database_now()
    with transaction.atomic():
        text = f"This is a test of the channel {channel.name}, asked for by {actor.name}."
        path = f"/notifications/channels/{channel.pk}/"
        notice = Notice.objects.create(
            event=TEST.key, severity=TEST.severity, at=now, text=text, path=path, routed_at=now
        )
        delivery = deliver(notice, channel, now)
        # Nobody else may take it up meanwhile: it is tried once, and here.
        Delivery.objects.filter(pk=delivery.pk).update(state=Delivery.State.GIVEN_UP)
        _note(Action.CHANNEL_TESTED, channel, actor, None, {"notice": str(notice.number)})
    return sending.attempt(delivery, channel, once=True)


def send_again(delivery: Delivery, actor: audit.Actor) -> None:
    """Have a notice delivered once more, under its number, as soon as may be. Raises `NotAllowed`, `Refusal`."""
    access.require(actor.user, "administer")
    channel = delivery.channel
    if not channel.active:
        text = f"The channel {channel.name} is switched off."
        raise Refusal.of(text, "Switch it on first.", key="channel.off")
    now = database_now()
    with transaction.atomic():
        values = {"state": Delivery.State.WAITING, "since": now, "next_at": now, "ended_at": None}
        Delivery.objects.filter(pk=delivery.pk).update(**values)
        Channel.objects.filter(pk=channel.pk).update(next_at=None)
        _note(Action.NOTICE_AGAIN, channel, actor, None, {"notice": str(delivery.notice.number)})


def _new_secret(row: Channel) -> Secret:
    made = new_secret()
    mask_from_now_on(made)
    row.signing = encrypt(made)
    return made


def _checked(spec: Spec, channel: Channel | None) -> tuple[Spec, str]:
    """The specification as it is kept, and what of its address may be shown. Raises `Refusal`."""
    kind = channel.kind if channel else spec.kind
    address, shown, found = spec.address, "", list(_mistakes_of_name(spec.name.strip(), channel))
    if kind not in Channel.Kind.values:
        remedy = f"Name one of: {', '.join(Channel.Kind.values)}."
        raise Refusal.of(f"There is no kind of channel {kind!r}.", remedy, key="channel.kind")
    if address is None and channel is None:
        found.append(Reason("No address was given.", "Enter where the notices go.", "channel.address"))
    if address is not None:
        try:
            address, shown = _ADDRESSES[kind](address)
        except ChangeoverError as error:
            found.append(Reason(error.message, error.remedy, "channel.address"))
    ca = spec.ca.replace("\r\n", "\n").strip()
    try:
        trusting(ca)
    except ChangeoverError as error:
        found.append(Reason(error.message, "Paste it as PEM, or name a file that the console can read.", "channel.ca"))
    if found:
        raise Refusal("The channel was not saved.", found)
    return Spec(spec.name.strip(), kind, address, ca, spec.active), shown


def _mistakes_of_name(name: str, channel: Channel | None) -> list[Reason]:
    complaint = names.title(name)
    if complaint is not None:
        return [Reason(*complaint, "channel.name")]
    same = Channel.objects.filter(name__iexact=name).exclude(pk=channel.pk if channel else 0)
    if same.exists():
        return [Reason(f"There is a channel {name} already.", "Choose another name.", "channel.name")]
    return []


class WrongAddress(ChangeoverError):
    """An address at which nothing can be told."""


def _webhook(address: Secret) -> tuple[Secret, str]:
    text = address.reveal().strip()
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port or 443
    except ValueError:
        host, port, parts = "", 443, urlsplit("")
    if parts.scheme != "https" or not host or parts.username or parts.password:
        remedy = "Write https://host/path, without a sign-in: the signature takes its place."
        raise WrongAddress("This is no https address.", remedy=remedy)
    _named(host, port)
    return Secret(text), host if port == 443 else f"{host}:{port}"


def _mail(address: Secret) -> tuple[Secret, str]:
    boxes = [box for box in NAMED.split(address.reveal()) if box]
    for box in boxes:
        try:
            validate_email(box)
        except ValidationError:
            raise WrongAddress(f"{box!r} is no mailbox.", remedy="Write ops@example.com, one on each line.") from None
    if not boxes:
        raise WrongAddress("No mailbox was named.", remedy="Write ops@example.com, one on each line.")
    if not settings.MAIL_URL:
        remedy = "Set CHANGEOVER_MAIL_URL, and name the server in CHANGEOVER_OUTBOUND."
        raise WrongAddress("This console knows no mail server.", remedy=remedy)
    return Secret(" ".join(boxes)), ", ".join(boxes)


def _service(address: Secret) -> tuple[Secret, str]:
    kept = Secret(address.reveal().strip())
    try:
        _, service = service_of(kept)
    except ValueError:
        raise NoService("The address cannot be read.") from None
    for host in service.hosts:
        _named(host, 443)
    return kept, service.label


def _named(host: str, port: int) -> None:
    """Raises `WrongAddress` for a host that is not on the list: better told now than at night."""
    allowed = AllowList.read(settings.OUTBOUND)
    address = literal(host)
    if address is None and not any(entry.names(host, port) for entry in allowed.entries):
        reason: str | None = f"{host} port {port} is not among the places that the console may send to."
    else:
        reason = allowed.why_not(host, port, address) if address else None
    if reason:
        remedy = f"Put {host}:{port} into CHANGEOVER_OUTBOUND, and its network too when its address is a private one."
        raise WrongAddress(reason, remedy=remedy)


_ADDRESSES: dict[str, Callable[[Secret], tuple[Secret, str]]] = {
    Channel.Kind.WEBHOOK: _webhook,
    Channel.Kind.MAIL: _mail,
    Channel.Kind.SERVICE: _service,
}
"""By the kind of channel: the address as it is kept, and what of it may be shown. Each raises `ChangeoverError`."""


def _told(row: Channel) -> dict[str, Any]:
    """The channel as the audit has it: without its address and its secret."""
    return {"name": row.name, "kind": row.kind, "to": row.shown, "ca": bool(row.ca), "active": row.active}


def _note(
    action: Action, row: Channel, actor: audit.Actor, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> None:
    audit.record(action, actor, audit.Subject("channel", row.pk, row.name), before=before, after=after)
