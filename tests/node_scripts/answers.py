"""A handler of events for these tests: keeps what nodes told, and says what a test has put down for questions."""

from collections.abc import Callable
from datetime import timedelta

from console.domain.hooks.messages import Answer, HookRefusal, VerifiedEvent

Says = Callable[[VerifiedEvent], Answer]
told: list[VerifiedEvent] = []
script: list[Says] = []
"""What each question gets in turn; the last stays."""


def forget(*says: Says) -> None:
    """Begin anew."""
    told.clear()
    script[:] = says or (go,)


def go(event: VerifiedEvent) -> Answer:
    """A go for two minutes."""
    return Answer("go", event.body.run, operation=17, expires=event.at + timedelta(minutes=2))


def late(event: VerifiedEvent) -> Answer:
    """A go whose time has passed."""
    return Answer("go", event.body.run, operation=17, expires=event.at - timedelta(minutes=2))


def misled(event: VerifiedEvent) -> Answer:
    """A go for another run than the one that asks."""
    return Answer("go", "run-start-of-somebody-else", operation=17, expires=event.at + timedelta(minutes=2))


def wait(event: VerifiedEvent) -> Answer:
    """Not yet."""
    return Answer("wait", event.body.run, operation=17, reason='50% & "done" | more > x ^ !y!', poll=3)


def no(event: VerifiedEvent) -> Answer:
    """Never."""
    return Answer("no", event.body.run, reason="TOK-EX1 holds the group.")


def unknown(event: VerifiedEvent) -> Answer:
    """As a console answers that has lost what it was told."""
    raise HookRefusal("unknown-run", f"No run {event.body.run} of {event.node} is known here.")


def receive(event: VerifiedEvent) -> Answer:
    """Take an event."""
    told.append(event)
    return _said(event) if event.body.event == "starting" else Answer("noted", event.body.run)


def answer_for(run_id: str, node: str) -> Answer:
    """What a run of that node is to do."""
    event = next((known for known in told if known.body.run == run_id and known.node == node), None)
    if event is None:
        raise HookRefusal("unknown-run", f"No run {run_id} of {node} is known here.")
    return _said(event)


def events() -> list[tuple[str, str]]:
    """The events that were told, each with the event of the cluster."""
    return [(event.body.event, event.body.clp_event) for event in told]


def _said(event: VerifiedEvent) -> Answer:
    says = script.pop(0) if len(script) > 1 else script[0]
    return says(event)
