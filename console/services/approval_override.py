"""The emergency: a plan that waits for an approval is started without one, so loudly that nobody can overlook it."""

from django.db.models import Q

from console.domain.checks import Reason, Refusal
from console.domain.plan import Plan
from console.models import Alarm, Approval, ApprovalRule, Cluster, Operation, PlanRecord
from console.models.approvals import NEVER_WAIT
from console.services import access, alarms, approvals, audit
from console.services.approval_rules import Rule, rule_for
from console.services.audit_actions import Action
from console.services.clock import database_now

KEY = alarms.OVERRIDE
"""The key of the alarm of an emergency; it is acknowledged by another person."""
AFTERWARDS = "not-approved"
"""The key of the alarm that tells of a takeover that a person started, which waits for nobody."""


def sentence_of(plan: Plan) -> str:
    """What is typed to start the plan without an approval."""
    return f"{plan.cluster} cannot wait for an approval"


def why_not(user: access.Account, record: PlanRecord) -> Refusal | None:
    """Why this person may not start the plan without its approval, or None."""
    rule, cluster, about = rule_for(record.cluster, record.kind), record.cluster, str(record.pk)
    if rule is None:
        text = f"The {record.kind} of {cluster.name} waits for nobody."
        return Refusal.of(text, "Confirm it on its page.", key="override.not-needed", about=about)
    if (reason := access.why_not(user, "operate", cluster, record.kind)) is not None:
        return Refusal.of(reason, "", key="override.right", about=about)
    if not access.roles_on(user, cluster, record.kind) & set(rule.override_roles):
        roles = " or ".join(rule.override_roles)
        text = f"On {cluster.name} a {record.kind} is started without an approval by {roles or 'nobody'} only."
        return Refusal.of(text, _who_can(cluster, rule), key="override.role", about=about)
    return None


def _who_can(cluster: Cluster, rule: Rule) -> str:
    """Whom to ask: up to three people who may start it in an emergency, or who may change the rule."""
    named = access.people_in(rule.override_roles, cluster, rule.kind)
    both = named.filter(pk__in=access.people_who_may("operate", cluster, rule.kind).values("pk"))
    names = ", ".join(both.values_list("username", flat=True)[: access.NAMED])
    can = f"; in an emergency {names} can start it" if names else ""
    return f"Ask somebody to approve it{can}. An administrator of the cluster can change the rule."


def missing(plan: Plan, typed: str, sentence: str) -> list[Reason]:
    """What has not been typed yet for an emergency."""
    wanted, found = sentence_of(plan), []
    if typed != plan.cluster:
        found.append(Reason("The cluster's name was not typed.", f"Type {plan.cluster}.", "override.typed"))
    if sentence.rstrip(".").casefold() != wanted.casefold():
        text = "The sentence that an emergency asks for was not typed."
        found.append(Reason(text, f"If it is so, type: {wanted}", "override.sentence"))
    return found


def declare(record: PlanRecord, operation: Operation, actor: audit.Actor, reason: str) -> Approval:
    """Keep, audit and sound that the operation was started without an approval. In the transaction that opens it."""
    now = database_now()
    standing = approvals.of(record)
    before = standing.state if standing else "not asked for"
    if standing is None or not standing.open:
        standing = Approval(plan=record, plan_hash=record.hash, asked_at=now, expires_at=now)
        standing.requested_by, standing.requested_by_name, standing.reason = actor.user, actor.name, reason
    standing.state, standing.operation, standing.decision = Approval.State.OVERRIDDEN, operation, reason
    standing.decided_by, standing.decided_by_name, standing.decided_at = actor.user, actor.name, now
    standing.save()
    cluster = record.cluster
    text = f"{actor.name} started the {record.kind} of {cluster.name} without the approval that it needs: {reason}"
    remedy = (
        f"See what operation {operation.pk} did and whether it was an emergency. Somebody else than {actor.name} "
        "acknowledges this, with what they found."
    )
    alarms.sound(cluster, KEY, text, remedy, operation=operation)
    subject = audit.Subject("operation", operation.pk, operation.kind)
    after = {"plan": record.hash, "approval before": before}
    audit.record(Action.APPROVAL_OVERRIDDEN, actor, subject, cluster=cluster, reason=reason, after=after)
    return standing


def tell_afterwards(operation: Operation, actor: audit.Actor) -> None:
    """Tell of what a person started that never waits, where other kinds do. In the transaction that opens it."""
    cluster = operation.cluster
    watched = ApprovalRule.objects.filter(cluster=cluster, needed__gt=0).exists()
    if operation.kind not in NEVER_WAIT or not watched:
        return
    text = (
        f"{actor.name} took {cluster.name} over to {operation.target}, which no approval holds up: {operation.reason}"
    )
    remedy = f"Nothing is left to be approved. See what operation {operation.pk} did, and acknowledge that you know."
    alarms.sound(cluster, AFTERWARDS, text, remedy, operation=operation)


def standing(user: access.Account) -> list[Operation]:
    """The operations without an approval that still run, or that nobody else has looked into: for every page."""
    alarm = Alarm.objects.filter(key=KEY, acknowledged_at__isnull=True).values("operation")
    unended = (*Operation.ACTING, *Operation.RESTING)
    overridden = Operation.objects.filter(approval__state=Approval.State.OVERRIDDEN)
    found = overridden.filter(Q(pk__in=alarm) | Q(status__in=unended)).select_related("cluster", "approval")
    seen = set(access.visible_clusters(user).values_list("pk", flat=True)) if found else set()
    return [operation for operation in found if operation.cluster_id in seen]


def without_approval(clusters: list[Cluster], limit: int) -> list[Operation]:
    """The last operations on these clusters that nobody had approved though other kinds wait there, newest first."""
    watched = ApprovalRule.objects.filter(cluster__in=clusters, needed__gt=0).values("cluster")
    ours = Operation.objects.filter(cluster__in=watched)
    found = ours.filter(Q(kind__in=NEVER_WAIT) | Q(approval__state=Approval.State.OVERRIDDEN))
    return list(found.select_related("cluster", "approval")[:limit])
