"""A procedure under way as the pages' tests need it: planned without a node, and at rest where a test has it rest."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.db import transaction

from console import catalog
from console.domain.outcome import Ending, Status, WaitsFor
from console.domain.plan import Membership, Plan, Step
from console.domain.planner.setup import kind_of, own_steps
from console.domain.procedures import Procedure
from console.domain.procedures.goals import key_of, params_of
from console.models import Cluster, Operation, PlanRecord
from console.services import plans, resting, setup
from console.services.confirm import confirm
from console.services.mailbox_slices import SliceWriter
from tests.services import making

KEY = "exchange-2003-setup"
WORD, PROOF = "account", "network"
"""A step that only a person can tell of, and one that the console proves."""


def planned(of: Cluster) -> PlanRecord:
    """The ready plan of the set-up."""
    return plans.make(setup.prepare(of, KEY, making.actor(), send=False).pk, _planner)


def begun(of: Cluster) -> Operation:
    """The set-up, confirmed and waiting for a worker."""
    return confirm(planned(of), making.actor(), "a new pair")


def at_rest(of: Cluster, step: str = WORD, waits_for: WaitsFor = WaitsFor.WORD, **more: object) -> Operation:
    """The set-up, resting at that step."""
    operation = begun(of)
    rests_at(operation, step, waits_for, **more)
    return operation


def rests_at(operation: Operation, step: str, waits_for: WaitsFor, **more: object) -> None:
    """Have the procedure rest there, as a worker does that needs a person."""
    ending = Ending(Status.WAITING, f"Not there yet: {step}.", step, f"Mend {step}.", waits_for=waits_for)
    with transaction.atomic():
        row = resting.lock(operation.pk)
        assert row is not None
        resting.rest(row, replace(ending, **more))  # type: ignore[arg-type]
    operation.refresh_from_db()


def _planner(record: PlanRecord, sink: SliceWriter) -> Plan:
    procedure = catalog.procedure(KEY)
    now = datetime.now(UTC)
    nodes = {str(node.role): node.name for node in record.cluster.nodes.all()}
    return Plan(
        kind=record.kind,
        cluster=record.cluster.name,
        cluster_id=record.cluster_id,
        source=nodes["standby"],
        target=nodes["primary"],
        created=now,
        expires=now + timedelta(minutes=15),
        steps=_steps(procedure),
        checks=(),
        membership=Membership("", 0, 0, "digest"),
        structural={},
        controller="",
    )


def _steps(procedure: Procedure) -> tuple[Step, ...]:
    return tuple(
        Step(key_of(step), kind_of(step), step.title, f"step {step.number}", params_of(KEY, step, "the node"))
        for step in own_steps(procedure)
    )
