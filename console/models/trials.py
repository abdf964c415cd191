"""Whether a credential signs in where it is used, as a worker tried it when a person asked."""

from django.db import models


class CredentialTrial(models.Model):
    """One place at which a credential was tried last: what the other side said. Never the password."""

    class Place(models.TextChoices):
        NODE = "node", "node"
        DIRECTORY = "directory", "directory"

    credential = models.ForeignKey("console.Credential", on_delete=models.CASCADE, related_name="trials")
    place = models.CharField(max_length=16, choices=Place)
    name = models.CharField(max_length=63, help_text="Of the node or the directory.")
    site = models.ForeignKey("console.Site", on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    asked_by_name = models.CharField(max_length=150)
    try_before = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    good = models.BooleanField(null=True, blank=True, help_text="Whether it signed in; nothing while it is not known.")
    said = models.TextField(blank=True, help_text="What came of it, for people.")
    remedy = models.TextField(blank=True)

    class Meta:
        ordering = ["place", "name"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["credential", "place", "name"], name="one_trial_for_each_place")]

    def __str__(self) -> str:
        return f"{self.credential} at {self.place} {self.name}"

    @property
    def open(self) -> bool:
        """Whether it is still to be done."""
        return self.ended_at is None
