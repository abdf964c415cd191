"""What is told outside: channels, the rules that lead notices to them, and each delivery with each of its attempts."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from console.domain import inventory_names as names
from console.models.inventory import CheckedNames


class Channel(CheckedNames):
    """Where notices go. Its address may be a secret: it is kept encrypted, and no page shows it again."""

    CHECKS = {"name": names.title}

    class Kind(models.TextChoices):
        WEBHOOK = "webhook", "signed webhook"
        MAIL = "mail", "mail"
        SERVICE = "service", "chat or on-call service"

    name = models.CharField(max_length=63)
    kind = models.CharField(max_length=8, choices=Kind)
    shown = models.CharField(
        max_length=200, help_text="What of the address may be shown: a host, mailboxes, a service."
    )
    address = models.TextField(editable=False, help_text="The address, encrypted.")
    signing = models.TextField(blank=True, editable=False, help_text="Of a webhook: the secret that signs, encrypted.")
    signing_before = models.TextField(blank=True, editable=False, help_text="The secret before that one, encrypted.")
    signing_before_until = models.DateTimeField(null=True, blank=True, help_text="Until when that one signs as well.")
    ca = models.TextField(blank=True, help_text="CA certificate (PEM), or the path of a file that holds it.")
    active = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    made_by_name = models.CharField(max_length=150)
    failures = models.PositiveIntegerField(default=0, help_text="In a row.")
    failing_since = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True, help_text="Not tried before this: nobody answered there.")
    served_until = models.DateTimeField(null=True, blank=True, help_text="While a process sends there, until when.")

    class Meta:
        ordering = ["name"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(Lower("name"), name="channel_name_once")]

    def __str__(self) -> str:
        return self.name


class NoticeRule(models.Model):
    """Which notices go to a channel: of a cluster, a site or everything; of some events or all; from a severity on."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="rules")
    site = models.ForeignKey("console.Site", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    cluster = models.ForeignKey("console.Cluster", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    events = models.JSONField(default=list, blank=True, help_text="Keys of events; none: all of them.")
    least = models.PositiveSmallIntegerField(default=1, help_text="1 info, 2 warning, 3 critical.")
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_by_name = models.CharField(max_length=150)

    class Meta:
        ordering = ["pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(site__isnull=True) | Q(cluster__isnull=True), name="notice_rule_of_one_place"
            ),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="notice_rule_quiet_from_and_until",
            ),
            models.CheckConstraint(condition=Q(least__gte=1, least__lte=3), name="notice_rule_least_known"),
        ]

    def __str__(self) -> str:
        return f"rule {self.pk} to {self.channel}"


class Notice(models.Model):
    """Something that was told, whoever it went to. What it is about is kept by name: it may be gone tomorrow."""

    number = models.UUIDField(unique=True, default=uuid.uuid4, editable=False, help_text="What receivers know it by.")
    event = models.CharField(max_length=32)
    severity = models.PositiveSmallIntegerField()
    at = models.DateTimeField(help_text="When it happened.")
    text = models.TextField()
    path = models.CharField(max_length=300, blank=True, help_text="The page to look at.")
    cluster = models.CharField(max_length=63, blank=True)
    site = models.CharField(max_length=63, blank=True)
    thread = models.CharField(max_length=64, blank=True, help_text="Those of one thread arrive in their order.")
    facts = models.JSONField(default=dict, blank=True, help_text="More for programs: names and numbers only.")
    once = models.CharField(
        max_length=160, null=True, blank=True, unique=True, help_text="Something is told once under one such key."
    )
    routed_at = models.DateTimeField(null=True, blank=True, help_text="When the rules were applied to it.")

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()
        indexes = [models.Index(fields=["routed_at"]), models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"{self.event}: {self.text}"


class Delivery(models.Model):
    """A notice on its way to a channel: waiting, delivered at least once, or given up."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        DELIVERED = "delivered", "delivered"
        GIVEN_UP = "given-up", "given up"

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="deliveries")
    thread = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    since = models.DateTimeField(help_text="From when on it may go; given up so many hours later.")
    next_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="one_delivery_per_channel")]
        indexes = [models.Index(fields=["state", "next_at"]), models.Index(fields=["channel", "state"])]

    def __str__(self) -> str:
        return f"{self.notice} to {self.channel}"

    @property
    def open(self) -> bool:
        """Whether it is still to be delivered."""
        return self.state == self.State.WAITING


class DeliveryAttempt(models.Model):
    """One try to deliver: what the other side said, without any part of its address."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    good = models.BooleanField()
    said = models.TextField()
    took = models.DurationField(default=timedelta)

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.delivery} at {self.at:%F %T}"


class NoticeCursor(models.Model):
    """The one row that says up to which audit record notices have been made."""

    last_seq = models.PositiveBigIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"notices up to audit record {self.last_seq}"
