"""The ASGI entry point; it refuses to serve with settings that the system checks call unsafe."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
application = get_asgi_application()

from console.checks import refuse_unsafe_settings  # noqa: E402 - needs the applications loaded

refuse_unsafe_settings()
