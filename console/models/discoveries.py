"""A cluster that the console was asked to find out about, before it is in the inventory."""

from typing import Any

from django.db import models


class Discovery(models.Model):
    """What was asked, and what came of it: facts for people, and the inventory that they propose. Never a password."""

    site = models.ForeignKey("console.Site", null=True, on_delete=models.CASCADE, related_name="+")
    credential = models.ForeignKey("console.Credential", null=True, on_delete=models.CASCADE, related_name="+")
    directory = models.ForeignKey("console.Directory", null=True, on_delete=models.SET_NULL, related_name="+")
    file = models.CharField(max_length=120, blank=True, help_text="Its name, where a file was read and no node asked.")
    address = models.CharField(max_length=253, blank=True)
    other_address = models.CharField(max_length=253, blank=True, help_text="Of the other node, where somebody said it.")
    way = models.JSONField(default=dict, help_text="How the nodes are reached, as fields of a node.")
    asked_at = models.DateTimeField()
    asked_by_name = models.CharField(max_length=150)
    look_before = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    said = models.TextField(blank=True, help_text="Why no cluster was found; empty where one was.")
    remedy = models.TextField(blank=True)
    facts = models.JSONField(default=list)
    proposal = models.JSONField(default=dict, help_text="The cluster as the inventory would say it; empty without one.")
    saved_as = models.ForeignKey("console.Cluster", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.file or self.address

    @property
    def open(self) -> bool:
        """Whether it is still being looked at."""
        return self.ended_at is None

    @property
    def found(self) -> dict[str, Any] | None:
        """The proposal, where there is one."""
        proposal: dict[str, Any] = self.proposal
        return proposal or None
