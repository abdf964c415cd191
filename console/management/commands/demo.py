"""`manage.py demo`: starts the console with a lab, on loopback, in this terminal."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from console.demo import launch


class Command(BaseCommand):
    """Hands over to the launcher, which reads none of this process's settings."""

    help = launch.__doc__ or ""
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The launcher's own options."""
        launch.add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until Ctrl-C; exit with 0 then, with 1 when something failed."""
        sys.exit(launch.run(options["state"], options["port"]))
