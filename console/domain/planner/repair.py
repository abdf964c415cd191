"""Plan a repair: what the doctor finds now, mended step by step in an order in which each step finds what it needs."""

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta

from console.domain import doctor
from console.domain.checks import Check, Reason, Refusal, Verdict
from console.domain.errors import Unquotable
from console.domain.field import Field
from console.domain.findings import Diagnosis, Finding, FindingKind
from console.domain.plan import Plan, Step
from console.domain.planner.base import VALID_SECONDS
from console.domain.planner.repair_base import Wanted
from console.domain.planner.repair_files import IN_USE
from console.domain.planner.repair_steps import WRITERS
from console.domain.repair.ground import Ground, ground_of
from console.domain.switch.membership import no_mailboxes

REPAIR = "repair"
NO_MAILBOX = "A repair changes no mailbox."


def make_repair(
    field: Field,
    kinds: Mapping[str, FindingKind],
    codes: Collection[str] = (),
    *,
    source: str = "",
    valid_seconds: float = VALID_SECONDS,
) -> Plan:
    """The plan that mends findings of these kinds on the field's cluster, all that can be mended when none is named.

    `kinds` are the catalog's, by code. `source` is the folder on the nodes with Exchange's installation files, for
    what is to be copied. Diagnoses afresh; reads and never writes. Raises `Refusal` with every reason why something
    of it cannot be repaired, when something cannot be read, and when there is nothing to repair. A file that is in
    use where the group is waits for a plan of its own, and a note says so, as long as there is something else to mend.
    """
    setup, facts = doctor.examine(field)
    found = doctor.judge(field, setup, facts)
    require_read(found)
    wanted = _chosen(found, kinds, codes)
    ground = ground_of(field, setup, facts)
    try:
        steps, reasons = _steps(ground, kinds, wanted, source)
    except Unquotable as error:
        raise Refusal.of(error.message, error.remedy, key="repair.name") from error
    later = [reason for reason in reasons if reason.key == IN_USE]
    if len(later) < len(reasons) or not steps:
        raise Refusal(f"{field.cluster.name} cannot be repaired like this.", reasons)
    notes = (*_notes(found, kinds, steps), *(f"Not in this plan: {reason.text} {reason.remedy}" for reason in later))
    return repair_plan(ground, REPAIR, tuple(steps), notes, valid_seconds)


def require_read(found: Diagnosis) -> None:
    """Raises `Refusal` with everything that could not be looked at: nothing is repaired half blind."""
    reasons = [
        Reason(
            f"{gap.what} on {gap.node or found.cluster} could not be looked at: {gap.why}", gap.remedy, "repair.unread"
        )
        for gap in found.unread
    ]
    if reasons:
        raise Refusal(f"{found.cluster} is not repaired while something of it cannot be read.", reasons)


def _chosen(found: Diagnosis, kinds: Mapping[str, FindingKind], codes: Collection[str]) -> tuple[Finding, ...]:
    """The findings to be mended. Raises `Refusal` for a kind that only a person can mend, and when there is none."""
    reasons = [
        Reason(f"{kinds[code].title}: the console cannot repair that.", kinds[code].remedy, "repair.person", code)
        for code in codes
        if code in kinds and not kinds[code].repair
    ]
    reasons += [
        Reason(f"There is no finding {code!r}.", "Name one that the last diagnosis shows.", "repair.code", code)
        for code in codes
        if code not in kinds
    ]
    if reasons:
        raise Refusal("This cannot be repaired by the console.", reasons)
    wanted = tuple(one for one in found.findings if kinds[one.code].repair and (not codes or one.code in codes))
    if not wanted:
        text = (
            f"The doctor finds nothing of it on {found.cluster} now." if codes else f"{found.cluster} needs no repair."
        )
        raise Refusal.of(text, "Nothing to do.", key="repair.nothing")
    return wanted


def _steps(
    ground: Ground, kinds: Mapping[str, FindingKind], wanted: tuple[Finding, ...], source: str
) -> tuple[list[Step], list[Reason]]:
    """The steps, in the order of repairs, and why some findings cannot be mended."""
    steps: list[Step] = []
    reasons: list[Reason] = []
    asked = Wanted(ground, wanted, source)
    for repair, writer in WRITERS.items():
        findings = [one for one in wanted if kinds[one.code].repair == repair]
        for made in writer(asked, findings) if findings else ():
            if isinstance(made, Reason):
                reasons.append(made)
            else:
                steps.append(made)
    return steps, reasons


def repair_plan(
    ground: Ground, kind: str, steps: tuple[Step, ...], notes: tuple[str, ...], valid_seconds: float
) -> Plan:
    """The plan of these steps, right after a look whether the cluster is still the one that was diagnosed."""
    cluster, now = ground.field.cluster, ground.field.clock.now()
    return Plan(
        kind=kind,
        cluster=cluster.name,
        cluster_id=cluster.id,
        source=cluster.other(ground.holder).name,
        target=ground.holder,
        created=now,
        expires=now + timedelta(seconds=valid_seconds),
        steps=(_recheck(ground), *steps),
        checks=tuple(_checks(ground)),
        membership=no_mailboxes(NO_MAILBOX),
        structural={"owner of the group": ground.holder},
        controller="",
        notes=notes,
    )


def _recheck(ground: Ground) -> Step:
    return Step(
        key="recheck",
        kind="repair.recheck",
        title=f"Make sure that the group is still on {ground.holder} and everything can be looked at",
        phase="recheck",
        within=60.0,
        undo="Changes nothing.",
        safe_point=True,
    )


def _checks(ground: Ground) -> Iterator[Check]:
    for node in ground.field.cluster.nodes:
        yield Check("node.reach", f"{node.name} answers", Verdict.PASS, f"{node.name} was read.", about=node.name)
    text = f"{ground.group.name} is {ground.group.status} on {ground.holder}."
    yield Check("group.owner", "Who has the group is known", Verdict.PASS, text, about=ground.holder)


def _notes(found: Diagnosis, kinds: Mapping[str, FindingKind], steps: list[Step]) -> Iterator[str]:
    mended = sum(len(step.params["findings"]) for step in steps)
    yield f"Mends {mended} of the {len(found.findings)} findings of {found.cluster}; no mailbox and no directory."
    yield from (str(step.params["warning"]) for step in steps if step.params.get("warning"))
    for one in found.findings:
        if not kinds[one.code].repair:
            yield f"Left to a person: {kinds[one.code].title} ({one.about} on {one.node or found.cluster})."
