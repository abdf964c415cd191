"""What the overview suggests to who has clusters and has done nothing with them yet: a cluster to begin with."""

from collections.abc import Sequence

from django import template

from console.models import Operation
from console.services.access import Account, clusters_with
from console.services.approval_rules import rule_for
from console.web.overview_row import Row

register = template.Library()


@register.simple_tag(takes_context=True)
def first_to_open(context: template.Context, rows: Sequence[Row]) -> Row | None:
    """The cluster whose failover is the first to look at: of those that this person can move without anybody else, the
    one that was there first. None where anything has been done already, where something needs a person, or without one.
    """
    if any(row.news for row in rows) or Operation.objects.exists():
        return None
    ready = [row for row in rows if row.state == "fine" and any(move.suggested for move in row.card.moves)]
    mine = _movable(context["request"].user) if ready else frozenset()
    ready.sort(key=lambda row: row.pk)
    return next((row for row in ready if row.pk in mine and rule_for(row.card.cluster, "failover") is None), None)


def _movable(user: Account) -> frozenset[int]:
    return frozenset(clusters_with(user, "operate", "failover").values_list("pk", flat=True))
