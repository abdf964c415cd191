"""Who is not signed in is led to the sign-in page, and from there back to the page that they were on."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseRedirect

from console.web.way_back import to_sign_in


class SignedOutMiddleware(LoginRequiredMiddleware):
    """Asks for a sign-in wherever a view does not do without."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponseRedirect:
        """The way there."""
        return to_sign_in(request)
