"""Passwords that an administrator gives: good for a while, and only to choose another one with."""

from datetime import datetime, timedelta

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from console.domain.secrets import Secret
from console.models import TemporaryPassword
from console.services import access, audit, sessions
from console.services.accounts import AccountRefused
from console.services.audit_actions import Action
from console.services.clock import database_now

GOOD_FOR = timedelta(hours=72)
"""How long it can be signed in with."""


def why_none(user: User) -> str | None:
    """Why the account can be given no password here, or None if it can: its own place keeps its password."""
    account = getattr(user, "directory_account", None)
    if account is not None:
        return f"{user.username} signs in with the password of {account.domain}. Have it set there."
    if SocialAccount.objects.filter(user=user).exists():
        return f"{user.username} signs in by the OpenID provider. Have the password set there."
    return None


def give(user: User, password: Secret, actor: audit.Actor, reason: str) -> datetime:
    """Give somebody else a password, which they change at their next sign-in; until when it is good.

    Their sessions end. Raises `NotAllowed`, and `AccountRefused` for one's own account, one whose password is kept
    elsewhere, a password that is too weak, and without a reason.
    """
    access.require(actor.user, "administer")
    if actor.user == user:
        raise AccountRefused("This is your own account.", remedy="Change your password on your account's page.")
    if (elsewhere := why_none(user)) is not None:
        raise AccountRefused(elsewhere, remedy="Nothing was changed.")
    if not reason.strip():
        raise AccountRefused("No reason was given.", remedy="Say in a few words why; it stands in the audit.")
    try:
        validate_password(password.reveal(), user)
    except ValidationError as error:
        raise AccountRefused(" ".join(error.messages), remedy="Choose another password.") from None
    with transaction.atomic():
        now = database_now()
        user.set_password(password.reveal())
        user.save(update_fields=["password"])
        values = {"given_by": actor.name, "given_at": now, "good_until": now + GOOD_FOR}
        TemporaryPassword.objects.update_or_create(user=user, defaults=values)
        ended = sessions.end_all(user, actor)
        subject = audit.Subject("account", user.pk, user.username)
        after = {"good until": now + GOOD_FOR, "sessions ended": ended}
        audit.record(Action.PASSWORD_GIVEN, actor, subject, reason=reason.strip(), after=after)
    return now + GOOD_FOR


def must_change(user: User) -> bool:
    """Whether the password was given by somebody else, so that the person has to choose another one first."""
    return TemporaryPassword.objects.filter(user=user).exists()


def is_over(user: User) -> bool:
    """Whether the password was given too long ago to sign in with."""
    return TemporaryPassword.objects.filter(user=user, good_until__lte=database_now()).exists()


def chosen(user: User) -> None:
    """The person has chosen a password. Call it in the transaction that keeps it."""
    TemporaryPassword.objects.filter(user=user).delete()
