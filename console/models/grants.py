"""Who has which role where: one row for each role that a person or a group holds on something."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from console.domain.rights import ROLES


class Grant(models.Model):
    """A role of an account or a group, on everything, on a site or on a cluster, for all kinds or for some."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="grants"
    )
    group = models.ForeignKey("auth.Group", null=True, blank=True, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=16, choices=[(role, role) for role in ROLES])
    site = models.ForeignKey("console.Site", null=True, blank=True, on_delete=models.CASCADE, related_name="grants")
    cluster = models.ForeignKey(
        "console.Cluster", null=True, blank=True, on_delete=models.CASCADE, related_name="grants"
    )
    kinds = models.JSONField(default=list, blank=True, help_text="Kinds of operations; empty: all of them.")

    class Meta:
        ordering = ["pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, group__isnull=True) | Q(user__isnull=True, group__isnull=False),
                name="grant_has_one_holder",
            ),
            models.CheckConstraint(
                condition=Q(site__isnull=True) | Q(cluster__isnull=True), name="grant_has_one_scope"
            ),
            # Nothing is not equal to nothing in a database, hence the zeros, which are nobody's number.
            models.UniqueConstraint(
                *(Coalesce(F(name), 0) for name in ("user", "group", "site", "cluster")), F("role"), name="grant_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.group} is {self.role} on {self.where}"

    @property
    def where(self) -> str:
        """What it is given on, for people."""
        if self.cluster is not None:
            return self.cluster.name
        return f"all clusters of the site {self.site.name}" if self.site is not None else "everything"
