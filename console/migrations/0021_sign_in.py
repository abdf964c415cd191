"""Signing in: counted failures, directories whose people may come in, and what their groups mean here."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("console", "0020_tokens"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SignInFailures",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(choices=[("account", "account"), ("address", "address")], max_length=8),
                ),
                (
                    "key",
                    models.CharField(
                        help_text="The account's name as it was typed, casefolded, or the address.", max_length=255
                    ),
                ),
                ("failures", models.PositiveIntegerField(default=0)),
                ("since", models.DateTimeField()),
                ("locked_until", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["kind", "key"],
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=["kind", "key"], name="sign_in_failures_once")],
            },
        ),
        migrations.CreateModel(
            name="SignInDirectory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "domain",
                    models.CharField(
                        help_text="The domain's DNS name, in small letters: corp.example.", max_length=253, unique=True
                    ),
                ),
                (
                    "directory",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sign_in", to="console.directory"
                    ),
                ),
            ],
            options={"ordering": ["domain"], "default_permissions": ()},
        ),
        migrations.CreateModel(
            name="DirectoryAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("guid", models.CharField(max_length=36)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="directory_account",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "domain",
                    models.CharField(
                        help_text="As a text: the account outlives the row of its domain.", max_length=253
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=["domain", "guid"], name="directory_account_once")],
            },
        ),
        migrations.CreateModel(
            name="GroupMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "outside",
                    models.CharField(
                        help_text="A group's distinguished name, or the provider's word for it.", max_length=512
                    ),
                ),
                (
                    "domain",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mappings",
                        to="console.signindirectory",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="outside_groups", to="auth.group"
                    ),
                ),
            ],
            options={
                "ordering": ["domain", "outside", "group__name"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        Coalesce(models.F("domain"), 0),
                        models.F("outside"),
                        models.F("group"),
                        name="group_mapping_once",
                    )
                ],
            },
        ),
    ]
