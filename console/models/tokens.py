"""The tokens by which programs reach the API, and what they have asked for under a key of their own."""

from django.conf import settings
from django.db import models


class ApiToken(models.Model):
    """A program's leave to act as its owner, within bounds and until a day. Never the token itself, only its digest."""

    class Right(models.TextChoices):
        VIEW = "view", "see"
        OPERATE = "operate", "see and operate"
        APPROVE = "approve", "see and approve"
        AUDIT = "audit", "see and read the audit"
        INVENTORY = "inventory", "see and change the inventory"
        ALL = "all", "everything but administering"
        ADMINISTER = "administer", "see and administer"
        METRICS = "metrics", "read metrics, and nothing else"

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=40)
    prefix = models.CharField(max_length=16, help_text="How it begins, so that people can tell it from others.")
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="Hex SHA-256 of its text.")
    right = models.CharField(max_length=12, choices=Right, default=Right.VIEW)
    everywhere = models.BooleanField(default=False, help_text="On every cluster that its owner may see.")
    clusters = models.ManyToManyField("console.Cluster", blank=True, related_name="+")
    kinds = models.JSONField(default=list, blank=True, help_text="Kinds of operation it may start; empty: all.")
    created_at = models.DateTimeField()
    created_by_name = models.CharField(max_length=150)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="To the minute.")
    last_used_from = models.CharField(max_length=64, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by_name = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["owner__username", "name", "pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                condition=models.Q(revoked_at__isnull=True),
                name="api_token_name_once_per_owner",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class ApiOnce(models.Model):
    """What a program asked for under an idempotency key: the same again gives the same, anything else is refused."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="asked")
    key = models.CharField(max_length=128)
    digest = models.CharField(max_length=64, help_text="Hex SHA-256 of what was asked.")
    at = models.DateTimeField(db_index=True)
    plan = models.ForeignKey("console.PlanRecord", null=True, on_delete=models.CASCADE, related_name="+")
    operation = models.ForeignKey("console.Operation", null=True, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=32, blank=True, help_text="The model of anything else that came of it.")
    what_id = models.PositiveBigIntegerField(null=True, help_text="Its number.")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="api_key_once_per_token")]

    def __str__(self) -> str:
        return self.key
