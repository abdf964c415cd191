"""Maintenance windows, and moves that are to begin by themselves within one."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from console.domain.windows import Times
from console.models.inventory import Cluster, Site
from console.models.operations import Operation, PlanRecord


class MaintenanceWindow(models.Model):
    """A time in which a cluster, or all of a site, may be worked on."""

    cluster = models.ForeignKey(Cluster, null=True, blank=True, on_delete=models.CASCADE, related_name="windows")
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.CASCADE, related_name="windows")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    weekly = models.BooleanField(default=False, help_text="Again every week at the same hours.")
    until = models.DateField(null=True, blank=True, help_text="The last day on which a weekly one opens.")
    reason = models.TextField()
    owner_name = models.CharField(max_length=150, help_text="Who answers for it.")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_by_name = models.CharField(max_length=150)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When somebody ended it before its time.")
    ended_by_name = models.CharField(max_length=150, blank=True)
    end_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["starts_at", "pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(cluster__isnull=True, site__isnull=False) | Q(cluster__isnull=False, site__isnull=True),
                name="window_of_one_place",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="window_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"window of {self.cluster or self.site}"

    @property
    def times(self) -> Times:
        """When it is open, as the rules take it."""
        return Times(self.starts_at, self.ends_at, self.weekly, self.until)


class ScheduledMove(models.Model):
    """A planned move that the console begins by itself at its time, or gives up with a record."""

    class State(models.TextChoices):
        WAITING = "waiting", "waits for its time"
        PLANNING = "planning", "is checked and planned"
        STARTED = "started", "started"
        GIVEN_UP = "given-up", "given up"
        CANCELLED = "cancelled", "cancelled"

    OPEN = (State.WAITING, State.PLANNING)

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="scheduled_moves")
    kind = models.CharField(max_length=32)
    target = models.CharField(max_length=64, blank=True, help_text="Node asked for; empty: the one by design.")
    at = models.DateTimeField(help_text="When it begins; never much later.")
    reason = models.TextField()
    ticket = models.CharField(max_length=64, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_by_name = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    plan = models.OneToOneField(PlanRecord, null=True, blank=True, on_delete=models.SET_NULL, related_name="scheduled")
    operation = models.OneToOneField(
        Operation, null=True, blank=True, on_delete=models.SET_NULL, related_name="scheduled"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.TextField(blank=True, help_text="What became of it, in a sentence.")
    reasons = models.JSONField(default=list, blank=True, help_text="Why it was given up: [{text, remedy}...].")

    class Meta:
        ordering = ["at", "pk"]
        default_permissions = ()
        indexes = [models.Index(fields=["state", "at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "at"], condition=Q(state__in=["waiting", "planning"]), name="one_move_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.cluster} at {self.at:%F %T}"

    @property
    def open(self) -> bool:
        """Whether it may still begin."""
        return self.state in self.OPEN
