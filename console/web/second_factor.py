"""A person's second factors: django-allauth's pages behind our doors, each change audited in its own transaction."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache

from console.models import AuditRecord
from console.services.audit import Actor, Subject, record
from console.services.audit_actions import Action
from console.services.second_factor import PROVED
from console.web.access import anyone, methods, signed_in
from console.web.fresh import needs_fresh


class Audited:
    """A view whose form changes the factors of who is signed in."""

    action = Action.FACTOR_ADDED
    what = ""

    def form_valid(self, form: Any) -> HttpResponse:
        """Change and record together; whether something is missing is asked anew."""
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
            request = self.request  # type: ignore[attr-defined]
            assert isinstance(request.user, User)
            subject = Subject("account", request.user.pk, request.user.username)
            actor = Actor.of(request.user, AuditRecord.Origin.PAGE)
            record(self.action, actor, subject, after={"factor": self.what})
        request.session.pop(PROVED, None)
        return response


class AddApp(Audited, totp.ActivateTOTPView):
    """Scan a picture, type the code."""

    what = "authenticator app"


class RemoveApp(Audited, totp.DeactivateTOTPView):
    """Forget the app."""

    action, what = Action.FACTOR_REMOVED, "authenticator app"


class AddKey(Audited, webauthn.AddWebAuthnView):
    """Touch the key."""

    what = "security key"


class RemoveKey(Audited, webauthn.RemoveWebAuthnView):
    """Forget a key."""

    action, what = Action.FACTOR_REMOVED, "security key"


class MakeCodes(Audited, recovery_codes.GenerateRecoveryCodesView):
    """New recovery codes; the old ones are void."""

    what = "recovery codes"


def _own(view: Callable[..., Any]) -> Callable[..., Any]:
    """For whoever is signed in, about themselves."""
    return signed_in(methods("GET", "POST")(never_cache(view)))


def _change(view: Callable[..., Any]) -> Callable[..., Any]:
    """The same, and only for who has just proved to be there."""
    return signed_in(methods("GET", "POST")(needs_fresh()(never_cache(view))))


urls: list[URLPattern] = [
    path("second-factor/", _own(base.index), name="mfa_index"),
    # Before anybody is signed in: the view itself lets in only who has just given the right password.
    path("second-factor/authenticate/", anyone(methods("GET", "POST")(base.authenticate)), name="mfa_authenticate"),
    path("second-factor/again/", _own(base.reauthenticate), name="mfa_reauthenticate"),
    path("second-factor/app/add/", _change(AddApp.as_view()), name="mfa_activate_totp"),
    path("second-factor/app/remove/", _change(RemoveApp.as_view()), name="mfa_deactivate_totp"),
    path("second-factor/keys/", _own(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path("second-factor/keys/add/", _change(AddKey.as_view()), name="mfa_add_webauthn"),
    path("second-factor/keys/again/", _own(webauthn.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("second-factor/keys/<int:pk>/remove/", _change(RemoveKey.as_view()), name="mfa_remove_webauthn"),
    path("second-factor/recovery-codes/", _change(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("second-factor/recovery-codes/new/", _change(MakeCodes.as_view()), name="mfa_generate_recovery_codes"),
]
