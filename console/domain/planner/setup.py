"""Plan a set-up procedure: a step for each numbered step, and for each part that is proved or done in its own way."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from console.domain.checks import Check, Refusal, Verdict
from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.domain.plan import Plan, Step
from console.domain.planner.base import VALID_SECONDS
from console.domain.procedures import Means, Mode, Procedure, ProcedureStep
from console.domain.procedures.acceptance import Acceptance
from console.domain.procedures.examine import judge, read_grounds
from console.domain.procedures.goals import PlannedGoal, key_of, params_of
from console.domain.procedures.kinds import KINDS
from console.domain.procedures.proofs import Finding, Grounds
from console.domain.steps.setup import SETUP
from console.domain.switch.membership import no_mailboxes

NO_MAILBOX = "A set-up changes no mailbox."


NOTHING_ACCEPTED: Mapping[str, Acceptance] = {}


def make_setup(
    field: Field,
    procedure: Procedure,
    means: Means,
    told: Mapping[str, str],
    accepted: Mapping[str, Acceptance] = NOTHING_ACCEPTED,
) -> Plan:
    """The plan of a procedure on the field's cluster. Reads and never writes; what cannot be read is a fact.

    `told` are the words that people gave in earlier records of it, by the keys of its steps: they stand. `accepted` is
    what people accepted unproved there, by the keys of plans' steps: it stands as long as nobody can tell. Raises
    `Refusal` for a procedure of another generation of Exchange, and for a step that this console cannot do.
    """
    cluster = field.cluster
    if procedure.generation != cluster.generation:
        text = f"{procedure.key} is for Exchange {procedure.generation}; {cluster.name} runs {cluster.generation}."
        raise Refusal.of(text, "Choose a procedure of that generation.", key="procedure.generation")
    chosen = tuple(own_steps(procedure))
    grounds = read_grounds(chosen, field)
    reads = {proof.key: proof.reads for proof in means.proofs}
    found = judge(chosen, grounds, reads)
    stands = {step.key: one for step in chosen if (one := _accepted(step, found[step.key], accepted)) is not None}
    steps = tuple(_step(field, procedure, step, reads, found[step.key], told, stands) for step in chosen)
    now = field.clock.now()
    return Plan(
        kind=KINDS[procedure.key],
        cluster=cluster.name,
        cluster_id=cluster.id,
        source=cluster.standby.name,
        target=cluster.primary.name,
        created=now,
        expires=now + timedelta(seconds=VALID_SECONDS),
        steps=steps,
        checks=tuple(_checks(grounds)),
        membership=no_mailboxes(NO_MAILBOX),
        structural={},
        controller=_controller(field),
        notes=tuple(_notes(procedure, chosen, found, told, stands)),
    )


def own_steps(procedure: Procedure) -> Iterator[ProcedureStep]:
    """The steps that a plan has, in the order in which they are gone through.

    A part that is proved, done and confirmed as what it belongs to is an instruction and no step; nor is one that a
    person does and whose goal is the very goal of a later numbered step, which proves it in its turn. A step stands
    where the guide's text begins to speak of its own goal, after what its first parts ask for beforehand, and after
    what the console can do for it.
    """
    for step in procedure.numbered:
        own = list(_own_parts(procedure, step))
        first = [part for part, before in own if before]
        yield from first
        yield step
        yield from (part for part, before in own if not before)


def _own_parts(procedure: Procedure, step: ProcedureStep) -> Iterator[tuple[ProcedureStep, bool]]:
    """The parts of a numbered step that are steps of their own, and whether they come before it."""
    later = {_goal(other) for other in procedure.numbered if other.number > step.number}
    whole, placed = {step.at: step}, False
    for part in procedure.steps:
        if part.number != step.number or part is step:
            continue
        above = whole[_above(part.at, whole)]
        whole[part.at] = part
        if _way(part) == _way(above):
            placed |= above is step
        elif part.mode is not Mode.CHECKED or _goal(part) not in later:
            helps = part.mode is Mode.AUTOMATED and step.mode is Mode.CHECKED and part.proof == step.proof
            yield part, helps or not placed


def _above(at: str, known: Mapping[str, ProcedureStep]) -> str:
    at = at.rpartition(".")[0]
    while at not in known:
        at = at.rpartition(".")[0]
    return at


def _way(step: ProcedureStep) -> tuple[object, ...]:
    """How a step is done and proved; what its parts are about is a part of what it is about."""
    return step.mode, step.side, step.proof, step.action, step.reason


def _goal(step: ProcedureStep) -> tuple[object, ...]:
    return step.mode, step.side, step.proof, step.about


def kind_of(step: ProcedureStep) -> str:
    """The kind of the plan's step, as the table of behaviours has it."""
    return f"setup.{step.action}" if step.mode is Mode.AUTOMATED else f"setup.{step.mode.value}"


def _step(
    field: Field,
    procedure: Procedure,
    step: ProcedureStep,
    reads: Mapping[str, str],
    now: Finding,
    told: Mapping[str, str],
    accepted: Mapping[str, Acceptance],
) -> Step:
    """The plan's step; `now` is how its goal stands as the plan is made, and is kept for whoever reads the plan."""
    kind = kind_of(step)
    if kind not in SETUP:
        text = f"This version of the console cannot do step {step.at}, {step.title} ({step.action})."
        raise Refusal.of(text, "Install a version that can.", key="procedure.action", about=step.key)
    behaviour = SETUP[kind]
    stands = {"verdict": now.verdict.value, "reason": now.reason}
    params = {
        **params_of(procedure.key, step, reads.get(step.proof, "")),
        "told": told.get(step.key, ""),
        "accepted": dict(accepted[step.key].to_json()) if step.key in accepted else {},
        "now": stands,
    }
    bare = Step(key_of(step), kind, step.title, f"step {step.number}", params)
    return Step(
        key=bare.key,
        kind=kind,
        title=step.title,
        phase=bare.phase,
        params=params,
        commands=behaviour.foretell(field, PlannedGoal.of(bare)),
        within=behaviour.within,
        repeatable=behaviour.repeatable,
        undo=behaviour.undo,
        no_return=behaviour.no_return,
        safe_point=True,
    )


def _accepted(step: ProcedureStep, now: Finding, accepted: Mapping[str, Acceptance]) -> Acceptance | None:
    """What a person accepted of the step in an earlier record, as long as it is a person's and nobody can tell."""
    stands = step.mode is Mode.CHECKED and now.verdict is Verdict.UNKNOWN
    return accepted.get(key_of(step)) if stands else None


def _checks(grounds: Grounds) -> Iterator[Check]:
    """That each node and the directory can be read: said, and no reason to wait, since a set-up may bring it about."""
    for node in grounds.observation.nodes.values():
        title = f"{node.node} answers"
        if node.answered:
            yield Check("node.reach", title, Verdict.PASS, f"{node.node} was read.", about=node.node)
        else:
            yield Check("node.reach", title, Verdict.WARN, node.unreachable, node.remedy, about=node.node)
    if grounds.setup is not None:
        yield Check("directory.read", "The directory can be read", Verdict.PASS, "Both servers are in it.")
    else:
        remedy = "Nothing is wrong before Exchange is installed; afterwards mend the way to the directory."
        yield Check("directory.read", "The directory can be read", Verdict.WARN, grounds.no_setup, remedy)


def _controller(field: Field) -> str:
    """The name of the pinned domain controller; its address where it does not answer."""
    try:
        return field.directory().controller().dns_name
    except ChangeoverError:
        return field.cluster.directory.host


def _notes(
    procedure: Procedure,
    chosen: tuple[ProcedureStep, ...],
    found: Mapping[str, Finding],
    told: Mapping[str, str],
    accepted: Mapping[str, Acceptance],
) -> Iterator[str]:
    holds = [step for step in chosen if step.key in told or found[step.key].verdict is Verdict.PASS]
    behind = {step.key for step in holds} | accepted.keys()
    people = [step for step in chosen if step.key not in behind and step.mode is not Mode.AUTOMATED]
    yield f"{procedure.title}: {procedure.chapter}, {procedure.section}. It rests, for days if need be, for people."
    yield f"{len(holds)} of {len(chosen)} steps hold already and change nothing."
    if people:
        yield f"{len(people)} steps are a person's; the first is {people[0].at}, {people[0].title}."
    for step in chosen:
        if step.key in told:
            yield f"{step.at}, {step.title}: {told[step.key]}"
        if step.key in accepted:
            yield f"{step.at}, {step.title}: {accepted[step.key].told(found[step.key].reason)}"
