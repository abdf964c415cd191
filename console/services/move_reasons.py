"""Why a planned move would be refused now, as far as it is known without asking the nodes: every reason at once."""

from console.domain.checks import Reason, Refusal, Verdict
from console.models import Cluster, ObservationRecord
from console.services import access, brakes, readiness, reservations, windows

LOOK = "See on this page what was read and what was not; then check again."


def reasons(cluster: Cluster, kind: str, target: str, user: access.Account) -> tuple[Reason, ...]:
    """Every reason why `user` would not get a plan of `kind` to the node `target`; none when nothing is in the way.

    What the nodes say is what the last observation has read.
    """
    found: list[Reason] = []
    right = access.why_not(user, "operate", cluster, kind)
    if right is not None:
        found.append(Reason(right, "", "right"))
    refusals: tuple[Refusal | None, ...] = (
        reservations.why_held(cluster, kind, target),
        brakes.why_not(cluster, kind),
        windows.why_not(cluster, kind),
    )
    found += [reason for refusal in refusals if refusal is not None for reason in refusal.reasons]
    return (*found, *_seen(cluster, target))


def _seen(cluster: Cluster, target: str) -> list[Reason]:
    """What the last observation says against it: the checks that fail, where they are of this move."""
    row = ObservationRecord.objects.filter(cluster=cluster).first()
    if row is None:
        return [Reason(f"{cluster.name} was not observed yet.", "Check again: it is observed then.", "observation")]
    active = str(row.status.get("active", ""))
    if active.casefold() == target.casefold():
        remedy = "Nothing to do; the other button leads to the other node."
        return [Reason(f"The group is on {target} already.", remedy, "group.owner", target)]
    marks = readiness.of(row).marks
    if not marks:
        text = f"{row.status.get('headline') or 'What a move needs to know could not be read.'}"
        return [Reason(f"Nothing could be checked. {text}", LOOK, "observation")]
    failed = [mark.check for mark in marks if mark.check.verdict is Verdict.FAIL]
    return [Reason(f"{one.title}: {one.reason}", one.remedy, one.key, one.about) for one in failed]
