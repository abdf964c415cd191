"""What belongs to an account: the operating-system users that act as it, and how its owner wants to read."""

from django.conf import settings
from django.db import models


class OsAccount(models.Model):
    """An operating-system user of the console's host, mapped to one account; no mapping, no right."""

    os_user = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="os_accounts")

    class Meta:
        ordering = ["os_user"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.os_user} acts as {self.user}"


class PersonalChoices(models.Model):
    """How a person wants to read the pages; what is empty is as their browser says."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="personal_choices"
    )
    language = models.CharField(max_length=8, blank=True, help_text="A code of LANGUAGES.")
    time_zone = models.CharField(max_length=64, blank=True, help_text="A name of the zone database.")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"How {self.user} reads"
