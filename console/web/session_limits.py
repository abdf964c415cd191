"""How long a session lasts, and what a person has to set up before anything else."""

import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.deprecation import MiddlewareMixin

from console.services import passwords, second_factor, sessions
from console.web.way_back import to_sign_in

BEGUN, SEEN = "begun_at", "seen_at"
"""Keys of the session: when it began and when it was last used, in seconds of the epoch."""
MUST_CHANGE = "must_change_password"
"""Key of the session: the person signed in with a password that somebody gave them."""
OWN_PASSWORD = "change-password"
EVERY = 60
"""A session's use is kept to the minute, so that not every page writes."""
ALWAYS = {"sign-out", "theme", "language", "words", "account_reauthenticate"}
"""Addresses that are open to who still has to set up a second factor, beside those where it is set up."""


class SessionLimitsMiddleware(MiddlewareMixin):
    """Ends sessions that are too old or were left alone, and leads to what a person has to set up first.

    That is a password of their own in place of one that they were given, then the second factor that a role asks for.
    """

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], options: dict[str, Any]
    ) -> HttpResponseBase | None:
        """The page to go to instead, or None to let the request through."""
        user = request.user
        if not isinstance(user, User):
            return None
        reason = why_over(request, time.time())
        if reason is not None:
            logout(request)
            messages.warning(request, reason)
            return to_sign_in(request) if is_use(request) else redirect("sign-in")
        if is_use(request):
            _keep(request)
        name = (request.resolver_match.url_name if request.resolver_match else None) or ""
        if request.session.get(MUST_CHANGE):
            return None if name in {*ALWAYS, OWN_PASSWORD} else _to_own_password(request)
        if name not in ALWAYS and not name.startswith("mfa_") and second_factor.is_missing(user, request.session):
            messages.warning(request, "Your role asks for a second factor. Set one up first: the console is open then.")
            return redirect("mfa_index")
        return None


def begin(sender: object, request: HttpRequest, user: User, **_: Any) -> None:
    """Note when a session began, and whether with a given password; called by Django at every sign-in.

    Later in a session none is given: that ends it.
    """
    request.session[BEGUN] = request.session[SEEN] = int(time.time())
    if passwords.must_change(user):
        request.session[MUST_CHANGE] = True


user_logged_in.connect(begin, dispatch_uid="session-begins")


def why_over(request: HttpRequest, now: float) -> str | None:
    """Why the session is over, for the person, or None while it lasts."""
    begun, seen = request.session.get(BEGUN), request.session.get(SEEN)
    if begun is None or seen is None or now - begun > settings.SESSION_COOKIE_AGE:
        return "Your session has ended: it was too old. Sign in again."
    if settings.IDLE_SECONDS and now - seen > settings.IDLE_SECONDS:
        return "Your session has ended: nobody used it for a while. Sign in again."
    return None


def is_use(request: HttpRequest) -> bool:
    """Whether a person opened a page or sent a form; what a page fetches by itself says so (W3C Fetch Metadata)."""
    return request.headers.get("Sec-Fetch-Dest", "document") == "document"


def _keep(request: HttpRequest) -> None:
    now = int(time.time())
    if now - request.session[SEEN] >= EVERY:
        request.session[SEEN] = now
        sessions.seen(request.session.session_key or "")


def _to_own_password(request: HttpRequest) -> HttpResponse:
    messages.warning(request, "Your password was given to you by an administrator. Choose one of your own first.")
    return redirect(OWN_PASSWORD)
