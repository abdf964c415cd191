"""Who may do what, and where: the one place that pages, the API and commands ask."""

import os
import pwd
from collections.abc import Collection, Iterable

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db.models import Q, QuerySet

from console.domain.errors import ChangeoverError
from console.domain.rights import ANY_KIND, EVERYTHING, OF_KINDS, ROLES, WHAT, Held, Place, Right, least_role
from console.models import Cluster, Grant, OsAccount, Site

__all__ = ["ANY_KIND", "ROLES", "WHAT", "Account", "NotAllowed", "Right", "require", "visible_clusters", "why_not"]

Account = User | AnonymousUser | AbstractBaseUser | None
NAMED = 3
"""How many administrators a refusal names."""
CACHE = "_held_rights"
"""Where an account keeps what it holds: a request reads it once, since each request loads its account anew."""


class NotAllowed(ChangeoverError):
    """The person who asks may not do that."""

    remedy = "Ask an administrator of this console for a role that may do it."


def why_not(user: Account, right: Right, cluster: Cluster | None = None, kind: str = "") -> str | None:
    """Why `user` may not do what `right` stands for, or None if they may.

    It is about `cluster`, or, without one, about the console as a whole, which takes a grant on everything. `kind` is
    the kind of operation it is about, empty for what is no operation, or `ANY_KIND`. The reason is for that person,
    ends with what to do, and names the cluster only to who may see it.
    """
    place = place_of(cluster)
    reason = _why_nobody(user)
    if reason is not None or _gives(user, right, place, kind):
        return reason
    where = "" if cluster is None else f" on {cluster.name}" if _gives(user, "view", place) else " there"
    return _refusal(user, right, place, where, kind)


def why_nowhere(user: Account, right: Right) -> str | None:
    """Why `user` holds the right on nothing at all, or None if they hold it on something."""
    if may_somewhere(user, right):
        return None
    return _why_nobody(user) or _refusal(user, right, EVERYTHING, "", "")


def why_not_in_site(user: Account, right: Right, site: Site | None) -> str | None:
    """Why `user` may not do that in all of a site; without one, in all of the console."""
    place = Place(site=site.pk if site else None)
    reason = _why_nobody(user)
    if reason is not None or _gives(user, right, place, ""):
        return reason
    return _refusal(user, right, place, f" in all of the site {site.name}" if site else "", "")


def require(user: Account, right: Right, cluster: Cluster | None = None, kind: str = "") -> User:
    """`user`, known to hold the right. Raises `NotAllowed` with the reason."""
    return _let_through(user, why_not(user, right, cluster, kind))


def require_somewhere(user: Account, right: Right) -> User:
    """`user`, known to hold the right on something. Raises `NotAllowed` with the reason."""
    return _let_through(user, why_nowhere(user, right))


def visible_clusters(user: Account) -> QuerySet[Cluster]:
    """The clusters that `user` may see; any other is to them as if it were not there."""
    return clusters_with(user, "view")


def clusters_with(user: Account, right: Right, kind: str = ANY_KIND) -> QuerySet[Cluster]:
    """The clusters on which `user` holds the right, for that kind."""
    if _why_nobody(user) is not None:
        return Cluster.objects.none()
    places = [held.place for held in held_by(user) if held.gives(right, held.place, kind)]
    if EVERYTHING in places:
        return Cluster.objects.all()
    return Cluster.objects.filter(Q(pk__in=[p.cluster for p in places]) | Q(site__in=[p.site for p in places]))


def of_any(clusters: QuerySet[Cluster]) -> Q:
    """What belongs to one of `clusters`; where they are all there are, nothing has to be left out."""
    return Q(cluster__in=clusters) if clusters.query.where else Q()


def audit_readable(user: Account) -> Q:
    """Which audit records `user` may read: those of clusters whose audit they may read, or all of them."""
    return Q() if sees_all(user, "read-audit") else Q(cluster_id__in=clusters_with(user, "read-audit").values("pk"))


def sees_all(user: Account, right: Right = "view") -> bool:
    """Whether `user` holds the right on everything, so that nothing has to be left out."""
    return _why_nobody(user) is None and _gives(user, right, EVERYTHING)


def may_somewhere(user: Account, right: Right) -> bool:
    """Whether `user` holds the right on something. For every page: it looks for nobody whom they could ask."""
    return _why_nobody(user) is None and any(held.gives(right, held.place, ANY_KIND) for held in held_by(user))


def roles_on(user: Account, cluster: Cluster | None = None, kind: str = ANY_KIND) -> frozenset[str]:
    """The roles that `user` has there, for that kind; without a cluster, on everything."""
    place = place_of(cluster)
    here = [held for held in held_by(user) if held.covers(place)]
    return frozenset(h.role for h in here if not h.kinds or kind in (ANY_KIND, *h.kinds))


def roles_anywhere(user: Account) -> frozenset[str]:
    """The roles that `user` has on anything at all."""
    return frozenset(held.role for held in held_by(user))


def people_who_may(right: Right, cluster: Cluster | None = None, kind: str = "") -> QuerySet[User]:
    """The accounts that are on and hold the right there, by name."""
    return _people(right, place_of(cluster), kind)


def people_in(roles: Collection[str], cluster: Cluster, kind: str) -> QuerySet[User]:
    """The accounts that are on and have one of the roles there, for that kind, by name."""
    found = ((grant, as_held(grant)) for grant in Grant.objects.filter(role__in=roles))
    place = place_of(cluster)
    return _holders(grant for grant, held in found if held.covers(place) and (not held.kinds or kind in held.kinds))


def held_by(user: Account) -> tuple[Held, ...]:
    """What `user` holds, of their own and through groups; read once for one object of an account."""
    if not isinstance(user, User) or user.pk is None:
        return ()
    found: tuple[Held, ...] | None = getattr(user, CACHE, None)
    if found is None:
        grants = Grant.objects.filter(Q(user=user) | Q(group__in=user.groups.all()))
        found = tuple(as_held(grant) for grant in grants)
        setattr(user, CACHE, found)
    return found


def forget(user: User) -> None:
    """Have what `user` holds read anew, because it was changed."""
    if hasattr(user, CACHE):
        delattr(user, CACHE)


def as_held(grant: Grant) -> Held:
    """The grant as the rules take it."""
    return Held(grant.role, Place(grant.site_id, grant.cluster_id), tuple(grant.kinds))


def place_of(cluster: Cluster | None) -> Place:
    """Where a cluster lies; without one, everything."""
    return Place(cluster.site_id, cluster.pk) if cluster is not None else EVERYTHING


def ask_whom(right: Right, place: Place = EVERYTHING) -> str:
    """The sentence that says who can give the right there, and which role to ask for."""
    names = list(_people("administer", place, "").values_list("username", flat=True)[: NAMED + 1])
    if not names:
        return "Nobody administers this console: on its host run: manage.py account role NAME administrator"
    more = " or another one" if len(names) > NAMED else ""
    return f"Ask an administrator ({', '.join(names[:NAMED])}{more}) for the role {least_role(right)}."


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


def _let_through(user: Account, reason: str | None) -> User:
    if reason is not None or not isinstance(user, User):
        raise NotAllowed(reason or "You are not signed in.", remedy="")
    return user


def _why_nobody(user: Account) -> str | None:
    """Why there is nobody who could hold a right."""
    if not isinstance(user, User) or not user.is_authenticated:
        return "You are not signed in. Sign in first."
    if not user.is_active:
        return f"The account {user.username} is switched off. Ask an administrator to switch it on."
    return None


def _gives(user: Account, right: Right, place: Place, kind: str = "") -> bool:
    return any(held.gives(right, place, kind) for held in held_by(user))


def _refusal(user: Account, right: Right, place: Place, where: str, kind: str) -> str:
    assert isinstance(user, User)
    of = f", of the kind {kind}" if right in OF_KINDS and kind not in ("", ANY_KIND) else ""
    return f"The account {user.username} may not {WHAT[right]}{where}{of}. {ask_whom(right, place)}"


def _people(right: Right, place: Place, kind: str) -> QuerySet[User]:
    """By the database's own reading of the place; the kinds, which are few, are looked at here."""
    roles = [role for role, rights in ROLES.items() if right in rights]
    grants = Grant.objects.filter(role__in=roles)
    return _holders(grant for grant in grants if as_held(grant).gives(right, place, kind))


def _holders(grants: Iterable[Grant]) -> QuerySet[User]:
    """The accounts that are on and have one of the grants, of their own or through a group, by name."""
    giving = list(grants)
    users, groups = {grant.user_id for grant in giving}, {grant.group_id for grant in giving}
    may = Q(pk__in=users - {None}) | Q(groups__in=groups - {None})
    return User.objects.filter(may, is_active=True).order_by("username").distinct()
