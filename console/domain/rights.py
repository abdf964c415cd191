"""What roles allow, and where: a grant gives a role on everything, on a site or on a cluster, for some kinds or all."""

from dataclasses import dataclass
from typing import Literal, get_args

Right = Literal["view", "operate", "approve", "change-inventory", "read-audit", "administer"]
RIGHTS: tuple[Right, ...] = get_args(Right)

WHAT: dict[Right, str] = {
    "view": "see clusters and operations",
    "operate": "start, stop or acknowledge operations",
    "approve": "approve operations that others asked for",
    "change-inventory": "change the inventory",
    "read-audit": "read the audit",
    "administer": "manage accounts, rights and notifications",
}
"""Each right as the rest of a sentence that begins with "may"."""

ROLES: dict[str, tuple[Right, ...]] = {
    "viewer": ("view",),
    "operator": ("view", "operate"),
    "approver": ("view", "approve"),
    "auditor": ("view", "read-audit"),
    "administrator": RIGHTS,
}
OF_KINDS: tuple[Right, ...] = ("operate", "approve")
"""The rights that a grant may limit to kinds of operations; the others it gives whole."""
LIMITABLE = ("operator", "approver")
"""The roles that may be limited to kinds: limiting others would limit nothing, or nothing for long."""
ANY_KIND = "any"
"""Asked for where it is not told yet which kind it will be: one kind is enough."""


@dataclass(frozen=True)
class Place:
    """Where something is done: in a cluster of a site, in a site, or, with neither, in the console as a whole."""

    site: int | None = None
    cluster: int | None = None


EVERYTHING = Place()


@dataclass(frozen=True)
class Held:
    """A grant as its holder has it."""

    role: str
    place: Place
    kinds: tuple[str, ...] = ()
    """The kinds of operations that it is limited to; empty: all, and what is no operation at all."""

    def covers(self, place: Place) -> bool:
        """Whether `place` lies within where it is given."""
        if self.place.cluster is not None:
            return self.place.cluster == place.cluster
        return self.place.site is None or self.place.site == place.site

    def of_kind(self, right: Right, kind: str) -> bool:
        """Whether its limit lets `right` through for `kind`; an act that is no operation has the kind ""."""
        return not self.kinds or right not in OF_KINDS or kind == ANY_KIND or kind in self.kinds

    def gives(self, right: Right, place: Place = EVERYTHING, kind: str = "") -> bool:
        """Whether it gives `right` there for that kind."""
        return right in ROLES.get(self.role, ()) and self.covers(place) and self.of_kind(right, kind)


def least_role(right: Right) -> str:
    """The role to ask for by who needs `right`: the first that has it."""
    return next(role for role, rights in ROLES.items() if right in rights)
