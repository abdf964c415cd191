"""`manage.py openapi`: the description of the API, as it is served and as docs/openapi.json keeps it."""

import json
from typing import Any

from console.api.site import description
from console.management.base import SUCCEEDED, ConsoleCommand


class Command(ConsoleCommand):
    """It tells what every installation of this version has."""

    help = "Print the description of the API (OpenAPI 3.1)."

    def run(self, options: dict[str, Any]) -> int:
        """Print it, with `--json` in one line."""
        told = description()
        self.answer(options, json.dumps(told, indent=1, ensure_ascii=False), told)
        return SUCCEEDED
