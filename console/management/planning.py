"""What `plan` and `run` share: their arguments, and a plan made in this process and told."""

from dataclasses import dataclass
from typing import Any

from django.core.management.base import CommandParser

from console.domain.checks import Reason, Refusal
from console.domain.errors import ChangeoverError
from console.domain.plan import Plan
from console.models import Cluster, Operation, PlanRecord
from console.services import approval_standing, plans, reservations, undoing
from console.services.audit import Actor


class PlanFailed(ChangeoverError):
    """The plan could not be made."""


def add_arguments(parser: CommandParser) -> None:
    """CLUSTER KIND [--to NODE] [--operation N] [--from STEP]."""
    kinds = " or ".join((*plans.KINDS, undoing.KIND))
    parser.add_argument("cluster", metavar="CLUSTER", help="name of the cluster in the inventory")
    parser.add_argument("kind", metavar="KIND", help=f"what to do: {kinds}")
    parser.add_argument("--to", metavar="NODE", default="", help="node to move to (default: by the kind)")
    parser.add_argument(
        "--operation", metavar="N", type=int, help="undo: the operation to take back (default: the last)"
    )
    parser.add_argument("--from", dest="first", metavar="STEP", default="", help="undo: down to this step, not further")


@dataclass(frozen=True)
class Wanted:
    """What the arguments ask for."""

    cluster: Cluster
    kind: str
    target: str
    operation: Operation | None = None
    """The one to be taken back, of an undo."""
    first: str = ""

    @classmethod
    def of(cls, options: dict[str, Any], actor: Actor) -> "Wanted":
        """Raises `Refusal` for a cluster or an operation that there is not, and for arguments that do not fit."""
        cluster = plans.find_cluster(options["cluster"], actor.user)
        if options["kind"] == undoing.KIND:
            if options["to"]:
                raise Refusal.of("An undo leads where its operation came from.", "Leave --to out.", key="usage")
            return cls(cluster, undoing.KIND, "", _undone(cluster, options["operation"]), options["first"])
        if options["operation"] is not None or options["first"]:
            remedy = f"Leave them out, or ask for: {cluster.name} {undoing.KIND}."
            raise Refusal.of("--operation and --from belong to an undo.", remedy, key="usage")
        return cls(cluster, options["kind"], options["to"])

    def open(self) -> Operation | None:
        """The operation that is under way and is the one asked for, if there is one."""
        found = reservations.already_open(self.cluster, self.kind, self.target)
        undoes = self.operation.pk if self.operation else None
        return found if found is not None and found.plan.undoes_id == undoes else None


def _undone(cluster: Cluster, number: int | None) -> Operation:
    """The operation to be taken back; without a number the last one that changed something and is no undo."""
    ours = Operation.objects.select_related("cluster", "plan").filter(cluster=cluster)
    if number is None:
        found = ours.filter(receipts__isnull=False).exclude(kind=undoing.KIND).order_by("-pk").first()
    else:
        found = ours.filter(pk=number).first()
    if found is None:
        what = f"no operation {number}" if number is not None else "no operation that changed anything"
        remedy = "Name one by --operation N; the page of operations lists them."
        raise Refusal.of(f"{cluster.name} has {what}.", remedy, key="undo.operation")
    return found


def made_plan(wanted: Wanted, actor: Actor) -> tuple[PlanRecord, Plan]:
    """A plan made here and now. Raises `Refusal`, `NotAllowed`, `PlanFailed`."""
    if wanted.operation is not None:
        asked = plans.prepare_undo(wanted.operation, wanted.first, actor, send=False)
    else:
        asked = plans.prepare(wanted.cluster, wanted.kind, wanted.target, actor, send=False)
    return made(asked)


def made(asked: PlanRecord) -> tuple[PlanRecord, Plan]:
    """The plan that was asked for, made here and now. Raises `Refusal`, `PlanFailed`."""
    record = plans.make(asked.pk)
    if record.state == PlanRecord.State.REFUSED:
        raise _refusal(record.refusal or {})
    if record.state != PlanRecord.State.READY:
        error = record.error or {}
        raise PlanFailed(error.get("message", "The plan is not ready."), remedy=error.get("remedy"))
    return record, plans.of(record)


def plan_json(record: PlanRecord, plan: Plan) -> dict[str, Any]:
    """The plan for machines: its number, its hash and the whole of it; its approval stands beside what is hashed."""
    told = {"id": record.pk, "hash": record.hash, "expires": record.expires_at, "body": plan.to_json()}
    return told | {"approval": approval_standing.as_json(record)}


def _refusal(raw: dict[str, Any]) -> Refusal:
    return Refusal(raw["headline"], [Reason(**reason) for reason in raw["reasons"]])
