"""Giving and taking roles: each change with its audit record, and never so that nobody administers the console."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import QuerySet

from console.domain.errors import ChangeoverError
from console.domain.rights import LIMITABLE, ROLES
from console.models import Cluster, Grant, Site
from console.models.operations import KINDS
from console.services import access, audit
from console.services.audit_actions import Action

Holder = User | Group
Roles = Mapping[str, Collection[str]]
"""Roles with the kinds that each is limited to; none of them: all kinds."""


class GrantRefused(ChangeoverError):
    """Roles cannot be given or taken like that."""

    remedy = "See: manage.py account list"


@dataclass(frozen=True)
class Scope:
    """What roles are given on: a cluster, all of a site, or everything."""

    site: Site | None = None
    cluster: Cluster | None = None

    def __str__(self) -> str:
        if self.cluster is not None:
            return self.cluster.name
        return f"all clusters of the site {self.site.name}" if self.site is not None else "everything"

    def why_not(self, user: access.Account) -> str | None:
        """Why `user` may not give and take roles on it, or None if they may."""
        if self.cluster is not None:
            return access.why_not(user, "administer", self.cluster)
        return access.why_not_in_site(user, "administer", self.site)


EVERYTHING = Scope()


def set_roles(holder: Holder, scope: Scope, roles: Roles, actor: audit.Actor, reason: str = "") -> None:
    """Make `roles` all that `holder` has on `scope` itself; what they have on something wider or narrower stays.

    Raises `NotAllowed`, and `GrantRefused` for what is no role or kind, and when nobody would administer any more.
    """
    if (why := scope.why_not(actor.user)) is not None:
        raise access.NotAllowed(why, remedy="")
    put_roles(holder, scope, roles, actor, reason)


def put_roles(holder: Holder, scope: Scope, roles: Roles, actor: audit.Actor, reason: str = "") -> None:
    """The same for who need not be asked: the console's host, before anybody administers it."""
    _checked(roles)
    with transaction.atomic():
        audit.lock()
        before = roles_of(holder, scope)
        after = {role: sorted(set(roles[role]), key=KINDS.index) for role in ROLES if role in roles}
        if before == after:
            return
        with keeping_an_administrator():
            given(holder, scope).delete()
            for role, kinds in after.items():
                Grant.objects.create(**_columns(holder, scope), role=role, kinds=kinds)
        told = {"on": str(scope), "roles": before}, {"on": str(scope), "roles": after}
        audit.record(
            Action.RIGHTS_CHANGED,
            actor,
            audit.Subject("group" if isinstance(holder, Group) else "account", holder.pk, str(holder)),
            cluster=scope.cluster,
            reason=reason.strip(),
            before=told[0],
            after=told[1],
        )
    if isinstance(holder, User):
        access.forget(holder)


def given(holder: Holder, scope: Scope) -> QuerySet[Grant]:
    """The rows of what `holder` has on just that."""
    columns = _columns(holder, scope)
    return Grant.objects.filter(**columns)


def roles_of(holder: Holder, scope: Scope) -> dict[str, list[str]]:
    """What `holder` has on just that: roles in their order, each with its kinds."""
    rows = {row.role: list(row.kinds) for row in given(holder, scope)}
    return {role: rows[role] for role in ROLES if role in rows}


@contextmanager
def keeping_an_administrator() -> Iterator[None]:
    """A change, within a transaction under the audit's lock, after which somebody still has to administer everything.

    Raises `GrantRefused` when somebody did before, and nobody would after.
    """
    administered = access.people_who_may("administer").exists()
    yield
    if administered and not access.people_who_may("administer").exists():
        text = "Nobody would administer the console any more. Nothing was changed."
        raise GrantRefused(text, remedy="Give somebody else the role administrator on everything first.")


def _checked(roles: Roles) -> None:
    for role, kinds in roles.items():
        if role not in ROLES:
            raise GrantRefused(f"{role!r} is not a role.", remedy=f"Use one of {', '.join(ROLES)}.")
        if kinds and role not in LIMITABLE:
            remedy = f"Give it for all kinds, or choose {' or '.join(LIMITABLE)}."
            raise GrantRefused(f"The role {role} cannot be limited to kinds of operations.", remedy=remedy)
        for kind in kinds:
            if kind not in KINDS:
                text = f"There is no kind of operation {kind!r}."
                raise GrantRefused(text, remedy=f"Use some of {', '.join(KINDS)}.")


def _columns(holder: Holder, scope: Scope) -> dict[str, Any]:
    user, group = (None, holder) if isinstance(holder, Group) else (holder, None)
    return {"user": user, "group": group, "site": scope.site, "cluster": scope.cluster}
