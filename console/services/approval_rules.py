"""The rules of the two-person rule: per cluster and kind of operation, changed with a reason and never quietly."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from console.domain.checks import Reason, Refusal
from console.domain.planner import DIRECTORY_SWITCH, REPAIR
from console.domain.procedures.kinds import KINDS as PROCEDURE_KINDS
from console.models import ApprovalRule, Cluster
from console.models.approvals import MOST_NEEDED, NEVER_WAIT
from console.models.operations import ACTING_KINDS
from console.services import access, alarms, audit, procedures, products
from console.services.audit_actions import Action

KINDS = tuple(kind for kind in ACTING_KINDS if kind not in NEVER_WAIT)
"""The kinds of operation that may wait for an approval."""
OVERRIDING = ("operator", "approver", "administrator")
"""The roles that a rule may name for an emergency; whoever has one needs the right to operate too."""
USUAL = ("administrator",)
"""Those that are named where nobody has said anything."""
LONGEST_MINUTES = 7 * 24 * 60
LOOSENED = "approval-rule"
"""The key of the alarm that a rule asks for less than before."""


@dataclass(frozen=True)
class Rule:
    """What a kind of operation on a cluster asks for before it starts."""

    kind: str
    needed: int = 0
    """How many people besides the one who asks; 0: it waits for nobody."""
    starts: str = ApprovalRule.Starts.REQUESTER.value
    valid_minutes: int = 240
    override_roles: tuple[str, ...] = USUAL

    @classmethod
    def of(cls, row: ApprovalRule) -> "Rule":
        """As its row says."""
        return cls(row.kind, row.needed, row.starts, row.valid_minutes, tuple(row.override_roles))


def kinds_of(cluster: Cluster) -> tuple[str, ...]:
    """The kinds that may wait for an approval on the cluster: those that there are for its product and generation."""
    there = {"failover", "failback", "undo"}
    if products.guided(cluster):
        there |= {DIRECTORY_SWITCH, *(PROCEDURE_KINDS[one.key] for one in procedures.fitting(cluster))}
    else:
        there.add(REPAIR)
    return tuple(kind for kind in KINDS if kind in there)


def rule_for(cluster: Cluster, kind: str) -> Rule | None:
    """The rule that makes `kind` wait on the cluster, or None: nobody has to be asked.

    Never one for a takeover or a start, whatever is in the database.
    """
    if kind in NEVER_WAIT:
        return None
    row = ApprovalRule.objects.filter(cluster=cluster, kind=kind, needed__gt=0).first()
    return Rule.of(row) if row else None


def rules_of(cluster: Cluster) -> list[Rule]:
    """The rule of every kind that there is on it, in their order; the usual one where nobody has said anything."""
    rows = {row.kind: Rule.of(row) for row in ApprovalRule.objects.filter(cluster=cluster)}
    return [rows.get(kind, Rule(kind)) for kind in kinds_of(cluster)]


def save_rules(cluster: Cluster, rules: Sequence[Rule], actor: audit.Actor, reason: str) -> list[Rule]:
    """Make these the cluster's rules; those that changed, and were audited.

    A rule that asks fewer people than before, or lets more of them override it, raises an alarm: whoever may change
    it could else do so for the minute that an operation takes. Raises `NotAllowed`, and `Refusal` with every mistake.
    """
    access.require(actor.user, "administer", cluster)
    mistakes = [mistake for rule in rules for mistake in _mistakes(cluster, rule)]
    if not reason.strip():
        mistakes.append(Reason("No reason was given.", "Say in a few words why; it goes to the audit.", "rules.reason"))
    if mistakes:
        raise Refusal(f"The approvals of {cluster.name} were not changed.", mistakes)
    with transaction.atomic():
        Cluster.objects.select_for_update().get(pk=cluster.pk)
        known = {rule.kind: rule for rule in rules_of(cluster)}
        changed = [rule for rule in rules if rule != known[rule.kind]]
        for rule in changed:
            values = asdict(rule) | {"override_roles": list(rule.override_roles)}
            ApprovalRule.objects.update_or_create(cluster=cluster, kind=values.pop("kind"), defaults=values)
        if changed:
            _record(cluster, [known[rule.kind] for rule in changed], changed, actor, reason.strip())
    return changed


def _mistakes(cluster: Cluster, rule: Rule) -> list[Reason]:
    found = []
    if rule.kind not in (known := kinds_of(cluster)):
        text = f"{rule.kind!r} is no kind of operation that waits for an approval on {cluster.name}."
        return [Reason(text, f"Name one of: {', '.join(known)}.", "rules.kind", rule.kind)]
    if not 0 <= rule.needed <= MOST_NEEDED:
        text = f"{rule.kind}: {rule.needed} people cannot be asked for."
        found.append(Reason(text, f"Ask for 0 to {MOST_NEEDED}.", "rules.needed", rule.kind))
    if not 1 <= rule.valid_minutes <= LONGEST_MINUTES:
        text = f"{rule.kind}: an approval cannot stand for {rule.valid_minutes} minutes."
        found.append(Reason(text, f"Let it stand for 1 minute to {LONGEST_MINUTES} minutes.", "rules.valid", rule.kind))
    if rule.starts not in ApprovalRule.Starts.values:
        remedy = f"Name one of: {', '.join(ApprovalRule.Starts.values)}."
        found.append(Reason(f"{rule.kind}: {rule.starts!r} starts nothing.", remedy, "rules.starts", rule.kind))
    if strange := sorted(set(rule.override_roles) - set(OVERRIDING)):
        text = f"{rule.kind}: the role {', '.join(strange)} may not start anything in an emergency."
        remedy = f"Name one of: {', '.join(OVERRIDING)}."
        found.append(Reason(text, remedy, "rules.override", rule.kind))
    people = access.people_who_may("approve", cluster, rule.kind).count()
    if 0 < rule.needed <= MOST_NEEDED and people < rule.needed:
        text = f"{rule.kind}: {rule.needed} would have to approve, and {people or 'nobody'} on {cluster.name} may."
        remedy = "Give more people the role approver there first."
        found.append(Reason(text, remedy, "rules.people", rule.kind))
    return found


def _record(cluster: Cluster, before: list[Rule], after: list[Rule], actor: audit.Actor, reason: str) -> None:
    looser = [new for old, new in zip(before, after, strict=True) if _looser(old, new)]
    if looser:
        kinds = ", ".join(rule.kind for rule in looser)
        text = f"{actor.name} made the approvals of {cluster.name} ask for less than before, for: {kinds}. {reason}"
        remedy = "See in the audit what was started since, and set the rules as they should be."
        alarms.sound(cluster, LOOSENED, text, remedy)
    subject = audit.Subject("cluster", cluster.pk, cluster.name)
    audit.record(
        Action.APPROVAL_RULES,
        actor,
        subject,
        cluster=cluster,
        reason=reason,
        before=_told(before),
        after=_told(after),
    )


def _looser(old: Rule, new: Rule) -> bool:
    """Whether fewer have to say yes, or more may go without."""
    return new.needed < old.needed or bool(new.needed and set(new.override_roles) - set(old.override_roles))


def _told(rules: list[Rule]) -> dict[str, Any]:
    return {rule.kind: {name: value for name, value in asdict(rule).items() if name != "kind"} for rule in rules}
