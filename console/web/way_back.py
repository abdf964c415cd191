"""The page that a person comes back to: from the sign-in, and from an address that takes forms and cannot be opened."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from console.web.access import door_of

SAFE = ("GET", "HEAD")
SEND_AGAIN = "Nothing was done with what you sent. Sign in, then send it again."


def page_of(request: HttpRequest) -> str:
    """What is asked for, if that can be opened; else the page that its form stands on, or the nearest one above it."""
    asked = request.get_full_path()
    if request.method in SAFE or _opens(request.path):
        return asked
    return _sent_from(request) or nearest(request.path)


def nearest(path: str) -> str:
    """The nearest page above an address: `/operations/7/` above `/operations/7/stop/`."""
    while path != "/" and not _opens(path):
        path = path.rstrip("/").rpartition("/")[0] + "/"
    return path


def to_sign_in(request: HttpRequest) -> HttpResponseRedirect:
    """The sign-in page, and from there back; who sent a form is told that nothing came of it."""
    if request.method not in SAFE:
        messages.warning(request, SEND_AGAIN)
    return HttpResponseRedirect(f"{reverse('sign-in')}?{urlencode({'next': page_of(request)})}")


def _sent_from(request: HttpRequest) -> str:
    """The page of the console that the browser says the form was on; empty if it says none."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return ""
    parts = urlsplit(referer)
    if not _opens(parts.path):
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _opens(path: str) -> bool:
    """Whether there is a page at that address. What a library brings has no door that could be read, and is one."""
    try:
        door = door_of(resolve(path).func)
    except Resolver404:
        return False
    return door is None or "GET" in door.methods
