"""Everything that is stored encrypted: looked through, and put under the first of the keys in one transaction."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from console.models import Channel, Credential, NodeKey
from console.services import access, audit
from console.services.audit_actions import Action
from console.services.credentials import encrypt_anew, under_first_key

IN_FACTORS = ("secret", "seed")
"""Where a second factor keeps what is encrypted: an app's seed, and that of the recovery codes."""

IN_CHANNELS = (
    ("address", "The address", "enter it again"),
    ("signing", "The secret", "have a new one made on the channel's page"),
    ("signing_before", "The secret before the present one", "have a new one made on the channel's page"),
)
"""What of a channel is encrypted."""


@dataclass(frozen=True)
class Kept:
    """One thing that is stored encrypted, and how to put another ciphertext in its place."""

    what: str
    """Names it for people."""
    again: str
    """How to have it anew when no key fits."""
    ciphertext: str
    put: Callable[[str], object]


@dataclass(frozen=True)
class Found:
    """How what is stored stands to the keys."""

    first: int = 0
    """So many are under the first key."""
    older: int = 0
    """So many are under another one; after a rotation none, and before it what was moved."""
    unreadable: tuple[str, ...] = ()
    """What no key can decrypt, each with its remedy."""

    @property
    def whole(self) -> bool:
        """Whether the other keys are no longer needed."""
        return not self.older and not self.unreadable


def look() -> Found:
    """How everything stands now; nothing is changed. Raises `CredentialUnavailable` without a usable key."""
    first = older = 0
    lost = []
    for kept in (*_early(), *_late()):
        if under_first_key(kept.ciphertext):
            first += 1
        elif encrypt_anew(kept.ciphertext) is None:
            lost.append(_lost(kept))
        else:
            older += 1
    return Found(first, older, tuple(lost))


def rotate(actor: audit.Actor, reason: str = "") -> Found:
    """Put everything under the first key, all in one transaction; `older` says how many had to be moved.

    What no key can decrypt stays as it is and is named. Again, after it was broken off or after the end, it does what
    is left. Raises `NotAllowed`, and `CredentialUnavailable` without a usable key.
    """
    access.require(actor.user, "administer")
    with transaction.atomic():
        # In the order in which others lock: keys of nodes before the audit, the inventory after it.
        done = [_move(kept) for kept in _early()]
        audit.lock()
        done += [_move(kept) for kept in _late()]
        lost = tuple(text for text in done if text not in (MOVED, FITS))
        found = Found(done.count(FITS), done.count(MOVED), lost)
        after = {"moved": found.older, "fitted before": found.first, "unreadable": len(lost)}
        audit.record(Action.SECRETS_ROTATED, actor, audit.Subject("secrets"), reason=reason.strip(), after=after)
    return found


FITS, MOVED = "fits", "moved"


def _move(kept: Kept) -> str:
    if under_first_key(kept.ciphertext):
        return FITS
    anew = encrypt_anew(kept.ciphertext)
    if anew is None:
        return _lost(kept)
    kept.put(anew)
    return MOVED


def _lost(kept: Kept) -> str:
    text = f"{kept.what} cannot be decrypted with the present keys."
    return f"{text} Put the key back that it was stored under, or {kept.again}."


def _early() -> Iterator[Kept]:
    """What is locked before the audit."""
    with transaction.atomic():
        for key in NodeKey.objects.select_for_update().order_by("pk"):
            if key.retired_at is not None and encrypt_anew(key.ciphertext) is None:
                continue  # nobody needs it any more
            again = "issue another one: manage.py nodekey issue NODE"
            yield Kept(f"The key {key.key_id}", again, key.ciphertext, _column(NodeKey, key.pk))
        for factor in Authenticator.objects.select_for_update().select_related("user").order_by("pk"):
            yield from _of_factor(factor)
        for channel in Channel.objects.select_for_update().order_by("pk"):
            yield from _of_channel(channel)


def _late() -> Iterator[Kept]:
    """What is locked after it."""
    with transaction.atomic():
        for row in Credential.objects.select_for_update().exclude(ciphertext="").order_by("pk"):
            what = f"The stored password of the credential {row.name}"
            yield Kept(what, "enter it again", row.ciphertext, _column(Credential, row.pk))


def _column(
    model: type[NodeKey] | type[Credential] | type[Channel], pk: int, column: str = "ciphertext"
) -> Callable[[str], object]:
    return lambda anew: model._default_manager.filter(pk=pk).update(**{column: anew})


def _of_channel(channel: Channel) -> Iterator[Kept]:
    """Also the secret before the present one, which nobody needs once its time is over, as long as it can be read."""
    for column, what, again in IN_CHANNELS:
        held = getattr(channel, column)
        if held and (column != "signing_before" or encrypt_anew(held) is not None):
            yield Kept(f"{what} of the channel {channel.name}", again, held, _column(Channel, channel.pk, column))


def _of_factor(factor: Authenticator) -> Iterator[Kept]:
    what = f"A second factor ({factor.get_type_display()}) of {factor.user.get_username()}"
    for name in IN_FACTORS:
        if isinstance(held := factor.data.get(name), str):
            yield Kept(what, "have it taken away and set up again", held, _entry(factor, name))


def _entry(factor: Any, name: str) -> Callable[[str], object]:
    def put(anew: str) -> None:
        factor.data[name] = anew
        factor.save(update_fields=["data"])

    return put
