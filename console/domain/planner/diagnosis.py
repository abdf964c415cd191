"""Plan a diagnosis: one step that looks at both nodes. Planning it reads nothing."""

from datetime import datetime, timedelta

from console.domain.plan import Plan, Step
from console.domain.planner.base import VALID_SECONDS
from console.domain.switch.membership import no_mailboxes

KIND = "diagnose"
WITHIN = 900.0
"""How long the look at both nodes may take, in seconds."""


def make_diagnosis(cluster: str, cluster_id: int, nodes: tuple[str, str], now: datetime) -> Plan:
    """The plan of a diagnosis of the cluster with these nodes, the primary first."""
    step = Step(
        key=KIND,
        kind=KIND,
        title=f"Look how Exchange is set up on {nodes[0]} and {nodes[1]}",
        phase="proof",
        within=WITHIN,
        undo="Changes nothing.",
        safe_point=True,
    )
    return Plan(
        kind=KIND,
        cluster=cluster,
        cluster_id=cluster_id,
        source=nodes[0],
        target=nodes[1],
        created=now,
        expires=now + timedelta(seconds=VALID_SECONDS),
        steps=(step,),
        checks=(),
        membership=no_mailboxes("A diagnosis changes no mailbox."),
        structural={},
        controller="",
    )
