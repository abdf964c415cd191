"""What django-allauth asks of us: no mail, no registration, encrypted seeds, and what the provider's groups mean."""

import uuid
from functools import partial
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from console.domain.secrets import Secret
from console.models import AuditRecord
from console.services.audit import Actor, Subject, record
from console.services.audit_actions import Action
from console.services.credentials import decrypt, encrypt
from console.services.group_mappings import mapped, take_over
from console.services.outbound import outbound
from console.services.second_factor import PROVED
from console.services.sign_in_failures import NOBODY
from console.services.sign_in_refusal import NO_GROUP
from console.web.addresses import address_of

BY_OPENID = "socialaccount"
"""What the library calls a sign-in by the provider in its records."""
ANSWERS_WITHIN = 10.0
"""Seconds that the provider may take for each answer: a person waits at the page."""
STAGES = ["allauth.mfa.stages.AuthenticateStage"]


class AccountAdapter(DefaultAccountAdapter):
    """Nobody registers, nothing is mailed; a sign-in is audited in the transaction that makes its session."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come from administrators and from directories."""
        return False

    def get_login_stages(self) -> list[str]:
        """After the password comes the second factor, where there is one, and nothing else."""
        return STAGES

    def login(self, request: HttpRequest, user: User) -> None:
        """Make the session and say so in the audit."""
        with transaction.atomic():
            how = [record["method"] for record in get_authentication_records(request, user)]
            super().login(request, user)
            request.session[PROVED] = settings.OIDC_IS_SECOND_FACTOR and BY_OPENID in how
            after = {"address": address_of(request), "how": how}
            subject = Subject("account", user.pk, user.username)
            record(Action.SIGNED_IN, Actor.of(user, AuditRecord.Origin.PAGE), subject, after=after)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """The same page as for whoever is not let in."""
        return refused(request, f"The account {user.username} is switched off. Ask an administrator.")

    def is_reauthentication_required(self, *, app: str, **_: Any) -> bool:
        """Asked for by `needs_fresh` at our own doors, which knows of directories as well."""
        return False

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The pages on which a person can prove to be there."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        own = reverse("account_reauthenticate")
        return [{"id": "reauthenticate", "url": own, "description": "Use your password"}] + [
            method for method in methods if method["url"] != own
        ]

    def get_client_ip(self, request: HttpRequest) -> str:
        """As the web server tells it, which believes a proxy only where it is told to."""
        return address_of(request)

    def add_message(self, *_: Any, **__: Any) -> None:
        """Pages say themselves what happened."""


class SecondFactorAdapter(DefaultMFAAdapter):
    """Seeds are encrypted like every stored secret; a factor bears the console's name."""

    def encrypt(self, text: str) -> str:
        """What is kept of a seed."""
        return encrypt(Secret(text))

    def decrypt(self, encrypted_text: str) -> str:
        """The seed."""
        return decrypt(
            encrypted_text, "A second factor", "have an administrator take it away and set it up again"
        ).reveal()

    def build_totp_svg(self, url: str) -> str:
        """The picture to scan, as an element of the page: it loads nothing."""
        drawn = super().build_totp_svg(url).partition("?>")[2]
        return drawn.replace("<svg ", '<svg class="totp" role="img" aria-label="Picture to scan" ', 1)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Keys are for this console by its host's name."""
        return {**super().get_public_key_credential_rp_entity(), "name": settings.MFA_TOTP_ISSUER}


class OpenIdAdapter(DefaultSocialAccountAdapter):
    """People of the provider come in when one of its groups means something here; they get exactly those groups."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """`pre_social_login` has let in only who is in such a group."""
        return True

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """An account of its own name: nobody becomes somebody else by what a provider calls him."""
        user: User = sociallogin.user
        user.username = _free_name([str(data.get("username") or ""), sociallogin.account.uid])
        sociallogin.email_addresses = []
        return user

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Turn away who is in no group that means something here."""
        groups = _groups(sociallogin)
        if sociallogin.is_existing:
            take_over(sociallogin.user, None, groups)
        if not groups:
            name = sociallogin.user.username or sociallogin.account.uid
            _record_refusal(request, name, "in no group that is known here")
            raise ImmediateHttpResponse(refused(request, NO_GROUP))

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """Make the account, with its groups."""
        with transaction.atomic():
            user: User = sociallogin.user
            user.set_unusable_password()
            sociallogin.save(request)
            take_over(user, None, _groups(sociallogin))
        return user

    def get_requests_session(self) -> Any:
        """The console's one way out: only to hosts that its allow-list names, over HTTPS, and not for long."""
        session = outbound().session(ca=settings.OIDC_CA)
        session.request = partial(session.request, timeout=ANSWERS_WITHIN)  # type: ignore[method-assign]
        return session

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """Say what went wrong, without a library's page."""
        raise ImmediateHttpResponse(
            not_let_in(request, f"{type(exception).__name__}: {exception}" if exception else str(error))
        )


def not_let_in(request: HttpRequest, why: str) -> HttpResponse:
    """The page for whom the provider did not let in, or could not be asked about; why stands in the audit."""
    _record_refusal(request, "", why[:500])
    text = f"{settings.OIDC['name']} did not let you in. Try again; if it lasts, tell who runs this console."
    return refused(request, text)


def refused(request: HttpRequest, reason: str) -> HttpResponse:
    """The sign-in page with why not."""
    if request.user.is_authenticated:
        return redirect("sign-in")
    return render(request, "registration/refused.html", {"reason": reason}, status=403)


def _record_refusal(request: HttpRequest, name: str, why: str) -> None:
    with transaction.atomic():
        after = {"address": address_of(request), "why": why, "how": [BY_OPENID]}
        record(Action.SIGN_IN_REFUSED, NOBODY, Subject("account", name=name[:150]), after=after)


def _free_name(words: list[str]) -> str:
    """The first of `words`, with `@oidc` behind it, that is nobody's name yet; letters, digits and `._-+` of it."""
    after = f"@{settings.OIDC['provider_id']}"
    kept = ["".join(char for char in word if char.isalnum() or char in "._-+")[:100] for word in words]
    names = [f"{word}{after}".casefold() for word in kept if word]
    free = [name for name in names if not User.objects.filter(username__iexact=name).exists()]
    return free[0] if free else f"{uuid.uuid4()}{after}"


def _groups(sociallogin: SocialLogin) -> set[Group]:
    """What the claim of groups means here; a claim that is no list of texts means nothing."""
    said: set[str] = set()
    for part in (sociallogin.account.extra_data.get("userinfo"), sociallogin.account.extra_data.get("id_token")):
        claim = (part or {}).get(settings.OIDC_GROUPS_CLAIM)
        claim = [claim] if isinstance(claim, str) else claim
        said |= {word for word in claim if isinstance(word, str)} if isinstance(claim, list) else set()
    return mapped(None, lambda outside: outside in said)
