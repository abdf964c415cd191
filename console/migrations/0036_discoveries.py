"""Clusters that the console was asked to find out about."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("console", "0035_drills")]

    operations = [
        migrations.CreateModel(
            name="Discovery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "file",
                    models.CharField(
                        blank=True, help_text="Its name, where a file was read and no node asked.", max_length=120
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=253)),
                (
                    "other_address",
                    models.CharField(
                        blank=True, help_text="Of the other node, where somebody said it.", max_length=253
                    ),
                ),
                (
                    "way",
                    models.JSONField(default=dict, help_text="How the nodes are reached, as fields of a node."),
                ),
                ("asked_at", models.DateTimeField()),
                ("asked_by_name", models.CharField(max_length=150)),
                ("look_before", models.DateTimeField()),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "said",
                    models.TextField(blank=True, help_text="Why no cluster was found; empty where one was."),
                ),
                ("remedy", models.TextField(blank=True)),
                ("facts", models.JSONField(default=list)),
                (
                    "proposal",
                    models.JSONField(
                        default=dict, help_text="The cluster as the inventory would say it; empty without one."
                    ),
                ),
                (
                    "credential",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="console.credential",
                    ),
                ),
                (
                    "directory",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="console.directory",
                    ),
                ),
                (
                    "saved_as",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="console.cluster",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="console.site"
                    ),
                ),
            ],
            options={"ordering": ["-pk"], "default_permissions": ()},
        ),
    ]
