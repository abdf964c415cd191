"""The rules that lead notices to channels: made, changed and removed by who administers the console, and audited."""

from dataclasses import dataclass
from datetime import time
from typing import Any

from django.db import transaction

from console.domain.checks import Reason, Refusal
from console.domain.notifications.events import EVENTS, Severity
from console.models import Channel, Cluster, NoticeRule, Site
from console.services import access, audit
from console.services.audit_actions import Action
from console.services.clock import database_now


@dataclass(frozen=True)
class Spec:
    """What a rule says: of a cluster, of a site, or, with neither, of everything."""

    channel: Channel
    site: Site | None = None
    cluster: Cluster | None = None
    events: tuple[str, ...] = ()
    """Keys of events; none: all of them."""
    least: int = Severity.INFO
    quiet_from: time | None = None
    quiet_until: time | None = None

    @classmethod
    def of(cls, row: NoticeRule) -> "Spec":
        """As its row says."""
        return cls(row.channel, row.site, row.cluster, tuple(row.events), row.least, row.quiet_from, row.quiet_until)


def save(spec: Spec, actor: audit.Actor, rule: NoticeRule | None = None) -> NoticeRule:
    """Make a rule, or change `rule`; whoever does becomes the one who made it.

    Raises `NotAllowed`, and `Refusal` with every mistake.
    """
    access.require(actor.user, "administer")
    if mistakes := _mistakes(spec, rule):
        raise Refusal("The rule was not saved.", mistakes)
    with transaction.atomic():
        row = rule or NoticeRule()
        before = told(Spec.of(rule)) if rule else None
        row.channel, row.site, row.cluster = spec.channel, spec.site, spec.cluster
        row.events = [key for key in EVENTS if key in spec.events]
        row.least, row.quiet_from, row.quiet_until = spec.least, spec.quiet_from, spec.quiet_until
        row.made_at, row.made_by, row.made_by_name = database_now(), actor.user, actor.name
        row.save()
        action = Action.NOTICE_RULE_CHANGED if rule else Action.NOTICE_RULE_MADE
        _note(action, row, actor, before, told(spec))
    return row


def remove(rule: NoticeRule, actor: audit.Actor) -> None:
    """Take it away; what it led on its way before still goes. Raises `NotAllowed`."""
    access.require(actor.user, "administer")
    with transaction.atomic():
        before, pk = told(Spec.of(rule)), rule.pk
        rule.delete()
        rule.pk = pk
        _note(Action.NOTICE_RULE_REMOVED, rule, actor, before, None)


def told(spec: Spec) -> dict[str, Any]:
    """The rule as the audit and the command line have it."""
    quiet = f"{spec.quiet_from:%H:%M}-{spec.quiet_until:%H:%M}" if spec.quiet_from and spec.quiet_until else ""
    return {
        "channel": spec.channel.name,
        "of": of_what(spec),
        "events": [key for key in EVENTS if key in spec.events] or ["all"],
        "from": Severity(spec.least).word,
        "quiet": quiet,
    }


def of_what(spec: Spec | NoticeRule) -> str:
    """Whose notices it leads on, in words."""
    if spec.cluster is not None:
        return f"cluster {spec.cluster.name}"
    return f"site {spec.site.name}" if spec.site is not None else "everything"


def _mistakes(spec: Spec, rule: NoticeRule | None) -> list[Reason]:
    found = []
    if spec.site is not None and spec.cluster is not None:
        remedy = "Name the cluster alone: its site is known."
        found.append(Reason("A rule is of a site or of a cluster, not of both.", remedy, "rule.place"))
    if strange := sorted(set(spec.events) - set(EVENTS)):
        found.append(
            Reason(f"There is no event {', '.join(strange)}.", f"Name some of: {', '.join(EVENTS)}.", "rule.events")
        )
    if spec.least not in list(Severity):
        words = ", ".join(severity.word for severity in Severity)
        found.append(Reason(f"{spec.least} is no severity.", f"Name one of: {words}.", "rule.least"))
    elif too_small := [key for key in spec.events if key in EVENTS and EVENTS[key].severity < spec.least]:
        text = f"{', '.join(too_small)} would never be told: each is less than {Severity(spec.least).word}."
        found.append(Reason(text, "Take them out, or ask for less.", "rule.events"))
    if (spec.quiet_from is None) != (spec.quiet_until is None):
        found.append(Reason("Quiet hours have a beginning and an end.", "Give both, or neither.", "rule.quiet"))
    elif spec.quiet_from is not None and spec.quiet_from == spec.quiet_until:
        found.append(Reason("Quiet hours that end as they begin are none.", "Give another end.", "rule.quiet"))
    same = NoticeRule.objects.filter(channel=spec.channel).exclude(pk=rule.pk if rule else 0)
    if not found and any(told(Spec.of(row)) == told(spec) for row in same.select_related("channel", "site", "cluster")):
        found.append(Reason("There is such a rule already.", "Change that one.", "rule.same"))
    return found


def _note(
    action: Action, row: NoticeRule, actor: audit.Actor, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> None:
    subject = audit.Subject("notice-rule", row.pk, row.channel.name)
    audit.record(action, actor, subject, cluster=row.cluster, before=before, after=after)
