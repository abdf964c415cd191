"""What is watched beside the state of a cluster: the event logs of its nodes, and where its two servers differ."""

from django.db import models

from console.models.inventory import Cluster
from console.models.operations import Operation


class EventLogRecord(models.Model):
    """The errors and warnings of one node's event logs since an operation began, as they were last read."""

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="event_logs")
    node = models.CharField(max_length=63)
    at = models.DateTimeField(help_text="When they were read.")
    occurrences = models.JSONField(default=list, help_text="Equal events gathered, the latest first.")
    more = models.PositiveIntegerField(default=0, help_text="How many further different events were left out.")
    unknown = models.TextField(blank=True, help_text="Why they could not be read at `at`; what was read before stays.")

    class Meta:
        ordering = ["node"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["operation", "node"], name="one_event_log_per_node")]

    def __str__(self) -> str:
        return f"event logs of {self.node} in operation {self.operation_id}"


class ServerDifferences(models.Model):
    """Where the settings of a cluster's two Exchange servers differ, as they were last compared."""

    cluster = models.OneToOneField(Cluster, on_delete=models.CASCADE, related_name="server_differences")
    at = models.DateTimeField(help_text="When they were last compared, or could not be.")
    compared_at = models.DateTimeField(null=True, blank=True, help_text="When they were last compared.")
    differences = models.JSONField(default=list, help_text="Each with both sides and which is likely right.")
    looked_at = models.PositiveIntegerField(default=0, help_text="How many settings were compared.")
    unknown = models.TextField(blank=True, help_text="Why they could not be compared at `at`.")

    class Meta:
        ordering = ["cluster_id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"differences of the servers of {self.cluster}"
