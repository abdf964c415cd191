"""Why somebody may do something, or may not: every grant that they have, with what it says to that."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Q

from console.domain.rights import ANY_KIND, EVERYTHING, OF_KINDS, ROLES, WHAT, Held, Place, Right
from console.models import Cluster, Grant
from console.services import access


@dataclass(frozen=True)
class Ground:
    """One grant, and what it says."""

    what: str
    """The grant in words."""
    decides: bool
    """Whether it gives the right."""
    why: str
    """What it says, in a sentence."""


@dataclass(frozen=True)
class Explained:
    """The answer in a sentence, and what it rests on."""

    allowed: bool
    sentence: str
    grounds: tuple[Ground, ...]
    """Those that decide come first."""


def explain(user: User, right: Right, cluster: Cluster | None, kind: str, asker: access.Account) -> Explained:
    """Why `user` may or may not do that on `cluster` (none: in the console as a whole).

    What `user` holds where `asker` may see nothing is left out: it says nothing about what `asker` may see.
    """
    place = access.place_of(cluster)
    held = Grant.objects.filter(Q(user=user) | Q(group__in=user.groups.all()))
    rows = held.select_related("site", "cluster", "group")
    grounds = [_ground(row, right, place, kind) for row in rows if _may_see(asker, row, place)]
    grounds.sort(key=lambda ground: not ground.decides)
    reason = access.why_not(user, right, cluster, kind)
    if reason is not None:
        return Explained(False, reason, tuple(grounds))
    where = f" on {cluster.name}" if cluster else " in the console as a whole"
    of = f", of the kind {kind}" if right in OF_KINDS and kind not in ("", ANY_KIND) else ""
    deciding = " and ".join(ground.what for ground in grounds if ground.decides)
    return Explained(True, f"The account {user.username} may {WHAT[right]}{where}{of}: {deciding}.", tuple(grounds))


def described(row: Grant) -> str:
    """A grant in words: the role, where, for which kinds, through which group."""
    kinds = f" for {', '.join(row.kinds)}" if row.kinds else ""
    through = f", through the group {row.group.name}" if row.group is not None else ""
    return f"{row.role} on {row.where}{kinds}{through}"


def _ground(row: Grant, right: Right, place: Place, kind: str) -> Ground:
    held = access.as_held(row)
    return Ground(described(row), held.gives(right, place, kind), _why(held, right, place, kind))


def _why(held: Held, right: Right, place: Place, kind: str) -> str:
    if right not in ROLES[held.role]:
        return f"The role {held.role} lets nobody {WHAT[right]}."
    if not held.covers(place):
        return "It is given elsewhere." if place != EVERYTHING else "This takes a role on everything."
    if not held.of_kind(right, kind):
        asked = f"{kind} is not among them" if kind else "this is no operation of any kind"
        return f"It is limited to {', '.join(held.kinds)}, and {asked}."
    return "It decides."


def _may_see(asker: access.Account, row: Grant, place: Place) -> bool:
    if access.as_held(row).covers(place) or access.sees_all(asker):
        return True
    seen = access.visible_clusters(asker)
    return seen.filter(Q(pk=row.cluster_id) | Q(site=row.site_id)).exists()
