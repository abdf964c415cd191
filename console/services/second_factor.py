"""Second factors: who has to have one, who has one, and taking them away from who lost theirs."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from console.services import audit
from console.services.access import roles_anywhere
from console.services.audit_actions import Action

PROVED = "second_factor"
"""Key of a session in which it is known that nothing is missing."""
USED = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""What counts as a second factor; recovery codes only stand in for one."""


def is_missing(user: User, session: Any) -> bool:
    """Whether a role of `user` asks for a second factor that is not set up yet. A mapping `session` remembers a no."""
    if not settings.SECOND_FACTOR_ROLES or session.get(PROVED):
        return False
    if is_required(user) and not has_one(user):
        return True
    session[PROVED] = True
    return False


def is_required(user: User) -> bool:
    """Whether a role that `user` has anywhere asks for a second factor."""
    return bool(settings.SECOND_FACTOR_ROLES & roles_anywhere(user))


def has_one(user: User) -> bool:
    """Whether `user` has an authenticator app or a security key."""
    return Authenticator.objects.filter(user=user, type__in=USED).exists()


def names_of(user: User) -> list[str]:
    """What `user` has set up, in words."""
    found = Authenticator.objects.filter(user=user).order_by("pk")
    return [describe(one) for one in found]


def describe(factor: Authenticator) -> str:
    """One factor in words."""
    if factor.type == Authenticator.Type.WEBAUTHN:
        return f"security key {factor.wrap().name}"
    return "authenticator app" if factor.type == Authenticator.Type.TOTP else "recovery codes"


def take_away(user: User, actor: audit.Actor, reason: str = "") -> list[str]:
    """Remove every factor of `user`, who lost them; the names of those that were there."""
    with transaction.atomic():
        names = names_of(user)
        if names:
            Authenticator.objects.filter(user=user).delete()
            subject = audit.Subject("account", user.pk, user.username)
            audit.record(Action.FACTORS_RESET, actor, subject, reason=reason, before={"factors": names})
    return names
