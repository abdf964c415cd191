"""What happens without a click: runs of the nodes' scripts, their goes, alarms, and the brake on the console."""

from django.db import models
from django.db.models import Q

from console.models.inventory import Cluster, Node

ONE_GO = "one_go_per_cluster"


class NodeRun(models.Model):
    """One run of a script on a node, known by the id that all its reports and all their retries carry."""

    class Answer(models.TextChoices):
        WAIT = "wait", "waits for a go"
        GO = "go", "has its go"
        NO = "no", "was told no"
        NOTED = "noted", "asks for nothing"

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="runs")
    run_id = models.CharField(max_length=64, unique=True)
    first_event = models.CharField(max_length=16)
    last_event = models.CharField(max_length=16)
    clp_event = models.CharField(max_length=16)
    clp_server = models.CharField(max_length=32, blank=True)
    clp_disk = models.CharField(max_length=32, blank=True)
    clp_priority = models.CharField(max_length=32, blank=True)
    detail = models.CharField(max_length=200, blank=True, help_text="What the node said of a failure.")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True, help_text="When it reported that Exchange is up.")
    failed_at = models.DateTimeField(null=True, blank=True)

    answer = models.CharField(max_length=8, choices=Answer.choices)
    reason = models.TextField(blank=True, help_text="Why it was told what it was told.")
    decide_after = models.DateTimeField(
        null=True, blank=True, help_text="When its question may be decided next; empty: it is, or asks nothing."
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=16, blank=True, help_text="join, open, supersede, no or log.")
    operation = models.ForeignKey(
        "console.Operation", null=True, blank=True, on_delete=models.SET_NULL, related_name="runs"
    )

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()
        indexes = [models.Index(fields=["decide_after"]), models.Index(fields=["node", "-first_seen_at"])]

    def __str__(self) -> str:
        return f"{self.first_event} of {self.node} ({self.run_id})"


class Go(models.Model):
    """The permission to start Exchange: one at most in a cluster that has not ended."""

    class Ended(models.TextChoices):
        EXPIRED = "expired", "expired"
        WITHDRAWN = "withdrawn", "withdrawn"
        STARTED = "started", "Exchange started"
        FAILED = "failed", "the script failed"
        STOPPED = "stopped", "the node stopped Exchange"

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="goes")
    run = models.ForeignKey(NodeRun, on_delete=models.CASCADE, related_name="goes")
    operation = models.ForeignKey("console.Operation", on_delete=models.CASCADE, related_name="goes")
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True, blank=True, help_text="When the node read it, and so acts on it.")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_how = models.CharField(max_length=16, choices=Ended.choices, blank=True)

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["cluster"], condition=Q(ended_at__isnull=True), name=ONE_GO)]

    def __str__(self) -> str:
        return f"go for {self.run}"


class Alarm(models.Model):
    """Something that a person must look at; it stays until somebody says what they found."""

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="alarms")
    key = models.CharField(max_length=32)
    text = models.TextField()
    remedy = models.TextField()
    raised_at = models.DateTimeField()
    run = models.ForeignKey(NodeRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="alarms")
    operation = models.ForeignKey(
        "console.Operation", null=True, blank=True, on_delete=models.SET_NULL, related_name="alarms"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.CharField(max_length=150, blank=True)
    acknowledge_note = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()
        indexes = [models.Index(fields=["cluster", "acknowledged_at"])]

    def __str__(self) -> str:
        return self.text

    @property
    def pk_text(self) -> str:
        """Its number as text, for what has to be told apart on a page."""
        return str(self.pk)


class GlobalStop(models.Model):
    """While one stands, the console starts nothing anywhere; what a cluster product does it still answers."""

    slot = models.PositiveSmallIntegerField(default=1, editable=False)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=150)
    reason = models.TextField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=150, blank=True)
    lift_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["slot"], condition=Q(lifted_at__isnull=True), name="one_global_stop")
        ]

    def __str__(self) -> str:
        return f"global stop by {self.set_by}"
