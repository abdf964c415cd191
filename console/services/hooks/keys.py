"""Keys of nodes: issued and shown once, kept encrypted, retired for good; every decision audited."""

import re
import secrets
from functools import cache

from django.conf import settings
from django.db import transaction

from console.domain.errors import ChangeoverError
from console.domain.hooks.headers import KEY_ID
from console.domain.secrets import Secret
from console.models import Node, NodeKey
from console.models.hooks import SLOTS
from console.services import audit
from console.services.audit_actions import Action
from console.services.clock import database_now
from console.services.credentials import decrypt, encrypt
from console.services.products import guided, product_of

_KEY = re.compile("[0-9a-f]{64}")


class KeysRefused(ChangeoverError):
    """A key that cannot be issued or retired."""

    remedy = "List the keys with: manage.py nodekey list"


def issue_key(
    node: Node, actor: audit.Actor, *, key_id: str = "", key: Secret | None = None, reason: str = ""
) -> tuple[str, Secret]:
    """Give `node` a key and return its id and the key, which is never shown again.

    `key_id` and `key` take in a key that lies on the node already; without them new ones are made (256 random bits,
    written as 64 hex digits). Raises `KeysRefused` when the node has two active keys, the id is taken or one of
    them is malformed, and for a node on which no script of ours would use it.
    """
    if not guided(node.cluster):
        text = f"No script on {node.name} would use a key: {product_of(node.cluster).title} starts Exchange by itself."
        raise KeysRefused(text, remedy="Nothing has to be done; moves of its group are seen by observation.")
    key_id, key = key_id or f"key-{secrets.token_hex(6)}", key or Secret(secrets.token_hex(32))
    _check(key_id, key)
    with transaction.atomic():
        Node.objects.select_for_update().get(pk=node.pk)
        if NodeKey.objects.filter(key_id=key_id).exists():
            raise KeysRefused(f"The id {key_id} is taken.", remedy="Choose another id; ids are not used again.")
        NodeKey.objects.create(
            node=node,
            key_id=key_id,
            slot=_free_slot(node),
            ciphertext=encrypt(key),
            issued_at=database_now(),
            issued_by=actor.name,
        )
        _note(Action.NODE_KEY_ISSUED, node, actor, reason, after={"key_id": key_id})
    return key_id, key


def retire(key_id: str, actor: audit.Actor, *, reason: str = "") -> NodeKey:
    """Let the key be worth nothing from now on. Raises `KeysRefused` when there is no such active key."""
    with transaction.atomic():
        key = NodeKey.objects.select_for_update().filter(key_id=key_id, retired_at__isnull=True).first()
        if key is None:
            raise KeysRefused(f"There is no active key {key_id}.")
        key.retired_at = database_now()
        key.save(update_fields=["retired_at"])
        _note(Action.NODE_KEY_RETIRED, key.node, actor, reason, before={"key_id": key_id})
    return key


def find(key_id: str) -> tuple[int | None, Secret]:
    """The active key of that id as its row's number with its secret; for an unknown id None and a secret nobody has.

    Both cost the same: one look-up of two columns and one decryption; so the row and its node are for later.
    Raises `CredentialUnavailable` when keys cannot be decrypted.
    """
    active = NodeKey.objects.filter(key_id=key_id, retired_at__isnull=True).order_by("pk")
    nobodys = (None, _nobodys(tuple(settings.CREDENTIAL_KEYS)))
    pk, ciphertext = active.values_list("pk", "ciphertext").first() or nobodys
    return pk, decrypt(ciphertext, f"The key {key_id}", "issue a new one: manage.py nodekey issue NODE")


def _check(key_id: str, key: Secret) -> None:
    if KEY_ID.fullmatch(key_id) is None:
        raise KeysRefused("The key's id is malformed.", remedy="Give 4 to 32 letters, digits and hyphens.")
    if _KEY.fullmatch(key.reveal()) is None:
        raise KeysRefused("The key is malformed.", remedy="Give 64 hex digits in lower case: 256 random bits.")


def _free_slot(node: Node) -> int:
    taken = NodeKey.objects.filter(node=node, retired_at__isnull=True).values_list("slot", flat=True)
    free = sorted(set(SLOTS) - set(taken))
    if not free:
        raise KeysRefused(
            f"The node {node.name} has two active keys already.",
            remedy="Retire the one that is not in use: manage.py nodekey list, then manage.py nodekey retire KEY-ID",
        )
    return free[0]


def _note(action: Action, node: Node, actor: audit.Actor, reason: str, **change: dict[str, str]) -> None:
    subject = audit.Subject("node", node.pk, node.name)
    audit.record(action, actor, subject, cluster=node.cluster, reason=reason, **change)


@cache
def _nobodys(_: tuple[str, ...]) -> str:
    """A key that was never issued, under the keys that stored passwords have now."""
    return encrypt(Secret(secrets.token_hex(32)))
