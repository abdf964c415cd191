"""Which console account an operating-system user acts as on the command line."""

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
