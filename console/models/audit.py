"""Who decided what, when, from where and why: numbered without a gap, never changed, never deleted."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models


class AppendOnly(TypeError):
    """Something tried to change or delete an audit record. Write a new record that corrects it instead."""


class AuditQuerySet(models.QuerySet["AuditRecord"]):
    """Reads and appends; every way to change many rows at once is closed."""

    def update(self, **_: Any) -> NoReturn:
        raise AppendOnly("Audit records cannot be changed.")

    def delete(self) -> NoReturn:
        raise AppendOnly("Audit records cannot be deleted.")

    def bulk_create(self, *_: Any, **__: Any) -> NoReturn:
        raise AppendOnly("Audit records are written one by one, by console.services.audit.record.")

    bulk_update = bulk_create


class AuditRecord(models.Model):
    """One decision. `body` is the whole record as canonical JSON; the other columns serve search."""

    class Origin(models.TextChoices):
        PAGE = "page", "page"
        API = "api", "API"
        WEBHOOK = "webhook", "webhook"
        COMMAND_LINE = "command-line", "command line"
        SYSTEM = "system", "the console itself"

    seq = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField(db_index=True, help_text="By the database's clock.")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    actor_name = models.CharField(max_length=150, db_index=True)
    origin = models.CharField(max_length=16, choices=Origin)
    action = models.CharField(max_length=80, db_index=True)
    cluster_id = models.BigIntegerField(null=True, blank=True, help_text="Kept when the cluster is gone.")
    cluster_name = models.CharField(max_length=63, blank=True, db_index=True)
    subject_type = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=64, blank=True)
    subject_name = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    body = models.TextField()

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-seq"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.seq} {self.action} by {self.actor_name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; an existing row is refused with `AppendOnly`."""
        if not self._state.adding:
            raise AppendOnly("Audit records cannot be changed.")
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise AppendOnly("Audit records cannot be deleted.")


class AuditHead(models.Model):
    """The one row whose lock makes audit numbers gapless: its number and the record commit together."""

    last_seq = models.PositiveBigIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"audit up to {self.last_seq}"
