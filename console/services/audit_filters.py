"""Filters of the audit that are kept under a name: whose they are, who else gets them, each change of them recorded."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet

from console.domain.errors import ChangeoverError
from console.domain.printable import one_line
from console.models import SavedFilter
from console.services import audit
from console.services.access import NotAllowed, require, require_somewhere, why_not
from console.services.audit_actions import Action

LONGEST_NAME = 60
MOST = 50
"""Filters that one person keeps."""


class FilterRefused(ChangeoverError):
    """A filter that cannot be kept like that."""

    remedy = "Give it another name, or remove one that is not needed."


def shown_to(user: User) -> QuerySet[SavedFilter]:
    """The person's own filters and the shared ones, by name."""
    return SavedFilter.objects.filter(Q(owner=user) | Q(shared=True)).select_related("owner")


def may_change(row: SavedFilter, user: User) -> bool:
    """Whose it is, and who administers everything where it is shared."""
    return row.owner_id == user.pk or (row.shared and may_share(user))


def may_share(user: User) -> bool:
    """Who administers everything."""
    return why_not(user, "administer") is None


def save(actor: audit.Actor, name: str, fields: Mapping[str, str], *, shared: bool = False) -> SavedFilter:
    """Keep `fields`, what was filled in on the audit's page, under `name` as the actor's.

    Raises `FilterRefused`, and `NotAllowed` when it is to be shared by somebody who does not administer.
    """
    owner = require_somewhere(actor.user, "read-audit")
    if shared:
        require(owner, "administer")
    if not fields:
        raise FilterRefused("The filter is empty.", remedy="Fill in something, press Show, and save what you see.")
    with transaction.atomic():
        audit.lock()
        if SavedFilter.objects.filter(owner=owner).count() >= MOST:
            raise FilterRefused(f"You keep {MOST} filters already.", remedy="Remove one that is not needed.")
        name = _free(name, owner)
        row = SavedFilter.objects.create(owner=owner, name=name, fields=dict(fields), shared=shared)
        _record(Action.FILTER_SAVED, actor, row, after=_told(row))
    return row


def change(row: SavedFilter, actor: audit.Actor, name: str, *, shared: bool) -> SavedFilter:
    """Rename it, or share it or no longer. Raises `FilterRefused`, `NotAllowed`."""
    _require_change(row, actor)
    if shared != row.shared:
        require(actor.user, "administer")
    with transaction.atomic():
        audit.lock()
        before = _told(row)
        row.name, row.shared = _free(name, row.owner, row), shared
        if _told(row) != before:
            row.save(update_fields=["name", "shared"])
            _record(Action.FILTER_CHANGED, actor, row, before=before, after=_told(row))
    return row


def remove(row: SavedFilter, actor: audit.Actor) -> None:
    """Take it away; the records that it finds stay. Raises `NotAllowed`."""
    _require_change(row, actor)
    with transaction.atomic():
        _record(Action.FILTER_REMOVED, actor, row, before=_told(row))
        row.delete()


def _require_change(row: SavedFilter, actor: audit.Actor) -> None:
    if not may_change(row, require_somewhere(actor.user, "read-audit")):
        raise NotAllowed(f"The filter {row.name} is not yours.", remedy="Save one of your own.")


def _free(name: str, owner: User, row: SavedFilter | None = None) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME or one_line(name) != name:
        raise FilterRefused(f"A filter's name has 1 to {LONGEST_NAME} characters, all of them printable.")
    others = SavedFilter.objects.filter(owner=owner, name__iexact=name)
    if (others.exclude(pk=row.pk) if row else others).exists():
        raise FilterRefused(f"There is another filter called {name}.")
    return name


def _told(row: SavedFilter) -> dict[str, Any]:
    return {"name": row.name, "shared": row.shared, "fields": row.fields}


def _record(action: Action, actor: audit.Actor, row: SavedFilter, **told: Any) -> None:
    audit.record(action, actor, audit.Subject("audit-filter", row.pk, row.name), **told)
