"""The events that notify, each with its severity; and the sentences of alarms, which name nothing but the cluster."""

from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """How much an event matters; a rule names the least that it wants."""

    INFO = 1
    WARNING = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        """As people and payloads say it."""
        return self.name.lower()


@dataclass(frozen=True)
class Event:
    """A kind of thing that notifies."""

    key: str
    severity: Severity
    what: str
    """When it is told, for people."""


_INFO, _WARNING, _CRITICAL = Severity.INFO, Severity.WARNING, Severity.CRITICAL

EVENTS = {
    event.key: event
    for event in (
        Event("operation.opened", _INFO, "an operation was confirmed, or began by itself"),
        Event("operation.waiting", _WARNING, "an operation waits for a person"),
        Event("operation.succeeded", _INFO, "an operation succeeded"),
        Event("operation.stopped", _WARNING, "an operation was stopped"),
        Event("operation.failed", _CRITICAL, "an operation failed, expired, or was overtaken by the cluster product"),
        Event("operation.uncertain", _CRITICAL, "an operation ended uncertain: a person has to look"),
        Event("takeover.opened", _CRITICAL, "a takeover was confirmed, began by itself, or was seen afterwards"),
        Event("alarm.raised", _CRITICAL, "an alarm was raised"),
        Event("alarm.acknowledged", _INFO, "somebody acknowledged an alarm"),
        Event("readiness.dropped", _WARNING, "a cluster is less ready for a failover than it should be"),
        Event("readiness.restored", _INFO, "it is as ready as it should be again"),
        Event("schedule.given-up", _WARNING, "a scheduled move was given up"),
        Event("drill.waits", _WARNING, "the way back of a drill waits for a person"),
        Event("drill.over", _INFO, "a drill is over, well or not"),
        Event("incident.again", _WARNING, "an incident that was laid by is due again"),
        Event("approval.asked", _WARNING, "somebody asked for an approval"),
        Event("approval.decided", _INFO, "an approval was given, denied, withdrawn, or is over"),
        Event("approval.overridden", _CRITICAL, "an operation was started without the approval that it needs"),
        Event("stop.set", _WARNING, "the global stop was set"),
        Event("stop.lifted", _INFO, "the global stop was lifted"),
        Event("anchor.failed", _CRITICAL, "the end of the audit could not be left outside"),
        Event("anchor.mended", _INFO, "the end of the audit could be left outside again"),
        Event("worker.silent", _CRITICAL, "no worker of a site takes up what is asked of it"),
        Event("worker.heard", _INFO, "a worker of that site takes it up again"),
        Event("node-key.refused", _WARNING, "requests to the webhook were refused; once an hour for each address"),
        Event("channel.failing", _WARNING, "notices do not get through to another channel"),
        Event("channel.mended", _INFO, "notices get through to that channel again"),
    )
}
"""By their keys, in the order in which pages list them."""
TEST = Event("test", _INFO, "somebody tried the channel")
"""Goes to the channel that is tried, whatever the rules say."""

ALARMS = {
    "two-actives": "both nodes of {cluster} may want to be active",
    "no-go": "a node of {cluster} waits for a go that could not be given",
    "flapping": "{cluster} moved again within its cooldown",
    "unanswered": "a node of {cluster} asked for a go and no worker looked into it",
    "undecided": "what a node of {cluster} asked could not be decided",
    "script-failed": "a script on a node of {cluster} failed",
    "override": "an operation on {cluster} was started without the approval that it needs",
    "not-approved": "a takeover of {cluster} was started by a person, and waited for nobody",
    "approval-rule": "the approvals of {cluster} ask for less than before",
    "scripts-drift": "the scripts on the nodes of {cluster} are not what the console wrote",
    "kit-used": "a node of {cluster} acted by its kit while the console was silent",
    "kit-spool": "what a node of {cluster} keeps of its kit is not believed",
    "console-was-silent": "a node of {cluster} found the console silent",
}
"""What each alarm is about. Its own text may name what only the console's readers should see."""


def alarm_sentence(key: str, cluster: str) -> str:
    """One sentence about an alarm of `cluster`."""
    return f"Alarm: {ALARMS.get(key, 'something on {cluster} has to be looked at').format(cluster=cluster)}."
