"""The plan of a set-up procedure as its record asks for it, with the words that people gave to it before."""

from collections.abc import Mapping

from console.domain import planner
from console.domain.field import Field
from console.domain.outcome import WaitsFor
from console.domain.plan import Plan
from console.domain.procedures.acceptance import Acceptance
from console.domain.procedures.kinds import PROCEDURES
from console.domain.progress import ACCEPTED, REOPENED, RESTED, SAID
from console.models import Cluster, JournalLine, Operation, PlanRecord
from console.services import procedures


def plan_of(record: PlanRecord, field: Field) -> Plan:
    """The plan that the record asks for, made now. Raises `Refusal`, `ChangeoverError`."""
    procedure = procedures.find(PROCEDURES[record.kind])
    told, accepted = told_before(record.cluster, record.kind), accepted_before(record.cluster, record.kind)
    return planner.make_setup(field, procedure, procedures.means(), told, accepted)


def told_before(cluster: Cluster, kind: str) -> Mapping[str, str]:
    """What people said of its steps in records that came to a good end, by the step's key; the last word counts."""
    of_it = {"operation__cluster": cluster, "operation__kind": kind}
    lines = JournalLine.objects.filter(kind=SAID, operation__status=Operation.Status.SUCCEEDED, **of_it)
    found = {}
    for line in lines.order_by("operation_id", "seq"):
        data = line.data or {}
        found[str(data.get("step", ""))] = (
            f"{data.get('by')} said so in operation {line.operation_id} on {line.at:%F}: {data.get('said')}"
        )
    return found


def accepted_before(cluster: Cluster, kind: str) -> Mapping[str, Acceptance]:
    """What people accepted unproved in records that came to a good end, by the key of the plan's step.

    It is void where the step was proved, found not to hold or asked about in any record since.
    """
    kinds = (ACCEPTED, "done", "already", REOPENED, RESTED)
    lines = JournalLine.objects.filter(kind__in=kinds, operation__cluster=cluster, operation__kind=kind)
    found: dict[str, Acceptance] = {}
    for line in lines.exclude(step="").select_related("operation").order_by("operation_id", "seq"):
        data = line.data or {}
        if line.kind == RESTED and data.get("waits_for") != WaitsFor.PROOF:
            continue
        if line.kind != ACCEPTED:
            found.pop(line.step, None)
        elif line.operation.status == Operation.Status.SUCCEEDED:
            given = data.get("given") or f"in operation {line.operation_id} on {line.at:%F}"
            found[line.step] = Acceptance(str(data["by"]), str(data["said"]), given)
    return found
