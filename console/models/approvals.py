"""The two-person rule: which kinds of operations wait for an approval, what was asked for, and what was said to it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from console.models.inventory import Cluster
from console.models.operations import Operation, PlanRecord

NEVER_WAIT = ("takeover", "start")
"""Kinds that bring mail back after a node has died: no approval ever stands in their way."""
MOST_NEEDED = 3
ONE_OPEN_APPROVAL = "one_open_approval_per_plan"


class ApprovalRule(models.Model):
    """How many people besides the one who asks have to say yes to a kind of operation on a cluster."""

    class Starts(models.TextChoices):
        REQUESTER = "requester", "who asked for it"
        APPROVER = "approver", "one of those who approved it"
        EITHER = "either", "either of them"

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="approval_rules")
    kind = models.CharField(max_length=32)
    needed = models.PositiveSmallIntegerField(default=1, help_text="How many have to approve; 0: none.")
    starts = models.CharField(max_length=16, choices=Starts, default=Starts.REQUESTER)
    valid_minutes = models.PositiveIntegerField(default=240, help_text="How long what is asked for stands.")
    override_roles = models.JSONField(
        default=list, blank=True, help_text="Roles that may start it in an emergency without an approval."
    )

    class Meta:
        ordering = ["cluster", "kind"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["cluster", "kind"], name="one_approval_rule_per_kind"),
            models.CheckConstraint(condition=~Q(kind__in=NEVER_WAIT), name="no_approval_before_a_takeover"),
            models.CheckConstraint(condition=Q(needed__lte=MOST_NEEDED), name="approvals_needed_bounded"),
            models.CheckConstraint(condition=Q(valid_minutes__gte=1), name="approval_stands_for_a_while"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.cluster} needs {self.needed}"


class Approval(models.Model):
    """A plan for which an approval was asked, bound to its hash, and what came of it."""

    class State(models.TextChoices):
        PENDING = "pending", "waits for an approval"
        APPROVED = "approved", "approved"
        DENIED = "denied", "denied"
        WITHDRAWN = "withdrawn", "withdrawn"
        EXPIRED = "expired", "expired"
        VOID = "void", "void"
        USED = "used", "approved and started"
        OVERRIDDEN = "overridden", "started in an emergency"

    OPEN = (State.PENDING, State.APPROVED)

    plan = models.ForeignKey(PlanRecord, on_delete=models.CASCADE, related_name="approvals")
    plan_hash = models.CharField(max_length=64, help_text="The hash of the plan that is approved.")
    state = models.CharField(max_length=16, choices=State, default=State.PENDING)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    requested_by_name = models.CharField(max_length=150)
    reason = models.TextField()
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="Approved or not, it is not started after this.")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_by_name = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.TextField(blank=True, help_text="Why it was denied, withdrawn or overridden, or became void.")
    renewed_plan = models.ForeignKey(
        PlanRecord,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="renewed_approvals",
        help_text="The plan that was made again after the approved one had expired, and was found to be the same.",
    )
    renewed_hash = models.CharField(max_length=64, blank=True)
    renewal = models.JSONField(default=dict, blank=True, help_text="What was found different when it was made again.")
    operation = models.OneToOneField(
        Operation, null=True, blank=True, on_delete=models.SET_NULL, related_name="approval"
    )

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["plan"], condition=Q(state__in=["pending", "approved"]), name=ONE_OPEN_APPROVAL
            )
        ]
        indexes = [models.Index(fields=["state", "expires_at"])]

    def __str__(self) -> str:
        return f"approval {self.pk} of {self.plan}"

    @property
    def open(self) -> bool:
        """Whether something can still be said to it, or it can be started."""
        return self.state in self.OPEN


class ApprovalVote(models.Model):
    """One person's yes."""

    approval = models.ForeignKey(Approval, on_delete=models.CASCADE, related_name="votes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=150)
    at = models.DateTimeField()
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["approval", "by"], name="one_vote_per_person")]

    def __str__(self) -> str:
        return f"{self.by_name} approved {self.approval_id}"
