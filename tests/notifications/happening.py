"""Things that happen and notify."""

from datetime import timedelta

from django.db.models import Q

from console.domain.outcome import Ending, Status
from console.models import Channel, Cluster, Delivery, Operation
from console.services import endings
from tests.services import making


def begun(cluster: Cluster) -> Operation:
    """A failover that somebody confirmed."""
    return making.operation(cluster)


def ended(operation: Operation, status: Status = Status.SUCCEEDED) -> None:
    """It ends like that, with words that are nobody's outside."""
    ending = Ending(status, "CN=Ann,OU=Secret,DC=corp could not be changed.", remedy="Look.", changed=True)
    endings.end(operation.pk, ending, only_if=Q())


def later(by: timedelta) -> None:
    """Let that time pass for everything that waits."""
    for row in Delivery.objects.all():
        values = {"next_at": row.next_at - by, "since": row.since - by}
        Delivery.objects.filter(pk=row.pk).update(**values)
    for channel in Channel.objects.exclude(next_at=None):
        assert channel.next_at is not None
        Channel.objects.filter(pk=channel.pk).update(next_at=channel.next_at - by)
