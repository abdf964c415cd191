"""Plans that were prepared, operations that carry them out, and their journals."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

PROCEDURE_KINDS = ("setup-2003", "setup-2007", "service-pack-2007")
"""Kinds that may rest for days; the domain's `procedures.kinds` says which procedure each carries out."""
ACTING_KINDS = ("failover", "failback", "takeover", "start", "directory-switch", "undo", "repair", *PROCEDURE_KINDS)
LOOKING_KINDS = ("diagnose",)
"""Kinds that only read: they hold nothing and run beside anything."""
STAYING_KINDS = ("diagnose", "repair")
"""Kinds that concern both nodes and move nothing."""
KINDS = (*ACTING_KINDS, *LOOKING_KINDS)
ONE_ACTING = "one_acting_operation_per_cluster"


class PlanRecord(models.Model):
    """A plan as it was prepared for somebody: being made, ready, refused with its reasons, or failed."""

    class State(models.TextChoices):
        PREPARING = "preparing", "being prepared"
        READY = "ready", "ready"
        REFUSED = "refused", "refused"
        FAILED = "failed", "could not be made"

    cluster = models.ForeignKey("console.Cluster", on_delete=models.CASCADE, related_name="plans")
    kind = models.CharField(max_length=32)
    target = models.CharField(max_length=64, blank=True, help_text="Node asked for; empty: the other one.")
    state = models.CharField(max_length=16, choices=State.choices, default=State.PREPARING)
    body = models.JSONField(null=True, blank=True, help_text="The plan itself, canonical, once it is ready.")
    hash = models.CharField(max_length=64, blank=True)
    refusal = models.JSONField(null=True, blank=True, help_text="Headline and reasons, once it is refused.")
    error = models.JSONField(null=True, blank=True, help_text="Message and remedy, once it has failed.")
    created_at = models.DateTimeField(db_default=Now())
    prepare_before = models.DateTimeField(null=True, blank=True, help_text="Still being prepared then, it failed.")
    claimed_at = models.DateTimeField(null=True, blank=True, help_text="When somebody began to make it.")
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_by_name = models.CharField(max_length=150, blank=True)
    origin = models.CharField(max_length=16, blank=True)
    undoes = models.ForeignKey(
        "console.Operation",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="undo_plans",
        help_text="The operation that it takes back; only of plans of the kind undo.",
    )
    undo_from = models.CharField(
        max_length=128, blank=True, help_text="The first step that is taken back; empty: all of them."
    )
    renews = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="renewals",
        help_text="The plan for which an approval was asked, and that expired: this one is the same, made again.",
    )
    asked = models.JSONField(
        default=dict, blank=True, help_text="What else was asked for: of a repair, which findings, and from where."
    )

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()
        indexes = [models.Index(fields=["state", "prepare_before"])]

    def __str__(self) -> str:
        return f"plan {self.pk}: {self.kind} of {self.cluster}"


class PlanMailboxes(models.Model):
    """A slice of a plan's mailbox list, compressed, so that no plan has to be held in memory whole."""

    plan = models.ForeignKey(PlanRecord, on_delete=models.CASCADE, related_name="mailbox_slices")
    number = models.PositiveIntegerField()
    count = models.PositiveIntegerField()
    body = models.BinaryField(help_text="zlib-compressed JSON: [[guid, dn, [[attribute, before, after]...]]...]")

    class Meta:
        ordering = ["number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="one_slice_per_number")]

    def __str__(self) -> str:
        return f"mailboxes {self.number} of plan {self.plan_id}"


class Operation(models.Model):
    """A plan being carried out, or that was."""

    class Status(models.TextChoices):
        QUEUED = "queued", "waiting for a worker"
        RUNNING = "running", "running"
        SUCCEEDED = "succeeded", "succeeded"
        FAILED = "failed", "failed"
        STOPPED = "stopped", "stopped"
        UNCERTAIN = "uncertain", "uncertain"
        WAITING = "waiting", "waiting for a person"
        PAUSED = "paused", "paused"

    ACTING = (Status.QUEUED, Status.RUNNING)
    RESTING = (Status.WAITING, Status.PAUSED)
    ENDED = (Status.SUCCEEDED, Status.FAILED, Status.STOPPED, Status.UNCERTAIN)

    cluster = models.ForeignKey("console.Cluster", on_delete=models.PROTECT, related_name="operations")
    kind = models.CharField(max_length=32)
    source = models.CharField(max_length=64)
    target = models.CharField(max_length=64)
    plan = models.OneToOneField(PlanRecord, on_delete=models.PROTECT, related_name="operation")
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.QUEUED)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    requested_by_name = models.CharField(max_length=150)
    origin = models.CharField(max_length=16)
    reason = models.TextField()
    ticket = models.CharField(max_length=64, blank=True, help_text="The change or incident that it belongs to.")

    confirmed_at = models.DateTimeField()
    claim_before = models.DateTimeField(help_text="Unclaimed by then, it never starts.")
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    current_step = models.CharField(max_length=128, blank=True)
    steps_done = models.PositiveIntegerField(default=0)
    steps_total = models.PositiveIntegerField(default=0)

    ending_summary = models.TextField(blank=True, help_text="One sentence: how it ended and why.")
    ending_step = models.CharField(max_length=128, blank=True)
    ending_remedy = models.TextField(blank=True)
    todo = models.JSONField(default=list, blank=True, help_text="What is left for a person: [{what, why, remedy}].")
    outage_started_at = models.DateTimeField(null=True, blank=True)
    outage_ended_at = models.DateTimeField(null=True, blank=True)

    stop_requested_at = models.DateTimeField(null=True, blank=True)
    stop_requested_by = models.CharField(max_length=150, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.CharField(max_length=150, blank=True)
    acknowledge_note = models.TextField(blank=True)

    trigger = models.ForeignKey(
        "console.NodeRun",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="opened",
        help_text="The script run that made it begin by itself.",
    )
    automatic = models.BooleanField(default=False, help_text="Whether it began without anybody's click.")
    superseded_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="superseded"
    )
    cooldown_lifted_at = models.DateTimeField(null=True, blank=True)
    cooldown_lifted_by = models.CharField(max_length=150, blank=True)

    lease_owner = models.CharField(max_length=128, blank=True)
    lease_token = models.PositiveBigIntegerField(default=0, help_text="The cluster's fencing token of the last claim.")
    lease_until = models.DateTimeField(null=True, blank=True)
    step_until = models.DateTimeField(
        null=True, blank=True, help_text="The running step's deadline: past it, its worker counts as dead."
    )
    takeovers = models.PositiveIntegerField(default=0, help_text="How often another worker has taken it over.")
    attempt = models.PositiveIntegerField(default=1, help_text="Grows when a person has it continued.")
    last_seq = models.PositiveBigIntegerField(default=0, help_text="The journal's last line.")

    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    assigned_to_name = models.CharField(max_length=150, blank=True, help_text="Who does a procedure's next step.")
    waits_for = models.CharField(max_length=8, blank=True, help_text="proof, word, move or mend; only while it rests.")
    waiting_step = models.CharField(max_length=128, blank=True)
    waiting_text = models.TextField(blank=True, help_text="How that step stands.")
    waiting_remedy = models.TextField(blank=True, help_text="What is to be done.")
    waiting_target = models.CharField(max_length=64, blank=True, help_text="The node that a move is to lead to.")
    waiting_since = models.DateTimeField(null=True, blank=True)
    wake_at = models.DateTimeField(null=True, blank=True, help_text="When the console looks again by itself.")
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.CharField(max_length=150, blank=True)
    pause_reason = models.TextField(blank=True)
    findings = models.JSONField(default=dict, blank=True, help_text="How a procedure's open steps stood last.")
    looked_at = models.DateTimeField(null=True, blank=True, help_text="When that was.")

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["cluster"],
                condition=Q(status__in=["queued", "running"], kind__in=ACTING_KINDS),
                name=ONE_ACTING,
            )
        ]
        indexes = [
            models.Index(fields=["cluster", "-id"]),
            models.Index(fields=["status", "confirmed_at"], name="operations_by_status"),
            models.Index(fields=["cluster", "kind", "-id"], name="operations_of_kind"),
            models.Index(fields=["kind", "ended_at"], name="operations_by_ending"),
            models.Index(
                fields=["cluster"],
                condition=Q(automatic=True, acknowledged_at__isnull=True),
                name="operations_by_themselves",
            ),
        ]

    def __str__(self) -> str:
        return f"operation {self.pk}: {self.kind} of {self.cluster}"

    @property
    def open(self) -> bool:
        """Whether it still acts or waits to."""
        return self.status in self.ACTING

    @property
    def resting(self) -> bool:
        """Whether it is a procedure that waits for a person, or was paused: not over, and no worker has it."""
        return self.status in self.RESTING

    @property
    def needs_acknowledgement(self) -> bool:
        """Whether a person has to look: it ended uncertain, or it began without anybody's click."""
        looked_into = self.acknowledged_at is not None
        return not looked_into and (self.status == self.Status.UNCERTAIN or (self.automatic and not self.open))


class JournalLine(models.Model):
    """One numbered line of what happened in an operation."""

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="journal")
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField(db_default=Now(), help_text="By the database's clock.")
    kind = models.CharField(max_length=32)
    step = models.CharField(max_length=128, blank=True)
    text = models.TextField()
    data = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["seq"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["operation", "seq"], name="one_line_per_number")]
        indexes = [models.Index(fields=["operation", "kind", "seq"], name="journal_by_kind")]

    def __str__(self) -> str:
        return f"{self.operation_id}/{self.seq} {self.kind}: {self.text}"


class ReceiptRecord(models.Model):
    """What a step found before it changed something, kept before it acts: the means to take it back."""

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="receipts")
    number = models.PositiveIntegerField(help_text="Grows in the order in which the operation acted, from 1.")
    step = models.CharField(max_length=128)
    kind = models.CharField(max_length=32, help_text="The kind of the step.")
    at = models.DateTimeField(db_default=Now())
    found = models.TextField(blank=True, help_text="One sentence: what was there before.")
    params = models.JSONField(default=dict, help_text="What the step acted on, such as node and service.")
    count = models.PositiveIntegerField(default=0, help_text="How many objects its changes concern.")
    body = models.BinaryField(default=bytes, help_text="zlib-compressed JSON: the changes, [[dn, guid, [[...]]]...]")
    results = models.BinaryField(
        null=True, blank=True, help_text="zlib-compressed JSON: how each change ended, once all are answered."
    )

    class Meta:
        ordering = ["number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["operation", "number"], name="one_receipt_per_number")]

    def __str__(self) -> str:
        return f"receipt {self.number} of operation {self.operation_id}: {self.step}"


class PeriodicTurn(models.Model):
    """When periodic work is due next: whoever moves the time on does it, however many schedulers run."""

    name = models.CharField(max_length=64, primary_key=True)
    due_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["name"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.name} is due at {self.due_at:%F %T}"


class ObservationRecord(models.Model):
    """The last observation of a cluster, condensed for the pages, and the last one that could be made at all."""

    cluster = models.OneToOneField("console.Cluster", on_delete=models.CASCADE, related_name="observation")
    at = models.DateTimeField()
    status = models.JSONField(help_text="What `console.domain.status` made of it.")
    checks = models.JSONField(default=list, help_text="The readiness checks that came with it.")
    mail_up_at = models.DateTimeField(null=True, blank=True, help_text="When every greeting was last seen to be good.")
    held = models.JSONField(
        default=dict, help_text="Who had the group when that was last known, for products whose groups carry names."
    )

    class Meta:
        ordering = ["cluster_id"]
        default_permissions = ()
        indexes = [models.Index(fields=["at", "cluster"], name="observations_by_time")]

    def __str__(self) -> str:
        return f"observation of {self.cluster} at {self.at:%F %T}"

    @classmethod
    def since(cls, operation: Operation) -> bool:
        """Whether the operation's cluster was observed after it had ended."""
        ended_at = operation.ended_at
        return ended_at is not None and cls.objects.filter(cluster=operation.cluster_id, at__gt=ended_at).exists()


class ObservationTurn(models.Model):
    """When a cluster is to be observed next: whoever moves the time on has the turn, so that one look is made."""

    cluster = models.OneToOneField("console.Cluster", on_delete=models.CASCADE, related_name="observation_turn")
    due_at = models.DateTimeField(db_default=Now())
    asked_at = models.DateTimeField(null=True, blank=True, help_text="When an observation was last asked for.")
    taken_at = models.DateTimeField(null=True, blank=True, help_text="When a worker last took one up.")
    pressing = models.BooleanField(
        default=False, help_text="Something waits for it: nodes that did not answer are asked too."
    )

    class Meta:
        ordering = ["due_at"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.cluster} is observed at {self.due_at:%F %T}"
