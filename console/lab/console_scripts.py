"""The console's own START.BAT and STOP.BAT as a node runs them: ask for a go, wait, start Exchange, report.

Exit codes: 0 done; 3 the console said no; 4 the console was silent and the script may not start by itself;
5 a service did not come up or go down; 6 the console had it wait for longer than there is.
"""

from dataclasses import dataclass
from math import inf

from console.lab import scm
from console.lab.exchange import START_ORDER
from console.lab.hook_client import Outcome as Said
from console.lab.schedule import Outcome, Procedure, Reason
from console.lab.state import RUNNING, STOPPED, Group, Node
from console.lab.world import World

START, STOP = "START.BAT", "STOP.BAT"
SAID_NO, SILENCE, NOT_DONE, WAITED_OUT = Outcome(3), Outcome(4), Outcome(5), Outcome(6)
STOPPED_REPORT = 3.0
"""World seconds that STOP.BAT gives its one report: the console must not hold up a stop."""
REPORT_TRIES = 5
START_RESERVE, STOP_RESERVE, ASKING = 60.0, 30.0, 0.45
"""World seconds of a time-out that the scripts leave unused, and the part of the rest that asking may take."""
SPOOL = r"C:\Changeover\spool"
_ASK_AGAIN = ("skew", "replay", "unknown-run")
"""Refusals that decide nothing about the run: it is announced again. Any other one is as good as a no."""


@dataclass(frozen=True)
class Run:
    """One run of a script: `event` is its CLP_EVENT, `id` what all its messages carry."""

    world: World
    group: Group
    node: Node
    name: str
    event: str
    by: str
    id: str

    @property
    def cause(self) -> str:
        """Who does it, as the effect log says it: the script, and what had it run."""
        return f"{self.name} ({self.by})"

    def say(self, before: str, after: str) -> None:
        """Record what the run does, so that the effect log tells its story."""
        self.world.record(
            "script", f"{self.name} {self.event} {self.id}", before, after, node=self.node.name, by=self.by
        )
        self.world.schedule.touch()

    def fields(self, detail: str = "") -> dict[str, str]:
        """What a message to the console says beside its event, from the variables that the product gives a script."""
        servers = self.node.cluster.servers(self.group)
        rank = servers.index(self.node)
        fields = {
            "node": self.node.name,
            "cluster": self.node.cluster.name,
            "group": self.group.name,
            "run": self.id,
            "clp_event": self.event,
            "clp_server": "OTHER" if rank else "HOME",
            "clp_disk": "SUCCESS",
            "clp_priority": str(rank + 1),
        }
        return fields | ({"detail": detail[:200]} if detail else {})


def start_bat(run: Run) -> Procedure:
    """Ask the console, wait for its go, start Exchange, say how it went. On RECOVER only tell."""
    if run.event == "RECOVER":
        yield from _report(run, "recover")
        return Outcome()
    answer = yield from _await_go(run)
    run.say("asking", answer)
    if answer == "no":
        return SAID_NO
    if answer == "waited out":
        yield from _report(run, "failed", "no go in time")
        return WAITED_OUT
    if answer == "silence" and run.node.cluster.definition.script.silence == "fail":
        return SILENCE
    why_not = yield from _start_services(run)
    if answer == "silence":
        _spool(run, why_not)
    yield from _report(run, "failed" if why_not else "started", why_not)
    return NOT_DONE if why_not else Outcome()


def stop_bat(run: Run) -> Procedure:
    """Stop Exchange in reverse order, see that it has stopped, and report once, in at most three seconds.

    A service that does not stop has its share of the script's time-out, then the next one has its turn.
    """
    order = START_ORDER[run.node.cluster.definition.generation]
    within = _bounded(run.node.cluster.definition.script.stop_timeout, STOP_RESERVE) / len(order)
    for name in reversed(order):
        yield from _at_most(run, within, scm.stop_and_wait(run.world, run.node, name, run.cause))
    left = [name for name in order if _state(run, name) != STOPPED]
    call = run.world.hooks.event(run.node, "stopped", run.fields(", ".join(left)), STOPPED_REPORT)
    yield from run.world.schedule.until(lambda: call.done, STOPPED_REPORT)
    return NOT_DONE if left else Outcome()


def _at_most(run: Run, seconds: float, procedure: Procedure) -> Procedure:
    """Carry on a procedure for that long, then leave it where it is."""
    clock = run.world.clock
    deadline = clock.now() + seconds
    for wait in procedure:
        left = deadline - clock.now()
        if callable(wait):
            yield from run.world.schedule.until(wait, left)
        else:
            yield min(wait, left)
        if clock.now() >= deadline:
            break
    return Outcome()


def _bounded(timeout: float, reserve: float) -> float:
    """What a script may take of its time-out. No script of ours is made for one that is shorter than the reserve."""
    return timeout - reserve if timeout > reserve else inf


def _await_go(run: Run) -> Reason:
    """`go`, `no`, or `silence` once the console has said nothing that holds for as long as the definition says.

    `waited out` once it has been told to wait for longer than the script's time-out allows.
    """
    settings, clock = run.node.cluster.definition.script, run.world.clock
    heard, announced = clock.now(), False
    latest = clock.now() + ASKING * _bounded(settings.start_timeout, START_RESERVE)
    while clock.now() < latest:
        yield lambda: not run.node.faulty("paused")
        hooks = run.world.hooks
        call = hooks.run(run.node, run.id) if announced else hooks.event(run.node, "starting", run.fields())
        yield lambda call=call: call.done  # type: ignore[misc]
        if call.kind != "silent":
            heard = clock.now()
        elif clock.now() - heard >= settings.silence_after:
            return "silence"
        announced = call.kind == "wait" or (announced and call.kind == "silent")
        if call.kind == "go" and not call.expired:
            return "go"
        if call.outcome and _is_no(call.outcome):
            return "no"
        yield (call.outcome and call.outcome.poll) or settings.retry
    return "waited out"


def _is_no(outcome: Said) -> bool:
    return outcome.kind == "no" or (outcome.kind == "refused" and outcome.refusal not in _ASK_AGAIN)


def _start_services(run: Run) -> Reason:
    """Start Exchange's services in order; names those that do not run afterwards."""
    order = START_ORDER[run.node.cluster.definition.generation]
    for name in order:
        yield from scm.start_and_wait(run.world, run.node, name, run.cause)
    down = [name for name in order if _state(run, name) != RUNNING]
    return f"{', '.join(down)} did not start" if down else ""


def _report(run: Run, event: str, detail: str = "") -> Procedure:
    """Tell the console; a console that does not answer is told a few times more."""
    for _ in range(REPORT_TRIES):
        call = run.world.hooks.event(run.node, event, run.fields(detail))
        yield lambda call=call: call.done  # type: ignore[misc]
        if call.kind != "silent":
            break
        yield run.node.cluster.definition.script.retry
    return Outcome()


def _spool(run: Run, why_not: str) -> None:
    """Leave on the node what was done without the console, for it to collect."""
    if run.node.disk.item(SPOOL) is None:
        run.node.disk.mkdir(SPOOL)
    at = run.world.clock.date().strftime("%Y%m%dT%H%M%SZ")
    event = {"event": "failed" if why_not else "started"}
    fields = event | run.fields(why_not) | {"at": at, "console": "silent"}
    text = "".join(f"{key}={value}\r\n" for key, value in fields.items())
    run.node.disk.write(rf"{SPOOL}\{run.id}.txt", text.encode("ascii", "replace"))


def _state(run: Run, name: str) -> int:
    service = run.node.service(name)
    return service.state if service else STOPPED
