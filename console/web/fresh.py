"""Signing in again before a dangerous act: who was signed in long ago may have left the desk."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from console.web.session_limits import BEGUN
from console.web.way_back import SAFE, page_of

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def is_fresh(request: HttpRequest, seconds: int | None = None) -> bool:
    """Whether this person signed in, or proved to be there, within that time (`CHANGEOVER_FRESH_SECONDS`)."""
    if not isinstance(request.user, User):
        return False
    proofs = [record["at"] for record in get_authentication_records(request, request.user)]
    within = settings.FRESH_SECONDS if seconds is None else seconds
    return any(time.time() - at <= within for at in [*proofs, request.session.get(BEGUN, 0)])


def needs_fresh(seconds: int | None = None) -> Callable[[View[P]], View[P]]:
    """Only who signed in within that time reaches the view; others prove to be there first.

    From there they come back to the page, or, when a form was sent, to the page that the form stands on: what it
    said is kept nowhere and has to be sent again.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if is_fresh(request, seconds):
                return view(request, *args, **kwargs)
            if request.method not in SAFE:
                messages.warning(request, "Nothing was done yet: prove that it is you, then send the form again.")
            return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': page_of(request)})}")

        return guarded

    return decorate
