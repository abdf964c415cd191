"""What a cluster's node scripts are rendered from, what was found of them on the nodes, and what was deployed last."""

from django.conf import settings
from django.db import models

from console.models.inventory import Cluster


class NodeScripts(models.Model):
    """One cluster's node scripts, once somebody has said where its nodes reach the console."""

    cluster = models.OneToOneField(Cluster, on_delete=models.CASCADE, related_name="node_scripts")
    url = models.CharField(max_length=280, help_text="Where the nodes reach the console: http://HOST:PORT.")
    silence = models.CharField(max_length=8, default="start", help_text="With no console and no kit: start or fail.")
    folder = models.CharField(max_length=110, help_text="The console's own folder on the nodes.")
    log = models.BooleanField(default=True, help_text="Whether each step goes to the cluster's log.")

    at = models.DateTimeField(null=True, blank=True, help_text="When they were last compared, or could not be.")
    compared_at = models.DateTimeField(null=True, blank=True, help_text="When they were last compared.")
    unknown = models.TextField(blank=True, help_text="Why they could not be compared at `at`.")
    files = models.JSONField(default=list, blank=True, help_text="Each file on each node, as it stood.")
    checks = models.JSONField(default=list, blank=True, help_text="What the cluster's configuration says of them.")
    alarmed = models.CharField(max_length=64, blank=True, help_text="Digest of the drift that was told last.")

    deployed_at = models.DateTimeField(null=True, blank=True)
    deployed_by = models.CharField(max_length=150, blank=True)
    deployed_why = models.TextField(blank=True)
    placed = models.JSONField(default=list, blank=True, help_text="What the last deployment wrote, and what it kept.")

    keys = models.JSONField(default=list, blank=True, help_text="The key's file on each node: its id and its rights.")

    asked = models.CharField(max_length=16, blank=True, help_text="What a worker is to do: deploy, undo or compare.")
    asked_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_origin = models.CharField(max_length=16, blank=True)
    asked_why = models.TextField(blank=True)
    told = models.JSONField(null=True, blank=True, help_text="What came of what was asked last.")

    class Meta:
        ordering = ["cluster_id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"node scripts of {self.cluster}"
