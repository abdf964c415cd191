"""Grants, and what the groups of the old roles gave as grants on everything."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Coalesce

OLD_ROLES = ("viewer", "operator", "auditor", "administrator")


def grants_of_groups(apps: Any, _: Any) -> None:
    """Each member of a role's group gets the role on everything, and who was a superuser administers; then they go."""
    user, group, permission, grant = _models(apps)
    for role in OLD_ROLES:
        for member in user.objects.filter(groups__name=role):
            grant.objects.create(user=member, role=role)
    for member in user.objects.filter(is_superuser=True).exclude(groups__name="administrator"):
        grant.objects.create(user=member, role="administrator")
    group.objects.filter(name__in=OLD_ROLES).delete()
    permission.objects.filter(content_type__app_label="console", content_type__model="osaccount").delete()


def groups_of_grants(apps: Any, _: Any) -> None:
    """The way back: roles on everything become groups again; what is narrower had no place there and is lost."""
    _user, group, _permission, grant = _models(apps)
    for role in OLD_ROLES:
        made, _ = group.objects.get_or_create(name=role)
        for row in grant.objects.filter(role=role, user__isnull=False, site=None, cluster=None):
            row.user.groups.add(made)


def _models(apps: Any) -> tuple[Any, Any, Any, Any]:
    label, name = settings.AUTH_USER_MODEL.split(".")
    auth = ("auth", "Group"), ("auth", "Permission"), ("console", "Grant")
    return apps.get_model(label, name), *(apps.get_model(*one) for one in auth)  # type: ignore[return-value]


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("console", "0018_cluster_products"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="osaccount",
            options={"default_permissions": (), "ordering": ["os_user"]},
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("viewer", "viewer"),
                            ("operator", "operator"),
                            ("approver", "approver"),
                            ("auditor", "auditor"),
                            ("administrator", "administrator"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "kinds",
                    models.JSONField(blank=True, default=list, help_text="Kinds of operations; empty: all of them."),
                ),
                *(
                    (
                        name,
                        models.ForeignKey(
                            blank=True,
                            null=True,
                            on_delete=django.db.models.deletion.CASCADE,
                            related_name="grants",
                            to=to,
                        ),
                    )
                    for name, to in (
                        ("user", settings.AUTH_USER_MODEL),
                        ("group", "auth.group"),
                        ("site", "console.site"),
                        ("cluster", "console.cluster"),
                    )
                ),
            ],
            options={
                "ordering": ["pk"],
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(user__isnull=False, group__isnull=True)
                        | models.Q(user__isnull=True, group__isnull=False),
                        name="grant_has_one_holder",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(site__isnull=True) | models.Q(cluster__isnull=True),
                        name="grant_has_one_scope",
                    ),
                    models.UniqueConstraint(
                        *(Coalesce(models.F(name), 0) for name in ("user", "group", "site", "cluster")),
                        models.F("role"),
                        name="grant_once",
                    ),
                ],
            },
        ),
        migrations.RunPython(grants_of_groups, groups_of_grants),
    ]
