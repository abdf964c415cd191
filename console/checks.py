"""System checks that refuse settings which are unsafe beyond the operator's own desk."""

from django.core.checks import CheckMessage, run_checks
from django.core.exceptions import ImproperlyConfigured

TAG = "changeover"


def refuse_unsafe_settings() -> None:
    """Raise `ImproperlyConfigured` with every error of the settings checks and its remedy."""
    errors: list[CheckMessage] = [m for m in run_checks(tags=[TAG]) if m.is_serious()]
    if errors:
        raise ImproperlyConfigured("\n".join(f"{m.id}: {m.msg} {m.hint}" for m in errors))
