"""Indexes that find audit records in the order in which they are shown, and filters that are kept under a name."""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("console", "0025_vault_and_trials"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedFilter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("fields", models.JSONField(help_text="What was filled in, by the names of the page's fields.")),
                ("shared", models.BooleanField(default=False)),
            ],
            options={
                "ordering": [django.db.models.functions.text.Upper("name"), "pk"],
                "default_permissions": (),
            },
        ),
        migrations.AlterField(
            model_name="auditrecord",
            name="action",
            field=models.CharField(max_length=80),
        ),
        migrations.AlterField(
            model_name="auditrecord",
            name="actor_name",
            field=models.CharField(max_length=150),
        ),
        migrations.AlterField(
            model_name="auditrecord",
            name="at",
            field=models.DateTimeField(help_text="By the database's clock."),
        ),
        migrations.AlterField(
            model_name="auditrecord",
            name="cluster_name",
            field=models.CharField(blank=True, max_length=63),
        ),
        migrations.AlterField(
            model_name="auditrecord",
            name="request_id",
            field=models.CharField(blank=True, help_text="What was asked for at once.", max_length=64),
        ),
        migrations.AddIndex(
            model_name="auditrecord",
            index=models.Index(models.F("at"), models.F("seq"), name="audit_by_time"),
        ),
        migrations.AddIndex(
            model_name="auditrecord",
            index=models.Index(
                django.db.models.functions.text.Upper("actor_name"),
                models.F("at"),
                models.F("seq"),
                name="audit_by_actor",
            ),
        ),
        migrations.AddIndex(
            model_name="auditrecord",
            index=models.Index(models.F("action"), models.F("at"), models.F("seq"), name="audit_by_action"),
        ),
        migrations.AddIndex(
            model_name="auditrecord",
            index=models.Index(
                django.db.models.functions.text.Upper("cluster_name"),
                models.F("at"),
                models.F("seq"),
                name="audit_by_cluster",
            ),
        ),
        migrations.AddIndex(
            model_name="auditrecord",
            index=models.Index(
                django.db.models.functions.text.Upper("cluster_name"),
                models.F("action"),
                models.F("at"),
                models.F("seq"),
                name="audit_by_cluster_action",
            ),
        ),
        migrations.AddIndex(
            model_name="auditrecord",
            index=models.Index(
                django.db.models.functions.text.Upper("cluster_name"),
                django.db.models.functions.text.Upper("actor_name"),
                models.F("at"),
                models.F("seq"),
                name="audit_by_cluster_actor",
            ),
        ),
        migrations.AddIndex(
            model_name="auditrecord",
            index=models.Index(
                django.db.models.functions.text.Upper("actor_name"),
                models.F("action"),
                models.F("at"),
                models.F("seq"),
                name="audit_by_actor_action",
            ),
        ),
        migrations.AddIndex(
            model_name="auditrecord",
            index=models.Index(models.F("cluster_id"), models.F("at"), models.F("seq"), name="audit_by_cluster_id"),
        ),
        migrations.AddIndex(
            model_name="auditrecord",
            index=models.Index(models.F("origin"), models.F("at"), models.F("seq"), name="audit_by_origin"),
        ),
        migrations.AddIndex(
            model_name="auditrecord",
            index=models.Index(models.F("request_id"), models.F("at"), models.F("seq"), name="audit_by_request"),
        ),
        migrations.AddIndex(
            model_name="auditrecord",
            index=models.Index(
                models.F("subject_type"),
                models.F("subject_id"),
                models.F("at"),
                models.F("seq"),
                name="audit_by_subject",
            ),
        ),
        migrations.AddField(
            model_name="savedfilter",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="savedfilter",
            constraint=models.UniqueConstraint(fields=("owner", "name"), name="one_saved_filter_of_a_name"),
        ),
    ]
