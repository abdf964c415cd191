"""A set-up procedure arranged for reading: each numbered step with where, by whom, what proves it, and how it stood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from console.domain.checks import Check, Verdict
from console.domain.planner.setup import own_steps
from console.domain.procedures import Action, Means, Mode, Procedure, ProcedureStep, Proof, Side
from console.domain.procedures.kinds import PROCEDURES
from console.models import Cluster, Operation
from console.services import procedures

WHO = {
    Mode.AUTOMATED: "the console",
    Mode.CHECKED: "a person; the console proves it",
    Mode.CONFIRMED: "a person, who says so",
}
PLACES = {Side.BOTH: "both nodes", Side.DIRECTORY: "directory", Side.DNS: "DNS", Side.ACTIVE: "the active node"}


@dataclass(frozen=True)
class StepView:
    """A step or a part of one, as a page shows it."""

    step: ProcedureStep
    where: str
    own: bool
    """Whether a plan has it as a step of its own, rather than as an instruction."""
    proof: Proof | None
    action: Action | None
    check: Check | None
    """How its goal stood when it was last proved."""
    parts: tuple["StepView", ...] = ()

    @property
    def who(self) -> str:
        """Who does it."""
        return WHO[self.step.mode]

    @property
    def own_parts(self) -> tuple["StepView", ...]:
        """The parts that a plan has as steps of their own."""
        return tuple(part for part in self.parts if part.own)

    @property
    def only_said(self) -> bool:
        """Whether nothing but a person's word can tell."""
        return self.step.mode is Mode.CONFIRMED

    @property
    def tone(self) -> str:
        """The tone of how it stood: a goal that does not hold yet is no disaster."""
        if self.only_said or self.check is None:
            return "idle"
        return {Verdict.PASS: "good", Verdict.FAIL: "warn"}.get(self.check.verdict, "unknown")

    @property
    def word(self) -> str:
        """The same in a word or two."""
        if self.only_said:
            return "by a person's word"
        if self.check is None:
            return "not read yet"
        return {Verdict.PASS: "holds", Verdict.FAIL: "does not hold"}.get(self.check.verdict, "unknown")


@dataclass(frozen=True)
class OfCluster:
    """A procedure that fits a cluster, and the operation that last carried it out or does."""

    procedure: Procedure
    latest: Operation | None


def procedures_of(cluster: Cluster) -> tuple[OfCluster, ...]:
    """The procedures that the cluster can be set up by."""
    begun = Operation.objects.filter(cluster=cluster, kind__in=PROCEDURES).order_by("pk")
    latest = {PROCEDURES[operation.kind]: operation for operation in begun}
    return tuple(OfCluster(one, latest.get(one.key)) for one in procedures.fitting(cluster))


def where_of(side: Side, nodes: Mapping[str, str]) -> str:
    """The place in words; `nodes` gives the name of the node of each role."""
    named = nodes.get(side.value, "")
    return f"{named} ({side.value})" if named else PLACES.get(side, side.value)


def node_names(cluster: Cluster) -> dict[str, str]:
    """The cluster's nodes by their roles."""
    return {str(node.role): node.name for node in cluster.nodes.all()}


def step_views(
    procedure: Procedure, means: Means, nodes: Mapping[str, str], checks: Sequence[Mapping[str, object]] = ()
) -> tuple[StepView, ...]:
    """The numbered steps with their parts; `checks` are those of the last proof."""
    found = {str(check["key"]): Check.from_json(check) for check in checks}
    proofs = {proof.key: proof for proof in means.proofs}
    actions = {action.key: action for action in means.actions}

    def view(step: ProcedureStep, own: bool, parts: tuple[StepView, ...] = ()) -> StepView:
        where, check = where_of(step.side, nodes), found.get(step.key)
        return StepView(step, where, own, proofs.get(step.proof), actions.get(step.action), check, parts)

    def with_parts(step: ProcedureStep) -> StepView:
        parts = [one for one in procedure.steps if one.number == step.number and one != step]
        return view(step, own=True, parts=tuple(view(part, part.key in own) for part in parts))

    own = {step.key for step in own_steps(procedure)}
    return tuple(with_parts(step) for step in procedure.numbered)
