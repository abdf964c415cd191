"""A person's own account: password, second factors, sessions, language and time zone."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import User
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from console.models import AuditRecord
from console.services import choices, passwords, second_factor, sessions
from console.services.audit import Actor, Subject, record
from console.services.audit_actions import Action
from console.web.access import methods, signed_in
from console.web.choices import LANGUAGE, ZONE, put
from console.web.forms.accounts import OwnPasswordForm
from console.web.forms.reading import ReadingForm
from console.web.fresh import needs_fresh
from console.web.session_limits import MUST_CHANGE


@signed_in
@methods("GET")
def account(request: HttpRequest) -> HttpResponseBase:
    """What there is about this person."""
    user = _user(request)
    context = {
        "factors": second_factor.names_of(user),
        "has_factor": second_factor.has_one(user),
        "factor_required": second_factor.is_required(user),
        "sessions": sessions.of(user),
        "this_session": request.session.session_key,
        "has_password": user.has_usable_password(),
        "domain": getattr(getattr(user, "directory_account", None), "domain", None),
        "section": "account",
        "reading": ReadingForm(chosen=choices.of(user)),
    }
    return render(request, "registration/account.html", context)


@signed_in
@methods("POST")
def reading(request: HttpRequest) -> HttpResponseBase:
    """Keep in which language and time zone this person reads."""
    user = _user(request)
    form = ReadingForm(request.POST, chosen=choices.of(user))
    response = redirect("account")
    if not form.is_valid():
        messages.error(request, _("That language or time zone is not known here. Choose one of the lists."))
        return response
    choices.keep(user, **form.cleaned_data)
    for cookie, field in ((LANGUAGE, "language"), (ZONE, "time_zone")):
        put(request, response, cookie, form.cleaned_data[field])
    with translation.override(form.cleaned_data["language"] or translation.get_language()):
        messages.success(request, _("Kept: pages are shown to you like that from now on."))
    return response


@signed_in
@methods("POST")
def end_session(request: HttpRequest, pk: int) -> HttpResponseBase:
    """End one of one's own sessions."""
    user = _user(request)
    row = UserSession.objects.filter(pk=pk, user=user).first()
    if row is None:
        raise Http404("That session is over already. Your account's page lists those that last.")
    sessions.end(row, _actor(user))
    messages.success(request, "The session has ended.")
    return redirect("account")


@signed_in
@methods("POST")
def end_others(request: HttpRequest) -> HttpResponseBase:
    """End all of one's own sessions but this one."""
    user = _user(request)
    count = sessions.end_all(user, _actor(user), but=request.session.session_key or "")
    messages.success(request, f"Sessions ended: {count}.")
    return redirect("account")


@signed_in
@sensitive_post_parameters()
@needs_fresh()
@methods("GET", "POST")
def change_password(request: HttpRequest) -> HttpResponseBase:
    """Another password, which ends the other sessions; for accounts that have one here."""
    user = _user(request)
    if not user.has_usable_password():
        raise Http404("Your password is kept by the directory that you sign in with. Change it there.")
    form = OwnPasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            passwords.chosen(user)
            update_session_auth_hash(request, user)
            request.session.pop(MUST_CHANGE, None)
            record(Action.PASSWORD_CHANGED, _actor(user), Subject("account", user.pk, user.username))
        messages.success(request, "Your password is changed, and your other sessions have ended.")
        return redirect("account")
    context = {"form": form, "given": request.session.get(MUST_CHANGE)}
    return render(request, "registration/password.html", context)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _actor(user: User) -> Actor:
    return Actor.of(user, AuditRecord.Origin.PAGE)
