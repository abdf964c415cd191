"""Signing in, out and in again, and the choice of colours and language: what belongs to a person's browser."""

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import perform_password_login, record_authentication
from allauth.account.models import Login
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from console.domain.secrets import Secret
from console.models import AuditRecord
from console.services import choices
from console.services import sign_in as signing_in
from console.services.audit import Actor, Subject, record
from console.services.audit_actions import Action
from console.services.sign_in_refusal import SignInRefused
from console.web.access import anyone, methods, signed_in
from console.web.addresses import address_of
from console.web.choices import LANGUAGE, put

THEMES = ("system", "light", "dark")


@anyone
@never_cache
@sensitive_post_parameters("password")
@methods("GET", "POST")
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """The sign-in page; who came in, and who tried, is audited. What was typed as a password is kept nowhere."""
    then = _next(request)
    if request.user.is_authenticated:
        return redirect(then)
    name, refusal = request.POST.get("username", "").strip(), None
    if request.method == "POST" and name:
        try:
            user = signing_in.check(request, name, Secret(request.POST.get("password", "")), address_of(request))
        except SignInRefused as refused:
            refusal = refused
        else:
            return perform_password_login(request, {"username": user.username}, Login(user=user, redirect_url=then))
    context = {"next": then, "name": name[:150], "refusal": refusal, "openid": settings.OIDC, "by_openid": _by_openid()}
    return render(request, "registration/login.html", context)


@signed_in
@never_cache
@sensitive_post_parameters("password")
@methods("GET", "POST")
def sign_in_again(request: HttpRequest) -> HttpResponseBase:
    """Prove to be there before a dangerous act: by the password, or on another page by the second factor."""
    assert isinstance(request.user, User)
    then, refusal = _next(request), None
    by_openid = any(record["method"] == "socialaccount" for record in get_authentication_records(request, request.user))
    if request.method == "POST":
        try:
            password = Secret(request.POST.get("password", ""))
            signing_in.check_again(request, request.user, password, address_of(request))
        except SignInRefused as refused:
            refusal = refused
        else:
            record_authentication(request, request.user, method="password", reauthenticated=True)
            _record(Action.SIGNED_IN_AGAIN, request.user)
            return redirect(then)
    kinds = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    context = {"next": then, "refusal": refusal, "openid": settings.OIDC, "by_openid": by_openid and _by_openid()}
    context |= {"app": "totp" in kinds, "key": "webauthn" in kinds}
    return render(request, "registration/again.html", context)


@signed_in
@methods("POST")
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """End the session; this needs no right."""
    assert isinstance(request.user, User)
    _record(Action.SIGNED_OUT, request.user)
    logout(request)
    return redirect("sign-in")


def _record(action: Action, user: User) -> None:
    with transaction.atomic():
        record(action, Actor.of(user, AuditRecord.Origin.PAGE), Subject("account", user.pk, user.username))


def _next(request: HttpRequest) -> str:
    """Where to go afterwards: never to another site."""
    then = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(then, {request.get_host()}, require_https=request.is_secure())
    return then if safe else "/"


def _by_openid() -> bool:
    return bool(settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"])


@anyone
@methods("POST")
def theme(request: HttpRequest) -> HttpResponseBase:
    """Keep the choice of colours in a cookie and go back to the page."""
    response = redirect(_back(request))
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        put(request, response, "theme", chosen)
    return response


@anyone
@methods("POST")
def language(request: HttpRequest) -> HttpResponseBase:
    """Go back to the page in another language; who is signed in finds it so the next time, and elsewhere."""
    response = redirect(_back(request))
    chosen = request.POST.get("language", "")
    if chosen in choices.languages():
        put(request, response, LANGUAGE, chosen)
        if isinstance(request.user, User):
            choices.keep(request.user, language=chosen)
    return response


def _back(request: HttpRequest) -> str:
    back = request.POST.get("next", "/")
    return back if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}) else "/"
