"""How Django takes the console into a process: its checks, and the roles that every database has."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ConsoleConfig(AppConfig):
    """The one application of the site."""

    name = "console"
    verbose_name = "Changeover"

    def ready(self) -> None:
        """Register the system checks, and keep the roles in step with the code after every migration."""
        from console import checks  # noqa: F401 - importing registers them

        post_migrate.connect(_ensure_roles, sender=self)


def _ensure_roles(using: str, **_: Any) -> None:
    from console.services.access import ensure_roles

    ensure_roles(using)
