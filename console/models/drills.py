"""Drills: a planned failover and the failback after it, undertaken as one."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from console.models.inventory import Cluster
from console.models.operations import Operation, PlanRecord


class Drill(models.Model):
    """A move there, a rest, and the move back; each move is an operation like any other, with its own confirmation."""

    class State(models.TextChoices):
        THERE = "there", "on the way there"
        RESTING = "resting", "resting on the other node"
        BACK = "back", "on the way back"
        SUCCEEDED = "succeeded", "succeeded"
        FAILED = "failed", "failed"
        ENDED = "ended", "ended early"

    OPEN = (State.THERE, State.RESTING, State.BACK)

    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="drills")
    state = models.CharField(max_length=16, choices=State.choices, default=State.THERE)
    home = models.CharField(max_length=64, help_text="The node that had the group, and is to have it in the end.")
    away = models.CharField(max_length=64, help_text="The node that it is moved to.")
    reason = models.TextField()
    ticket = models.CharField(max_length=64, blank=True)
    rest_seconds = models.PositiveIntegerField(
        null=True, blank=True, help_text="How long it rests there; none: until somebody has it go back."
    )
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    begun_by_name = models.CharField(max_length=150)
    origin = models.CharField(max_length=16)

    there_plan = models.ForeignKey(PlanRecord, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    there = models.ForeignKey(Operation, null=True, blank=True, on_delete=models.PROTECT, related_name="drills_there")
    rested_at = models.DateTimeField(null=True, blank=True, help_text="When the rest there began.")
    back_at = models.DateTimeField(null=True, blank=True, help_text="When it goes back by itself.")
    back_plan = models.ForeignKey(PlanRecord, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    back = models.ForeignKey(Operation, null=True, blank=True, on_delete=models.PROTECT, related_name="drills_back")
    back_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    back_by_name = models.CharField(max_length=150, blank=True)
    waits = models.TextField(blank=True, help_text="Why a person is needed for the way back.")

    ended_at = models.DateTimeField(null=True, blank=True)
    ending = models.TextField(blank=True, help_text="One sentence: how it ended, and why.")

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["cluster"],
                condition=Q(state__in=["there", "resting", "back"]),
                name="one_open_drill_per_cluster",
            )
        ]
        indexes = [models.Index(fields=["cluster", "-begun_at"], name="drill_by_cluster")]

    def __str__(self) -> str:
        return f"drill {self.pk} of {self.cluster}"

    @property
    def open(self) -> bool:
        """Whether it is not over."""
        return self.state in self.OPEN
