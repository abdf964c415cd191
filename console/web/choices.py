"""In which language and time zone a page is shown: as its reader chose, else as their browser says.

Programs and nodes are always answered in English and UTC, whatever they say of themselves.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import tzinfo
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from console.services import choices, windows
from console.web.access import P, View
from console.web.both_ways import BothWays, Finish

YEAR = 365 * 24 * 3600
LANGUAGE, ZONE, BROWSER_ZONE = settings.LANGUAGE_COOKIE_NAME, "zone", "browser-zone"
"""Cookies: what the reader chose, and the zone that a script of ours read from the browser."""
PROGRAMS = ("/api/", "/hooks/")


class ChoicesMiddleware(BothWays):
    """Has the page made in its reader's language, and its times in their zone."""

    @contextmanager
    def around(self, request: HttpRequest) -> Iterator[Finish]:
        """Language and zone hold while the page is made; what a sign-in brought along is kept in cookies."""
        language = language_of(request)

        def finish(response: HttpResponseBase) -> HttpResponseBase:
            response.headers.setdefault("Content-Language", language)
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
            for name, value in getattr(request, "choices_to_keep", {}).items():
                put(request, response, name, value)
            return response

        with translation.override(language), timezone.override(zone_of(request)):
            yield finish


def language_of(request: HttpRequest) -> str:
    """The code of the language that this request is answered in."""
    if request.path_info.startswith(PROGRAMS):
        return settings.LANGUAGE_CODE
    return translation.get_language_from_request(request)


def zone_of(request: HttpRequest) -> tzinfo:
    """The zone that this page's times are shown in; without choice and script that of the installation."""
    if not request.path_info.startswith(PROGRAMS):
        for name in (ZONE, BROWSER_ZONE):
            if found := choices.zone(request.COOKIES.get(name, "")):
                return found
    return timezone.get_default_timezone()


def by_the_clocks_of_windows(view: View[P]) -> View[P]:
    """Show and read the times of this page by the clocks of windows, which open at the same hours for everyone."""

    @wraps(view)
    def shown(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        with timezone.override(windows.zone()):
            return view(request, *args, **kwargs)

    return shown


def put(request: HttpRequest, response: HttpResponseBase, name: str, value: str) -> None:
    """Keep a choice in the browser; an empty one is forgotten there."""
    if value:
        response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    else:
        response.delete_cookie(name, samesite="Lax")


def bring(sender: object, request: HttpRequest, user: User, **_: Any) -> None:
    """Bring what this person chose to the browser that they sign in with; called by Django at every sign-in."""
    kept = choices.of(user)
    chosen = {LANGUAGE: kept.language, ZONE: kept.time_zone}
    request.choices_to_keep = {name: value for name, value in chosen.items() if value}  # type: ignore[attr-defined]


user_logged_in.connect(bring, dispatch_uid="choices-are-brought")
