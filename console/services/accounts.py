"""Accounts of people and groups of them: added, switched off, given roles; each decision with its audit record."""

from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from console.domain.errors import ChangeoverError
from console.domain.rights import ROLES
from console.domain.secrets import Secret
from console.models import Grant, OsAccount
from console.services import audit, grants
from console.services.audit_actions import Action


class AccountRefused(ChangeoverError):
    """An account or a group cannot be made or changed like that."""

    remedy = "See: manage.py account list"


def add_account(name: str, role: str, actor: audit.Actor, password: Secret | None = None) -> User:
    """Add an account with one role on everything, or with none when it is empty.

    Without a password nobody can sign in as it. Raises `AccountRefused`.
    """
    if role:
        _known_role(role)
    if User.objects.filter(username__iexact=name).exists():
        raise AccountRefused(f"There is an account called {name} already.", remedy="Choose another name.")
    user = User(username=name)
    _checked(user, password)
    with transaction.atomic():
        if password is None:
            user.set_unusable_password()
        user.save()
        if role:
            Grant.objects.create(user=user, role=role)
        after = {"name": name, "role": role, "password": "set" if password else "none"}
        audit.record(Action.ACCOUNT_CREATED, actor, audit.Subject("account", user.pk, name), after=after)
    return user


def set_role(user: User, role: str, actor: audit.Actor) -> None:
    """Give the account this role alone on everything; what it has on sites and clusters stays.

    Raises `AccountRefused`, and `GrantRefused` for the last administrator.
    """
    _known_role(role)
    grants.put_roles(user, grants.EVERYTHING, {role: ()}, actor)


def set_active(user: User, active: bool, actor: audit.Actor, reason: str = "") -> None:
    """Switch the account on or off; off, nobody acts as it. Raises `GrantRefused` for the last administrator."""
    with transaction.atomic():
        audit.lock()
        row = User.objects.select_for_update().get(pk=user.pk)
        if row.is_active == active:
            return
        row.is_active = active
        with grants.keeping_an_administrator():
            row.save(update_fields=["is_active"])
        user.is_active = active
        before, after = {"active": not active}, {"active": active}
        subject = audit.Subject("account", user.pk, user.username)
        audit.record(Action.ACCOUNT_CHANGED, actor, subject, reason=reason.strip(), before=before, after=after)


def add_group(name: str, actor: audit.Actor) -> Group:
    """Add a group without anybody in it. Raises `AccountRefused`."""
    name = name.strip()
    if not name or len(name) > 150 or not name.isprintable():
        raise AccountRefused("A group needs a name of at most 150 printable characters.", remedy="Choose another name.")
    if Group.objects.filter(name__iexact=name).exists():
        raise AccountRefused(f"There is a group called {name} already.", remedy="Choose another name.")
    with transaction.atomic():
        group = Group.objects.create(name=name)
        audit.record(Action.GROUP_CREATED, actor, audit.Subject("group", group.pk, name))
    return group


def remove_group(group: Group, actor: audit.Actor) -> None:
    """Take a group away with the roles that it has. Raises `GrantRefused` when nobody would administer any more."""
    with transaction.atomic():
        audit.lock()
        before = {"members": sorted(group.user_set.values_list("username", flat=True))}
        before["roles"] = sorted(map(str, group.grants.select_related("group", "site", "cluster")))
        number = group.pk
        with grants.keeping_an_administrator():
            group.delete()
        audit.record(Action.GROUP_REMOVED, actor, audit.Subject("group", number, group.name), before=before)


def set_members(group: Group, members: QuerySet[User], actor: audit.Actor) -> None:
    """Make just those the group's members. Raises `GrantRefused` when nobody would administer any more."""
    with transaction.atomic():
        audit.lock()
        before = sorted(group.user_set.values_list("username", flat=True))
        after = sorted(members.values_list("username", flat=True))
        if before == after:
            return
        with grants.keeping_an_administrator():
            group.user_set.set(members)
        subject = audit.Subject("group", group.pk, group.name)
        audit.record(Action.GROUP_CHANGED, actor, subject, before={"members": before}, after={"members": after})


def roles_told(user: User) -> str:
    """Every role of the account with where it has it, for a line of text; empty when there are none."""
    found = Grant.objects.filter(user=user) | Grant.objects.filter(group__in=user.groups.all())
    rows = found.select_related("group", "site", "cluster").order_by("site__name", "cluster__name", "role")
    return ", ".join(_told(row) for row in rows)


def _told(row: Grant) -> str:
    where = f" on {row.where}" if row.site_id or row.cluster_id else ""
    kinds = f" for {', '.join(row.kinds)}" if row.kinds else ""
    through = f" through the group {row.group.name}" if row.group is not None else ""
    return f"{row.role}{where}{kinds}{through}"


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
