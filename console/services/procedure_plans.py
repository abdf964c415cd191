"""The plan of a set-up procedure as its record asks for it, with the words that people gave to it before."""

from collections.abc import Mapping

from console.domain import planner
from console.domain.field import Field
from console.domain.plan import Plan
from console.domain.procedures.kinds import PROCEDURES
from console.domain.progress import SAID
from console.models import Cluster, JournalLine, Operation, PlanRecord
from console.services import procedures


def plan_of(record: PlanRecord, field: Field) -> Plan:
    """The plan that the record asks for, made now. Raises `Refusal`, `ChangeoverError`."""
    procedure = procedures.find(PROCEDURES[record.kind])
    return planner.make_setup(field, procedure, procedures.means(), told_before(record.cluster, record.kind))


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
