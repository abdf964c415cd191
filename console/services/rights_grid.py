"""The grid of rights: people and groups against what roles are given on, as far as somebody may give them there."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import Group, User

from console.models import Cluster, Grant, Site
from console.services import access
from console.services.grants import EVERYTHING, Holder, Scope


@dataclass(frozen=True)
class Cell:
    """What a holder has on just that scope."""

    scope: Scope
    grants: tuple[Grant, ...]


@dataclass(frozen=True)
class Row:
    """A holder with a cell for each column."""

    holder: Holder
    cells: tuple[Cell, ...]
    groups: tuple[str, ...] = ()
    """The groups through which a person has more than the row shows."""

    @property
    def kind(self) -> str:
        """`group` or `account`."""
        return "group" if isinstance(self.holder, Group) else "account"


def columns(user: access.Account, site: Site | None = None) -> tuple[Scope, ...]:
    """What `user` may give roles on: everything, whole sites, and clusters, of one site when it is named."""
    clusters = access.clusters_with(user, "administer").select_related("site").order_by("site__name", "name")
    sites = Site.objects.order_by("name")
    if site is not None:
        clusters, sites = clusters.filter(site=site), sites.filter(pk=site.pk)
    whole = [Scope(site=one) for one in sites if access.why_not_in_site(user, "administer", one) is None]
    top = (EVERYTHING,) if access.sees_all(user, "administer") else ()
    return (*top, *whole, *(Scope(cluster=one) for one in clusters))


def rows(people: Iterable[User], scopes: Iterable[Scope]) -> tuple[Row, ...]:
    """Every group, then `people` (with their groups fetched), against `scopes`; two queries however many there are."""
    shown, wide = list(people), tuple(scopes)
    by_place: dict[tuple[int | None, ...], list[Grant]] = {}
    for grant in Grant.objects.all():
        place = (grant.user_id, grant.group_id, grant.site_id, grant.cluster_id)
        by_place.setdefault(place, []).append(grant)

    def cells(user: int | None, group: int | None) -> tuple[Cell, ...]:
        places = ((scope, (user, group, _pk(scope.site), _pk(scope.cluster))) for scope in wide)
        return tuple(Cell(scope, tuple(by_place.get(place, ()))) for scope, place in places)

    groups = [Row(group, cells(None, group.pk)) for group in Group.objects.order_by("name")]
    return (*groups, *(Row(one, cells(one.pk, None), tuple(g.name for g in one.groups.all())) for one in shown))


def _pk(row: Site | Cluster | None) -> int | None:
    return row.pk if row is not None else None
