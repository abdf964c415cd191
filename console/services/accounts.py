"""Accounts of people: adding them, giving roles, mapping operating-system users; each with its audit record."""

from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from console.domain.errors import ChangeoverError
from console.domain.secrets import Secret
from console.models import OsAccount
from console.services import audit
from console.services.access import ROLES, role_of
from console.services.audit_actions import Action


class AccountRefused(ChangeoverError):
    """An account cannot be made or changed like that."""

    remedy = "See: manage.py account list"


def add_account(name: str, role: str, actor: audit.Actor, password: Secret | None = None) -> User:
    """Add an account with one role; without a password nobody can sign in as it. Raises `AccountRefused`."""
    _known_role(role)
    if User.objects.filter(username__iexact=name).exists():
        raise AccountRefused(f"There is an account called {name} already.", remedy="Choose another name.")
    user = User(username=name)
    _checked(user, password)
    with transaction.atomic():
        if password is None:
            user.set_unusable_password()
        user.save()
        user.groups.set([Group.objects.get(name=role)])
        after = {"name": name, "role": role, "password": "set" if password else "none"}
        audit.record(Action.ACCOUNT_CREATED, actor, audit.Subject("account", user.pk, name), after=after)
    return user


def set_role(user: User, role: str, actor: audit.Actor) -> None:
    """Give the account this role alone. Raises `AccountRefused`."""
    _known_role(role)
    before = role_of(user)
    if before == role:
        return
    with transaction.atomic():
        user.groups.remove(*user.groups.filter(name__in=ROLES))
        user.groups.add(Group.objects.get(name=role))
        subject = audit.Subject("account", user.pk, user.username)
        audit.record(Action.ACCOUNT_CHANGED, actor, subject, before={"role": before}, after={"role": role})


def map_os_user(os_user: str, user: User, actor: audit.Actor) -> OsAccount:
    """Let the operating-system user act as the account; mapping it again moves it."""
    with transaction.atomic():
        audit.lock()
        old = OsAccount.objects.select_related("user").filter(os_user=os_user).first()
        if old is not None and old.user_id == user.pk:
            return old
        mapped, _ = OsAccount.objects.update_or_create(os_user=os_user, defaults={"user": user})
        before = {"account": old.user.get_username()} if old else None
        subject = audit.Subject("os-user", os_user, os_user)
        audit.record(Action.ACCOUNT_MAPPED, actor, subject, before=before, after={"account": user.username})
    return mapped


def account(name: str) -> User:
    """The account of that name. Raises `AccountRefused`."""
    user = User.objects.filter(username__iexact=name).first()
    if user is None:
        raise AccountRefused(f"There is no account called {name}.")
    return user


def _known_role(role: str) -> None:
    if role not in ROLES:
        raise AccountRefused(f"{role!r} is not a role.", remedy=f"Use one of {', '.join(ROLES)}.")


def _checked(user: User, password: Secret | None) -> None:
    try:
        User._meta.get_field("username").run_validators(user.username)
        if password is not None:
            validate_password(password.reveal(), user)
            user.set_password(password.reveal())
    except ValidationError as error:
        raise AccountRefused(" ".join(error.messages), remedy="Choose another name or password.") from None
