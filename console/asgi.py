"""The ASGI entry point; it refuses to serve with settings that the system checks call unsafe."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
django_application = get_asgi_application()

from console.checks import refuse_unsafe_settings  # noqa: E402 - needs the applications loaded
from console.web.hook_bodies import BoundedBodies  # noqa: E402 - likewise
from console.web.upload_bound import BoundedUploads  # noqa: E402 - likewise

refuse_unsafe_settings()
application = BoundedBodies(BoundedUploads(django_application))
