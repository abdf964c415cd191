"""A handler of events for these tests: keeps what it received, answers `go` to the runs that a test has granted."""

from datetime import timedelta

from console.domain.hooks.messages import Answer, HookRefusal, VerifiedEvent

received: list[VerifiedEvent] = []
granted: set[str] = set()
trouble: list[Exception] = []


def forget() -> None:
    """Begin anew."""
    received.clear()
    granted.clear()
    trouble.clear()


def receive(event: VerifiedEvent) -> Answer:
    """Take an event; only the first of a kind in a run is kept, as for the console itself."""
    if trouble:
        raise trouble[0]
    run = event.body.run
    if (event.body.event, run) not in {(known.body.event, known.body.run) for known in received}:
        received.append(event)
    if event.body.event != "starting":
        return Answer("noted", run)
    return answer_for(run, event.node)


def answer_for(run_id: str, node: str) -> Answer:
    """What a run of that node is to do."""
    event = next((known for known in received if known.body.run == run_id and known.node == node), None)
    if event is None:
        raise HookRefusal("unknown-run", f"No run {run_id} of {node} is known here.")
    if run_id in granted:
        return Answer("go", run_id, operation=17, expires=event.at + timedelta(minutes=10))
    return Answer("wait", run_id, operation=17, reason="The directory is being switched.", poll=3)
