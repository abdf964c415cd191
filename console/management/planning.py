"""What `plan` and `run` share: their arguments, and a plan made in this process and told."""

from typing import Any

from django.core.management.base import CommandParser

from console.domain.checks import Reason, Refusal
from console.domain.errors import ChangeoverError
from console.domain.plan import Plan
from console.models import Cluster, PlanRecord
from console.services import plans
from console.services.audit import Actor


class PlanFailed(ChangeoverError):
    """The plan could not be made."""


def add_arguments(parser: CommandParser) -> None:
    """CLUSTER KIND [--to NODE]."""
    parser.add_argument("cluster", metavar="CLUSTER", help="name of the cluster in the inventory")
    parser.add_argument("kind", metavar="KIND", help=f"what to do: {' or '.join(plans.KINDS)}")
    parser.add_argument("--to", metavar="NODE", default="", help="node to move to (default: by the kind)")


def made_plan(cluster: Cluster, kind: str, target: str, actor: Actor) -> tuple[PlanRecord, Plan]:
    """A plan made here and now. Raises `Refusal`, `NotAllowed`, `PlanFailed`."""
    record = plans.make(plans.prepare(cluster, kind, target, actor, send=False).pk)
    if record.state == PlanRecord.State.REFUSED:
        raise _refusal(record.refusal or {})
    if record.state != PlanRecord.State.READY:
        error = record.error or {}
        raise PlanFailed(error.get("message", "The plan is not ready."), remedy=error.get("remedy"))
    return record, plans.of(record)


def plan_json(record: PlanRecord, plan: Plan) -> dict[str, Any]:
    """The plan for machines: its number, its hash and the whole of it."""
    return {"id": record.pk, "hash": record.hash, "expires": record.expires_at, "body": plan.to_json()}


def _refusal(raw: dict[str, Any]) -> Refusal:
    return Refusal(raw["headline"], [Reason(**reason) for reason in raw["reasons"]])
