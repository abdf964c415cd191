"""Signing in: failures that are counted, directories whose people may come in, and what their groups mean here."""

from django.conf import settings
from django.db import models
from django.db.models import F
from django.db.models.functions import Coalesce

from console.domain import inventory_names as names
from console.models.inventory import CheckedNames


class SignInFailures(models.Model):
    """Failed sign-ins with one account's name, or from one address, that lie close together."""

    class Kind(models.TextChoices):
        ACCOUNT = "account", "account"
        ADDRESS = "address", "address"

    kind = models.CharField(max_length=8, choices=Kind)
    key = models.CharField(max_length=255, help_text="The account's name as it was typed, casefolded, or the address.")
    failures = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()
    locked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["kind", "key"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="sign_in_failures_once")]

    def __str__(self) -> str:
        return f"{self.failures} failed sign-ins: {self.kind} {self.key}"


class TemporaryPassword(models.Model):
    """That the password of an account was given by an administrator, and has to be changed at the next sign-in."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="temporary_password")
    given_by = models.CharField(max_length=150)
    given_at = models.DateTimeField()
    good_until = models.DateTimeField(help_text="Nobody signs in with it after this.")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"a password that {self.given_by} gave {self.user}"


class SignInDirectory(CheckedNames):
    """An Active Directory domain whose people sign in here with their own name and password."""

    CHECKS = {"domain": names.host}

    directory = models.OneToOneField("console.Directory", on_delete=models.PROTECT, related_name="sign_in")
    domain = models.CharField(
        max_length=253, unique=True, help_text="The domain's DNS name, in small letters: corp.example."
    )

    class Meta:
        ordering = ["domain"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.domain


class DirectoryAccount(models.Model):
    """Which account here belongs to a person of a directory, by the object's GUID: names may change hands."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="directory_account")
    domain = models.CharField(max_length=253, help_text="As a text: the account outlives the row of its domain.")
    guid = models.CharField(max_length=36)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["domain", "guid"], name="directory_account_once")]

    def __str__(self) -> str:
        return f"{self.user} of {self.domain}"


class GroupMapping(models.Model):
    """A group of a directory, or of the OpenID provider when `domain` is empty, and the one here that it stands for."""

    domain = models.ForeignKey(
        SignInDirectory, null=True, blank=True, on_delete=models.CASCADE, related_name="mappings"
    )
    outside = models.CharField(max_length=512, help_text="A group's distinguished name, or the provider's word for it.")
    group = models.ForeignKey("auth.Group", on_delete=models.CASCADE, related_name="outside_groups")

    class Meta:
        ordering = ["domain", "outside", "group__name"]
        default_permissions = ()
        constraints = [
            # Nothing is not equal to nothing in a database, hence the zero, which is no domain's number.
            models.UniqueConstraint(Coalesce(F("domain"), 0), F("outside"), F("group"), name="group_mapping_once")
        ]

    def __str__(self) -> str:
        return f"{self.outside} is {self.group}"
