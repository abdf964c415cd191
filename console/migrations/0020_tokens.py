import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("console", "0019_grants"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
                (
                    "prefix",
                    models.CharField(
                        help_text="How it begins, so that people can tell it from others.", max_length=16
                    ),
                ),
                (
                    "digest",
                    models.CharField(
                        editable=False, help_text="Hex SHA-256 of its text.", max_length=64, unique=True
                    ),
                ),
                (
                    "right",
                    models.CharField(
                        choices=[("view", "see"), ("operate", "see and operate")], default="view", max_length=8
                    ),
                ),
                (
                    "everywhere",
                    models.BooleanField(default=False, help_text="On every cluster that its owner may see."),
                ),
                (
                    "kinds",
                    models.JSONField(
                        blank=True, default=list, help_text="Kinds of operation it may start; empty: all."
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("created_by_name", models.CharField(max_length=150)),
                ("expires_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(blank=True, help_text="To the minute.", null=True)),
                ("last_used_from", models.CharField(blank=True, max_length=64)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_by_name", models.CharField(blank=True, max_length=150)),
                ("clusters", models.ManyToManyField(blank=True, related_name="+", to="console.cluster")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["owner__username", "name", "pk"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at__isnull", True)),
                        fields=("owner", "name"),
                        name="api_token_name_once_per_owner",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiOnce",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=128)),
                ("digest", models.CharField(help_text="Hex SHA-256 of what was asked.", max_length=64)),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "operation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="console.operation",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="console.planrecord",
                    ),
                ),
                (
                    "token",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="asked", to="console.apitoken"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("token", "key"), name="api_key_once_per_token")
                ],
            },
        ),
    ]
