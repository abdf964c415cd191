"""What the page of a cluster says of its readiness and its maintenance, and why a button would refuse."""

from typing import Any

from django import template

from console.domain.checks import Reason
from console.models import Cluster
from console.services import move_reasons, schedules, windows
from console.services.access import Account
from console.services.clock import database_now
from console.web.readiness import state_of

register = template.Library()


@register.simple_tag
def why_not_move(cluster: Cluster, kind: str, target: str, user: Account) -> tuple[Reason, ...]:
    """Every reason why that move would be refused now."""
    return move_reasons.reasons(cluster, kind, target, user)


@register.simple_tag
def readiness_of(cluster: Cluster) -> dict[str, Any]:
    """How ready the cluster is: readiness, tone and word."""
    return state_of(cluster)


@register.simple_tag
def maintenance_of(cluster: Cluster) -> dict[str, Any]:
    """The window that is open, the one that comes next, and what is to begin by itself."""
    now = database_now()
    return {
        "open": windows.open_at(cluster, now),
        "next": windows.next_for(cluster, now),
        "scheduled": schedules.of_clusters([cluster]),
        "demanded": cluster.windows_required,
    }
