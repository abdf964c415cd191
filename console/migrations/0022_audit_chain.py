"""Room for the chain of the audit: hashes, what was asked for at once, sealed segments, signed heads and anchors."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("console", "0021_sign_in"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditSegment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(unique=True)),
                ("first_seq", models.PositiveBigIntegerField()),
                ("last_seq", models.PositiveBigIntegerField()),
                (
                    "last_hash",
                    models.CharField(
                        help_text="What the record after the segment calls the one before it.", max_length=64
                    ),
                ),
                ("digest", models.CharField(help_text="SHA-256 of the segment as JSON Lines.", max_length=64)),
                ("sealed_at", models.DateTimeField()),
                (
                    "removing",
                    models.BooleanField(
                        default=False, help_text="While true, the database lets these records be deleted."
                    ),
                ),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={"ordering": ["number"], "default_permissions": ()},
        ),
        migrations.CreateModel(
            name="SignedHead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveBigIntegerField(unique=True)),
                ("at", models.DateTimeField()),
                ("line", models.TextField()),
            ],
            options={"ordering": ["-seq"], "default_permissions": ()},
        ),
        migrations.AddField(
            model_name="audithead",
            name="last_hash",
            field=models.CharField(default="0" * 64, max_length=64),
        ),
        migrations.AddField(
            model_name="auditrecord",
            name="hash",
            field=models.CharField(default="", help_text="SHA-256 of `body`.", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditrecord",
            name="previous",
            field=models.CharField(
                blank=True, default="", help_text="SHA-256 of the record before, in hexadecimal.", max_length=64
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditrecord",
            name="request_id",
            field=models.CharField(
                blank=True, db_index=True, default="", help_text="What was asked for at once.", max_length=64
            ),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="AnchorAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.CharField(max_length=16)),
                ("at", models.DateTimeField()),
                ("kept", models.BooleanField(help_text="Whether the place took it.")),
                ("error", models.TextField(blank=True)),
                (
                    "head",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attempts",
                        to="console.signedhead",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "default_permissions": (),
                "indexes": [models.Index(fields=["place", "-at"], name="console_anc_place_d6a4e3_idx")],
            },
        ),
    ]
