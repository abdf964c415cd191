"""How Django takes the console into a process: its checks, and the guard of the audit around every migration."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class ConsoleConfig(AppConfig):
    """The one application of the site."""

    name = "console"
    verbose_name = "Changeover"

    def ready(self) -> None:
        """Register the system checks, and have migrations pass the triggers of the audit."""
        from console import checks  # noqa: F401 - importing registers them
        from console.services import audit_guard
        from console.web import session_limits  # noqa: F401 - importing it has the beginning of sessions noted

        pre_migrate.connect(audit_guard.lift, sender=self)
        post_migrate.connect(audit_guard.raise_, sender=self)
