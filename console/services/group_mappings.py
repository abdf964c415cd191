"""What groups outside mean here: rows that name a group of a directory, or of the OpenID provider, and one of ours."""

from collections.abc import Callable

from django.contrib.auth.models import Group, User
from django.db import transaction

from console.models import AuditRecord, GroupMapping, SignInDirectory
from console.services import audit
from console.services.audit_actions import Action


def mapped(domain: SignInDirectory | None, holds: Callable[[str], bool]) -> set[Group]:
    """The groups here that stand for those outside which `holds` says yes to."""
    rows = GroupMapping.objects.select_related("group").filter(domain=domain)
    return {row.group for row in rows if holds(row.outside)}


def take_over(user: User, domain: SignInDirectory | None, groups: set[Group]) -> None:
    """Give `user` exactly `groups` of those that the mappings of `domain` speak of; others stay as they are."""
    spoken_of = {row.group for row in GroupMapping.objects.select_related("group").filter(domain=domain)}
    before = set(user.groups.all())
    after = (before - spoken_of) | groups
    if after == before:
        return
    with transaction.atomic():
        user.groups.set(after)
        audit.record(
            Action.ACCOUNT_GROUPS,
            audit.Actor(None, str(domain or "OpenID"), AuditRecord.Origin.PAGE),
            audit.Subject("account", user.pk, user.username),
            before={"groups": sorted(group.name for group in before)},
            after={"groups": sorted(group.name for group in after)},
        )
