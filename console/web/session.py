"""Signing in and out, and the choice of colours: what belongs to a person's browser."""

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from console.models import AuditRecord
from console.services.audit import Actor, Subject, record
from console.services.audit_actions import Action
from console.web.access import methods

YEAR = 365 * 24 * 3600
THEMES = ("system", "light", "dark")


class SignIn(LoginView):
    """The sign-in page; who came in, and who tried, is audited."""

    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Sign in."""
        with transaction.atomic():
            response = super().form_valid(form)
            user = form.get_user()
            assert isinstance(user, User)
            record(Action.SIGNED_IN, Actor.of(user, AuditRecord.Origin.PAGE), _account(user.username))
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Say no; what was typed as a password is kept nowhere."""
        tried = str(form.data.get("username", ""))[:150]
        if tried and form.non_field_errors():
            with transaction.atomic():
                record(Action.SIGN_IN_REFUSED, Actor(None, "", AuditRecord.Origin.PAGE), _account(tried))
        return super().form_invalid(form)


def _account(name: str) -> Subject:
    return Subject("account", name=name)


@methods("POST")
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """End the session; this needs no right."""
    assert isinstance(request.user, User)
    with transaction.atomic():
        record(Action.SIGNED_OUT, Actor.of(request.user, AuditRecord.Origin.PAGE), _account(request.user.username))
    logout(request)
    return redirect("sign-in")


@login_not_required
@methods("POST")
def theme(request: HttpRequest) -> HttpResponseBase:
    """Keep the choice of colours in a cookie and go back to the page."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = redirect(back)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie("theme", chosen, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return response
