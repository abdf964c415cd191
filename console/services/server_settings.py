"""Comparing the settings of a cluster's two servers, on a schedule of its own within the round of observations."""

from datetime import timedelta

from console.domain.checks import Refusal
from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.domain.server_settings import Side, compare, count, read_settings
from console.domain.switch.reading import read_directory
from console.models import Cluster, ServerDifferences
from console.services.clock import database_now

EVERY = timedelta(minutes=15)


def compare_if_due(cluster: Cluster, field: Field, active: str) -> None:
    """Compare the two servers' settings and keep what differs, when that was last done a while ago.

    `active` is the node that operates now, empty when that is unknown. Never raises for what cannot be read: that is
    kept beside what was found before.
    """
    now = database_now()
    if ServerDifferences.objects.filter(cluster=cluster, at__gt=now - EVERY, at__lte=now).exists():
        return
    values: dict[str, object] = {"at": now, "unknown": ""}
    try:
        values |= _compared(field, active) | {"compared_at": now}
    except ChangeoverError as error:
        values["unknown"] = error.told
    except Refusal as refusal:
        values["unknown"] = " ".join(reason.text for reason in refusal.reasons) or refusal.headline
    ServerDifferences.objects.update_or_create(cluster=cluster, defaults=values)


def _compared(field: Field, active: str) -> dict[str, object]:
    cluster, wanted = field.cluster, field.generation.server_settings
    session = field.directory()
    view = read_directory(session, cluster, field.generation)
    primary, standby = (
        Side(node.name, server.name, read_settings(session, server.dn, wanted))
        for node, server in zip(cluster.nodes, (view.primary, view.standby), strict=True)
    )
    found = compare(primary, standby, wanted, partition=cluster.partition, active=active)
    return {"differences": [one.to_json() for one in found], "looked_at": count(primary, wanted)}
