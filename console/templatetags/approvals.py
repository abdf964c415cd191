"""What every page says of approvals: how many wait for the reader, and which emergencies stand."""

from django import template
from django.contrib.auth.models import AnonymousUser

from console.models import Alarm, Approval, Cluster, Operation
from console.services import alarms, approval_lists, approval_override, reservations

register = template.Library()


@register.simple_tag(takes_context=True)
def waiting_for_me(context: template.Context) -> int:
    """How many requests wait for the reader; asked once for a page."""
    request = context["request"]
    if not hasattr(request, "approvals_waiting"):
        request.approvals_waiting = len(approval_lists.waiting_for(getattr(request, "user", AnonymousUser())))
    count: int = request.approvals_waiting
    return count


@register.simple_tag(takes_context=True)
def emergencies(context: template.Context) -> list[Operation]:
    """The operations that were started without their approval, and that run or that nobody else has looked into."""
    return approval_override.standing(getattr(context["request"], "user", None))


@register.simple_tag
def emergency_alarm(operation: Operation) -> Alarm | None:
    """The alarm of an emergency that nobody has acknowledged yet."""
    return Alarm.objects.filter(operation=operation, key=alarms.OVERRIDE, acknowledged_at__isnull=True).first()


@register.simple_tag
def approval_asked(cluster: Cluster) -> Approval | None:
    """The request that holds the cluster, if one does."""
    return reservations.asked(cluster)
