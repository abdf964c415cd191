"""Who may do what: the one place that pages, the API and commands ask."""

import os
import pwd
from typing import Literal

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, Permission, User
from django.contrib.contenttypes.models import ContentType

from console.domain.errors import ChangeoverError
from console.models import Cluster, OsAccount

Right = Literal["view", "operate", "change-inventory", "read-audit", "administer"]
Account = User | AnonymousUser | AbstractBaseUser | None

WHAT: dict[Right, str] = {
    "view": "see clusters and operations",
    "operate": "start, stop or acknowledge operations",
    "change-inventory": "change the inventory",
    "read-audit": "read the audit",
    "administer": "manage accounts and roles",
}
ROLES: dict[str, tuple[Right, ...]] = {
    "viewer": ("view",),
    "operator": ("view", "operate"),
    "auditor": ("view", "read-audit"),
    "administrator": ("view", "operate", "change-inventory", "read-audit", "administer"),
}


class NotAllowed(ChangeoverError):
    """The person who asks may not do that."""

    remedy = "Ask an administrator of this console for a role that may do it."


def why_not(user: Account, right: Right, cluster: Cluster | None = None) -> str | None:
    """Why `user` may not do what `right` stands for (on `cluster`, when it is about one), or None if they may.

    The reason is one or two sentences for that person and ends with what to do.
    """
    if not isinstance(user, User) or not user.is_authenticated:
        return "You are not signed in. Sign in first."
    if not user.is_active:
        return f"The account {user.username} is switched off. Ask an administrator to switch it on."
    if user.has_perm(_permission(right)):
        return None
    where = f" on {cluster.name}" if cluster else ""
    roles = " or ".join(role for role, rights in ROLES.items() if right in rights)
    return f"The account {user.username} may not {WHAT[right]}{where}. Ask an administrator for the role {roles}."


def require(user: Account, right: Right, cluster: Cluster | None = None) -> User:
    """`user`, known to hold the right. Raises `NotAllowed` with the reason."""
    reason = why_not(user, right, cluster)
    if reason is not None or not isinstance(user, User):
        raise NotAllowed(reason or "You are not signed in.", remedy="")
    return user


def actor_from_os() -> User:
    """The account that the operating-system user of this process acts as.

    Raises `NotAllowed` when that user is mapped to no account: no mapping, no right.
    """
    name = os_user()
    mapped = OsAccount.objects.select_related("user").filter(os_user=name).first()
    if mapped is None:
        raise NotAllowed(
            f"The operating-system user {name} is not mapped to a console account, so it has no right here.",
            remedy=f"Ask an administrator to run: manage.py account map {name} ACCOUNT. On a new console run: "
            f"manage.py account add NAME --role administrator --os-user {name}",
        )
    return mapped.user


def os_user() -> str:
    """The name of the operating-system user who runs this process, by its real user id, not by a variable."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid-{os.getuid()}"


def ensure_roles(using: str = "default") -> None:
    """Make the roles and give each exactly its rights; running it again changes nothing."""
    content_type = ContentType.objects.db_manager(using).get_for_model(OsAccount)
    known = {p.codename: p for p in Permission.objects.using(using).filter(content_type=content_type)}
    for role, rights in ROLES.items():
        group, _ = Group.objects.using(using).get_or_create(name=role)
        group.permissions.set([known[right.replace("-", "_")] for right in rights])


def role_of(user: User) -> str:
    """The names of the user's roles, separated by commas; empty when there are none."""
    return ", ".join(user.groups.filter(name__in=ROLES).order_by("name").values_list("name", flat=True))


def _permission(right: Right) -> str:
    return f"console.{right.replace('-', '_')}"
