"""How ready each cluster is for a failover: as it stands, and how that has changed."""

from django.db import models

from console.models.inventory import Cluster


class ReadinessRecord(models.Model):
    """How ready a cluster was when it was last observed, and what of it has been told."""

    cluster = models.OneToOneField(Cluster, on_delete=models.CASCADE, related_name="readiness")
    score = models.PositiveSmallIntegerField(null=True, help_text="0 to 100; empty: nothing could be checked.")
    state = models.CharField(max_length=12, help_text="ready, asks, not-ready or unknown.")
    weak = models.JSONField(default=list, help_text="What keeps it below 100: [[key, about, verdict]...].")
    since = models.DateTimeField(help_text="Since when it has been so.")
    kept_at = models.DateTimeField(help_text="When the last row of its history was written.")
    told = models.JSONField(default=list, help_text="Troubles that were told outside and are not over.")
    suspected = models.JSONField(default=list, help_text="Troubles that were seen once.")

    class Meta:
        ordering = ["cluster_id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"readiness of {self.cluster}: {self.state}"


class ReadinessChange(models.Model):
    """A row of the history: written when something changed, and once a day."""

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="readiness_changes")
    at = models.DateTimeField()
    score = models.PositiveSmallIntegerField(null=True)
    state = models.CharField(max_length=12)
    weak = models.JSONField(default=list)

    class Meta:
        ordering = ["-at", "-pk"]
        default_permissions = ()
        indexes = [models.Index(fields=["cluster", "-at"])]

    def __str__(self) -> str:
        return f"readiness of {self.cluster} at {self.at:%F %T}: {self.state}"
