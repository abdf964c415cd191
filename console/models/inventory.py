"""What the console knows of: sites, credentials, directories, clusters with their nodes and Exchange servers.

All rules are in `console.domain.inventory_rules`, which the services ask. Here are the ones that a database can hold,
and, since they become part of commands and addresses, the checks of names: a row with a wrong one is never saved.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from console.catalog import DEFAULT_PRODUCT, driver_choices
from console.domain import inventory as rules
from console.domain import inventory_names as names

PORT = Q(port__gte=1, port__lte=65535)


def default_spn_classes() -> list[str]:
    """The classes of a new cluster, as a list of its own."""
    return list(rules.DEFAULT_SPN_CLASSES)


def default_greetings() -> list[str]:
    """The greetings of a new cluster, as a list of its own."""
    return list(rules.DEFAULT_GREETINGS)


class CheckedNames(models.Model):
    """A row that refuses to be saved with a name that its check complains about."""

    CHECKS: ClassVar[Mapping[str, Callable[[str], names.Complaint | None]]] = {}
    """The check of each field; of a list, each item is checked."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; raises `ValidationError` with every complaint."""
        found: dict[str, list[str]] = {}
        for field, check in self.CHECKS.items():
            value = getattr(self, field)
            complaints = [check(item) for item in (value if isinstance(value, list) else [value])]
            if texts := [" ".join(complaint) for complaint in complaints if complaint is not None]:
                found[field] = texts
        if found:
            raise ValidationError(found)
        super().save(*args, **kwargs)


class Site(CheckedNames):
    """A place with its own worker queues: the workers there reach the nodes there."""

    CHECKS = {"name": names.title}

    name = models.CharField(max_length=63)

    class Meta:
        ordering = ["name"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(Lower("name"), name="site_name_once")]

    def __str__(self) -> str:
        return self.name


class Credential(CheckedNames):
    """An account's name and where its password is: a variable, file, vault, or encrypted here. Never the password."""

    CHECKS = {"name": names.title, "username": names.username}

    class Source(models.TextChoices):
        ENV = "env", "environment variable"
        FILE = "file", "file"
        VAULT = "vault", "vault"
        STORED = "stored", "stored here, encrypted"

    name = models.CharField(max_length=63)
    username = models.CharField(max_length=256)
    source = models.CharField(max_length=8, choices=Source)
    reference = models.CharField(
        max_length=512,
        blank=True,
        help_text="Name of the variable, path, or MOUNT/PATH#FIELD in the vault; empty when stored.",
    )
    ciphertext = models.TextField(blank=True, editable=False)

    class Meta:
        ordering = ["name"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(Lower("name"), name="credential_name_once"),
            models.CheckConstraint(
                condition=Q(source="stored", reference="") | (~Q(source="stored") & ~Q(reference="")),
                name="credential_has_one_source",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Directory(CheckedNames):
    """An Active Directory domain, spoken to over LDAP."""

    CHECKS = {"name": names.title, "host": names.host}

    name = models.CharField(max_length=63)
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField(default=636)
    security = models.CharField(max_length=8, choices=rules.LDAP_SECURITY_CHOICES, default="ldaps")
    tls_name = models.CharField(max_length=253, blank=True, help_text="Name in its certificate, if not the host.")
    ca = models.TextField(blank=True, help_text="CA certificate (PEM), or the path of a file that holds it.")
    allow_old_tls = models.BooleanField(default=False)
    allow_clear_text = models.BooleanField(default=False)
    target_controller = models.CharField(
        max_length=260, blank=True, help_text="host:port of the controller that the nodes use, if it is another one."
    )
    target_tls_name = models.CharField(max_length=253, blank=True, help_text="Name in that controller's certificate.")
    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="directories")

    class Meta:
        ordering = ["name"]
        default_permissions = ()
        verbose_name_plural = "directories"
        constraints = [
            models.UniqueConstraint(Lower("name"), name="directory_name_once"),
            models.CheckConstraint(condition=PORT, name="directory_port_range"),
        ]

    def __str__(self) -> str:
        return self.name


class Cluster(CheckedNames):
    """Two nodes with one Exchange failover group, one generation, one driver."""

    CHECKS = {
        "name": names.title,
        "group": names.group,
        "partition": names.drive,
        "product_folder": names.product_folder,
        "spn_classes": names.spn_class,
        "greetings": names.greeting,
        "extra_services": names.service,
    }

    name = models.CharField(max_length=63)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="clusters")
    directory = models.ForeignKey(Directory, on_delete=models.PROTECT, related_name="clusters")
    driver = models.CharField(
        max_length=32, choices=driver_choices, default=DEFAULT_PRODUCT, verbose_name="cluster product"
    )
    generation = models.CharField(max_length=8, choices=rules.GENERATION_CHOICES)
    group = models.CharField(max_length=255, help_text="The failover group that carries Exchange.")
    floating_ip = models.GenericIPAddressField(protocol="ipv4", unique=True)
    partition = models.CharField(max_length=2, default="X:", help_text="Drive of the switching partition.")
    spn_classes = models.JSONField(default=default_spn_classes)
    greetings = models.JSONField(default=default_greetings, help_text="Protocol and port, such as smtp:25.")
    extra_services = models.JSONField(default=list, blank=True)
    membership_tolerance = models.PositiveIntegerField(
        default=20, help_text="Mailboxes that may come, go or move between plan and run."
    )
    product_folder = models.CharField(
        max_length=200, blank=True, help_text="On the nodes; left empty, it is the product's usual one, if it has one."
    )
    cooldown_seconds = models.PositiveIntegerField(
        default=600, help_text="How long after a takeover the console starts nothing here by a click."
    )
    timing = models.JSONField(default=dict, blank=True, help_text="Deadlines in seconds that differ from the defaults.")
    reason_length = models.PositiveSmallIntegerField(
        default=0, help_text="Characters that a reason has at least; 0: any reason will do."
    )
    tickets = models.JSONField(
        default=list, blank=True, help_text="What a ticket looks like, such as CHG######; empty: none is asked for."
    )
    ticket_kinds = models.JSONField(
        default=list,
        blank=True,
        help_text="Kinds of operation that need a ticket; empty: all that can be asked for one.",
    )
    windows_required = models.BooleanField(
        default=False, help_text="A failover or failback needs a maintenance window that is open."
    )
    readiness_least = models.PositiveSmallIntegerField(
        default=80, help_text="A readiness below this is told; 0: only checks that fail."
    )
    fence = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="The last fencing token that was given out for this cluster."
    )

    class Meta:
        ordering = ["name"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(Lower("name"), name="cluster_name_once")]

    def __str__(self) -> str:
        return self.name


class Node(CheckedNames):
    """A Windows server of a cluster, reached over WinRM at its management address."""

    CHECKS = {"name": names.computer_name, "address": names.host}

    class Role(models.TextChoices):
        PRIMARY = "primary", "primary"
        STANDBY = "standby", "standby"

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="nodes")
    role = models.CharField(max_length=8, choices=Role)
    name = models.CharField(max_length=15, help_text="Computer name (NetBIOS).")
    address = models.CharField(max_length=253, help_text="An IP address, or a name that is not its computer name.")
    port = models.PositiveIntegerField(default=5985)
    scheme = models.CharField(max_length=5, choices=rules.SCHEME_CHOICES, default="http")
    auth = models.CharField(max_length=8, choices=rules.AUTH_CHOICES, default="ntlm")
    tls_name = models.CharField(max_length=253, blank=True, help_text="Name in its certificate, if not the address.")
    ca = models.TextField(blank=True, help_text="CA certificate (PEM), or the path of a file that holds it.")
    codepage = models.PositiveIntegerField(default=65001)
    allow_clear_text = models.BooleanField(default=False)
    second_hop = models.CharField(
        max_length=8,
        choices=rules.SECOND_HOP_CHOICES,
        default="none",
        help_text="How commands there may sign in to a further machine.",
    )
    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="nodes")
    windows = models.CharField(max_length=8, choices=rules.WINDOWS_CHOICES)
    edition = models.CharField(max_length=16, choices=rules.EDITION_CHOICES, default="standard")
    service_pack = models.PositiveSmallIntegerField(default=0)
    architecture = models.CharField(max_length=4, choices=rules.ARCHITECTURE_CHOICES)

    class Meta:
        ordering = ["cluster", "role"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["cluster", "role"], name="one_node_per_role"),
            models.UniqueConstraint(Lower("name"), name="node_name_once"),
            models.UniqueConstraint(Lower("address"), F("port"), name="node_address_once"),
            models.CheckConstraint(condition=PORT, name="node_port_range"),
            models.CheckConstraint(condition=Q(role__in=["primary", "standby"]), name="node_role_known"),
        ]

    def __str__(self) -> str:
        return self.name


class ExchangeServer(CheckedNames):
    """The Exchange server object that belongs to a node, or the one of both where its name moves between them."""

    CHECKS = {"name": names.computer_name}

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="servers")
    node = models.OneToOneField(Node, on_delete=models.CASCADE, related_name="server")
    name = models.CharField(max_length=15)
    service_pack = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["cluster", "node__role"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
