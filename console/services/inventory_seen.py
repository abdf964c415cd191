"""What a person may see of the inventory: clusters, and of the rest what those use; all of it who sees everything."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from console.domain.inventory import ClusterSpec, CredentialSpec, DirectorySpec, Inventory, SiteSpec
from console.domain.rights import Right
from console.models import Cluster, Credential, Directory, Site
from console.services import access


@dataclass(frozen=True)
class Seen:
    """The rows of each kind that somebody may see."""

    clusters: QuerySet[Cluster]
    directories: QuerySet[Directory]
    credentials: QuerySet[Credential]
    sites: QuerySet[Site]


def seen_by(user: access.Account, right: Right = "view") -> Seen:
    """What `user` may see, or holds another right on."""
    clusters = access.clusters_with(user, right)
    if access.sees_all(user, right):
        return Seen(clusters, Directory.objects.all(), Credential.objects.all(), Site.objects.all())
    return used_by(clusters)


def used_by(clusters: QuerySet[Cluster]) -> Seen:
    """These clusters, and of the rest what they use."""
    directories = Directory.objects.filter(clusters__in=clusters).distinct()
    used = Q(nodes__cluster__in=clusters) | Q(directories__in=directories)
    sites = Site.objects.filter(clusters__in=clusters).distinct()
    return Seen(clusters, directories, Credential.objects.filter(used).distinct(), sites)


def narrowed(inventory: Inventory, seen: Seen) -> Inventory:
    """`inventory` without what is not among `seen`."""
    return Inventory(
        sites=_named(inventory.sites, seen.sites),
        credentials=_named(inventory.credentials, seen.credentials),
        directories=_named(inventory.directories, seen.directories),
        clusters=_named(inventory.clusters, seen.clusters),
    )


S = TypeVar("S", SiteSpec, CredentialSpec, DirectorySpec, ClusterSpec)


def _named(specs: Sequence[S], rows: QuerySet[Any]) -> tuple[S, ...]:
    names = set(rows.values_list("name", flat=True))
    return tuple(spec for spec in specs if spec.name in names)
