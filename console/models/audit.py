"""Who decided what, when, from where and why: numbered without a gap, never changed, never deleted."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models.functions import Upper

from console.domain.verify_audit import NOTHING_BEFORE


class AppendOnly(TypeError):
    """Something tried to change or delete an audit record. Write a new record that corrects it instead."""


class AuditQuerySet(models.QuerySet["AuditRecord"]):
    """Reads and appends; every way to change many rows at once is closed."""

    def update(self, **_: Any) -> NoReturn:
        """Raises `AppendOnly`."""
        raise AppendOnly("Audit records cannot be changed.")

    def delete(self) -> NoReturn:
        """Raises `AppendOnly`."""
        raise AppendOnly("Audit records cannot be deleted.")

    def bulk_create(self, *_: Any, **__: Any) -> NoReturn:
        """Raises `AppendOnly`, and so does `bulk_update`."""
        raise AppendOnly("Audit records are written one by one, by console.services.audit.record.")

    bulk_update = bulk_create


_ORDER = ("at", "seq")
_ACTOR, _CLUSTER = Upper("actor_name"), Upper("cluster_name")
_INDEXES = [
    models.Index(*_ORDER, name="audit_by_time"),
    models.Index(_ACTOR, *_ORDER, name="audit_by_actor"),
    models.Index("action", *_ORDER, name="audit_by_action"),
    models.Index(_CLUSTER, *_ORDER, name="audit_by_cluster"),
    models.Index(_CLUSTER, "action", *_ORDER, name="audit_by_cluster_action"),
    models.Index(_CLUSTER, _ACTOR, *_ORDER, name="audit_by_cluster_actor"),
    models.Index(_ACTOR, "action", *_ORDER, name="audit_by_actor_action"),
    models.Index("cluster_id", *_ORDER, name="audit_by_cluster_id"),
    models.Index("origin", *_ORDER, name="audit_by_origin"),
    models.Index("request_id", *_ORDER, name="audit_by_request"),
    models.Index("subject_type", "subject_id", *_ORDER, name="audit_by_subject"),
]
"""One for each thing that records are searched by, in the order in which they are shown: `services/audit_search.py`."""


class AuditRecord(models.Model):
    """One decision. `body` is the whole record as canonical JSON; the other columns serve search."""

    class Origin(models.TextChoices):
        PAGE = "page", "page"
        API = "api", "API"
        WEBHOOK = "webhook", "webhook"
        COMMAND_LINE = "command-line", "command line"
        SYSTEM = "system", "the console itself"

    seq = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField(help_text="By the database's clock.")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    actor_name = models.CharField(max_length=150)
    origin = models.CharField(max_length=16, choices=Origin)
    action = models.CharField(max_length=80)
    cluster_id = models.BigIntegerField(null=True, blank=True, help_text="Kept when the cluster is gone.")
    cluster_name = models.CharField(max_length=63, blank=True)
    subject_type = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=64, blank=True)
    subject_name = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    request_id = models.CharField(max_length=64, blank=True, help_text="What was asked for at once.")
    previous = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the record before, in hexadecimal.")
    hash = models.CharField(max_length=64, help_text="SHA-256 of `body`.")
    body = models.TextField()

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-seq"]
        default_permissions = ()
        indexes = _INDEXES

    def __str__(self) -> str:
        return f"{self.seq} {self.action} by {self.actor_name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; an existing row is refused with `AppendOnly`."""
        if not self._state.adding:
            raise AppendOnly("Audit records cannot be changed.")
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Raises `AppendOnly`."""
        raise AppendOnly("Audit records cannot be deleted.")


class AuditHead(models.Model):
    """The one row whose lock makes audit numbers gapless: its number and the record commit together."""

    last_seq = models.PositiveBigIntegerField(default=0)
    last_hash = models.CharField(max_length=64, default=NOTHING_BEFORE)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"audit up to {self.last_seq}"


class AuditSegment(models.Model):
    """A run of records that was closed: digest and end stand in a record after it, and it may be archived and removed.

    Segment 0 holds the records from before there was a chain.
    """

    number = models.PositiveIntegerField(unique=True)
    first_seq = models.PositiveBigIntegerField()
    last_seq = models.PositiveBigIntegerField()
    last_hash = models.CharField(max_length=64, help_text="What the record after the segment calls the one before it.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the segment as JSON Lines.")
    sealed_at = models.DateTimeField()
    removing = models.BooleanField(default=False, help_text="While true, the database lets these records be deleted.")
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"segment {self.number}: records {self.first_seq} to {self.last_seq}"


class SavedFilter(models.Model):
    """A filter of the audit that somebody keeps under a name, for themselves or for everybody who reads the audit."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    fields = models.JSONField(help_text="What was filled in, by the names of the page's fields.")
    shared = models.BooleanField(default=False)

    class Meta:
        ordering = [Upper("name"), "pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="one_saved_filter_of_a_name")]

    def __str__(self) -> str:
        return self.name


class SignedHead(models.Model):
    """The end of the audit at one moment, signed; `line` is what is anchored outside."""

    seq = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField()
    line = models.TextField()

    class Meta:
        ordering = ["-seq"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"head {self.seq}"


class AnchorAttempt(models.Model):
    """One try to leave a signed head at a place outside of the database."""

    head = models.ForeignKey(SignedHead, on_delete=models.CASCADE, related_name="attempts")
    place = models.CharField(max_length=16)
    at = models.DateTimeField()
    kept = models.BooleanField(help_text="Whether the place took it.")
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()
        indexes = [models.Index(fields=["place", "-at"])]

    def __str__(self) -> str:
        return f"{self.head} at {self.place}"
