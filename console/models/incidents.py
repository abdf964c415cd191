"""Who looks after an incident: an alarm, or an operation that a person has to look into."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from console.models.automatic import Alarm
from console.models.inventory import Cluster
from console.models.operations import Operation


class IncidentCare(models.Model):
    """Somebody took an incident on, and may have laid it by until a time. The last row of an incident holds."""

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="+")
    alarm = models.ForeignKey(Alarm, null=True, blank=True, on_delete=models.CASCADE, related_name="cares")
    operation = models.ForeignKey(Operation, null=True, blank=True, on_delete=models.CASCADE, related_name="cares")
    at = models.DateTimeField()
    by_name = models.CharField(max_length=150, help_text="Who said it.")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    owner_name = models.CharField(max_length=150, help_text="Who looks after it.")
    reason = models.TextField()
    until = models.DateTimeField(null=True, blank=True, help_text="Laid by until then; empty: only taken on.")
    over_at = models.DateTimeField(null=True, blank=True, help_text="When it held no longer.")

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()
        indexes = [models.Index(fields=["over_at", "until"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(alarm__isnull=True, operation__isnull=False)
                | Q(alarm__isnull=False, operation__isnull=True),
                name="care_of_one_incident",
            ),
            models.UniqueConstraint(fields=["alarm"], condition=Q(over_at__isnull=True), name="one_care_of_an_alarm"),
            models.UniqueConstraint(
                fields=["operation"], condition=Q(over_at__isnull=True), name="one_care_of_an_operation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner_name} looks after an incident of {self.cluster}"
