"""The keys of the nodes, the nonces that were used, and how many requests were refused."""

from django.db import models
from django.db.models import Q

from console.models.inventory import Node

SLOTS = (1, 2)
"""A node has two active keys at most, so that a new one can be in place before the old one goes."""


class NodeKey(models.Model):
    """The key by which a node signs what it asks and the console what it answers. Never the key itself in clear."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="keys")
    key_id = models.CharField(max_length=32, unique=True)
    slot = models.PositiveSmallIntegerField(choices=[(slot, str(slot)) for slot in SLOTS])
    ciphertext = models.TextField(editable=False)
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=150)
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="To the minute.")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["node__name", "issued_at"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["node", "slot"], condition=Q(retired_at__isnull=True), name="two_active_keys_per_node"
            ),
            models.CheckConstraint(condition=Q(slot__in=SLOTS), name="node_key_slot_known"),
        ]

    def __str__(self) -> str:
        return self.key_id


class HookNonce(models.Model):
    """A nonce that a key has used: it is taken once."""

    key = models.ForeignKey(NodeKey, on_delete=models.CASCADE, related_name="nonces")
    nonce = models.CharField(max_length=64)
    used_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["key", "nonce"], name="nonce_once_per_key")]

    def __str__(self) -> str:
        return self.nonce


class HookRefusals(models.Model):
    """How many requests of one source were refused within one minute, by cause; kept until the audit has it."""

    source = models.CharField(max_length=64)
    minute = models.DateTimeField(db_index=True)
    cause = models.CharField(max_length=16)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["source", "minute", "cause"], name="refusals_counted_in_one_row")
        ]

    def __str__(self) -> str:
        return f"{self.count} from {self.source}: {self.cause}"
