"""What a diagnosis of the nodes found, and what was read from the set-up logs that people handed in."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from console.models.inventory import Cluster
from console.models.operations import Operation


class DiagnosisRecord(models.Model):
    """What an operation of the kind `diagnose` found; written once, when it has looked."""

    operation = models.OneToOneField(Operation, on_delete=models.CASCADE, related_name="diagnosis")
    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="diagnoses")
    at = models.DateTimeField(help_text="When the nodes were looked at.")
    body = models.JSONField(help_text="The diagnosis as `console.domain.doctor` writes it.")
    errors = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)
    notes = models.PositiveIntegerField(default=0)
    unread = models.PositiveIntegerField(default=0, help_text="How much could not be looked at.")

    class Meta:
        ordering = ["-operation_id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"diagnosis of {self.cluster} at {self.at:%F %T}"


class SetupLogRecord(models.Model):
    """What a set-up log says that a person handed in; the log itself is not kept."""

    cluster = models.ForeignKey(Cluster, null=True, blank=True, on_delete=models.SET_NULL, related_name="setup_logs")
    name = models.CharField(max_length=255, help_text="The file as the person's computer calls it.")
    size = models.PositiveBigIntegerField(help_text="In bytes.")
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=150)
    verdict = models.CharField(max_length=32)
    report = models.JSONField(help_text="What was read, as `console.domain.setup_log` writes it.")

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.name}, handed in at {self.at:%F %T}"
