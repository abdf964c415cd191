"""The mailboxes that the kits of a cluster are made of, as they were last read, and the kits on the nodes."""

from django.db import models

from console.models.inventory import Cluster, Node


class KitList(models.Model):
    """How far the mailboxes of a cluster have been read, from which domain controller, and when."""

    cluster = models.OneToOneField(Cluster, on_delete=models.CASCADE, related_name="kit_list")
    controller = models.TextField(blank=True, help_text="Whose update sequence numbers these are.")
    usn = models.BigIntegerField(default=0, help_text="highestCommittedUSN when the last reading began.")
    whole_at = models.DateTimeField(null=True, blank=True, help_text="When every mailbox was last read.")
    read_at = models.DateTimeField(null=True, blank=True, help_text="When the list was last brought up to date.")
    failed_at = models.DateTimeField(null=True, blank=True, help_text="When it could last not be, if not since.")
    failure = models.TextField(blank=True)

    class Meta:
        ordering = ["cluster_id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"mailboxes of {self.cluster}"


class KitMailbox(models.Model):
    """One mailbox of either server with what ties it to one; empty text for no value."""

    list = models.ForeignKey(KitList, on_delete=models.CASCADE, related_name="mailboxes")
    guid = models.CharField(max_length=36)
    dn = models.TextField()
    home_mdb = models.TextField()
    home_mta = models.TextField()
    home_server = models.TextField()

    class Meta:
        ordering = ["pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["list", "guid"], name="mailbox_once_per_kit_list")]

    def __str__(self) -> str:
        return self.dn


class NodeKit(models.Model):
    """The kit that was last put on a node, and what stands in the way of the next."""

    node = models.OneToOneField(Node, on_delete=models.CASCADE, related_name="kit")
    records_hash = models.CharField(max_length=64, blank=True)
    manifest_hash = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the manifest as it was put.")
    runner_hash = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the runner beside it.")
    key_id = models.CharField(max_length=32, blank=True)
    records = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True, help_text="When it was last found on the node as it was put.")
    failure = models.TextField(blank=True)
    has_ldifde = models.BooleanField(null=True, help_text="Whether it can be applied there; none: not known.")

    class Meta:
        ordering = ["node_id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"kit on {self.node}"
