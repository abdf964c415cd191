#!/usr/bin/env python
"""The command list of Changeover: every subcommand is a module of `console.management.commands`."""

import os
import sys


def main() -> None:
    """Run the subcommand named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError as missing:
        raise SystemExit(
            f"manage.py: {missing}. Run it with the project's own Python, .venv/bin/python, or run make first."
        ) from missing
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
