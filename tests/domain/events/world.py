"""Two nodes, a product that brings a group up, and a console that decides: small enough to be shuffled at random.

A node starts its store only with a go that it fetched. Nodes lose their power, their heartbeat and, where a test
wants that, the console's sight. The console is `decide`, the opinion, the agreement and a plan of a few steps.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from console.domain.events.agreement import why_not
from console.domain.events.decide import decide
from console.domain.events.decisions import Decision, Join, LogOnly, No, Open, Supersede
from console.domain.events.facts import Event, EventKind, OpenOperation, RunAnswer, RunView
from console.domain.events.opinion import Holding, Opinion, Script
from console.domain.events.runs import GoHeld
from console.domain.observation import Seen
from tests.domain import worlds
from tests.domain.events.memory import MemoryRuns

START = datetime(2008, 10, 15, 3, 0, tzinfo=UTC)
NODES = ("NODE1", "NODE2")
GO_SECONDS = 120.0
STEPS = {
    "failover": ("hand-over", "switch", "switched", "go", "bring-up"),
    "takeover": ("opinion", "switch", "switched", "go", "bring-up"),
    "start": ("opinion", "go", "bring-up"),
}


def other(node: str) -> str:
    return NODES[1 - NODES.index(node)]


@dataclass
class Machine:
    """A node: whether it has power and sight, whether its engine claims the group, its script and its store."""

    up: bool = True
    seen: bool = True
    claims: bool = False
    script: str = ""
    store: bool = False
    deaf: bool = False
    """Whether its way to the console is broken, though the console sees it."""

    def die(self) -> None:
        self.up = self.claims = self.store = False
        self.script = ""


@dataclass
class Doing:
    """An operation of the console, and the step that it is at."""

    id: int
    kind: str
    target: str
    began: datetime
    at: int = 0
    runs: list[str] = field(default_factory=list)

    @property
    def step(self) -> str:
        return STEPS[self.kind][self.at]

    def as_seen(self) -> OpenOperation:
        return OpenOperation(self.id, self.kind, self.target, gives_go=self.step != "bring-up")


class World:
    """Everything together. What must never happen is gathered in `wrong`."""

    def __init__(self) -> None:
        self.now = START
        self.machines = {"NODE1": Machine(claims=True, store=True), "NODE2": Machine()}
        self.linked = True
        self.directory: str | None = "NODE1"
        self.runs = MemoryRuns(lambda: self.now)
        self.mail: list[Event] = []
        self.undecided: list[str] = []
        self.acting: Doing | None = None
        self.waiting: Doing | None = None
        self.wrong: list[str] = []
        self.decisions: list[Decision] = []
        self.count = 0

    # The product and the nodes.

    def bring_up(self, node: str, clp_event: str = "FAILOVER") -> bool:
        """The product starts the group on a node, unless it knows that the other one has it."""
        own, rival = self.machines[node], self.machines[other(node)]
        taken = rival.up and rival.claims and self.linked
        if not own.up or own.claims or taken:
            return False
        own.claims, own.script = True, self._report(node, EventKind.STARTING, clp_event)
        return True

    def _report(self, node: str, kind: EventKind, clp_event: str, run: str = "") -> str:
        self.count += not run
        run = run or f"run-{self.count:012d}"
        self.mail.append(Event(kind, node, run, clp_event, self.now))
        return run

    def hand_over(self, target: str) -> bool:
        """`clpgrp -m`: the source's script stops its store, then the group comes up on the target."""
        source, there = self.machines[other(target)], self.machines[target]
        if not (self.linked and source.up and source.claims and there.up):
            return False
        source.claims = source.store = False
        source.script = ""
        return self.bring_up(target, "START")

    def poll(self, node: str) -> None:
        """The script on a node asks how its run stands, and acts on it."""
        machine = self.machines[node]
        if not machine.script or machine.deaf or machine.script not in self.runs.rows:
            return
        answer = self.runs.fetch(machine.script)
        if answer is RunAnswer.GO:
            machine.store = True
            self._report(node, EventKind.STARTED, "START", machine.script)
        if answer is not RunAnswer.WAIT:
            machine.script = ""

    def silence_passes(self, node: str) -> None:
        """A script that has not heard the console for too long starts Exchange by its kit."""
        machine = self.machines[node]
        if machine.script and machine.deaf:
            machine.store, machine.script = True, ""

    def join(self) -> None:
        """Heartbeats are back: two nodes that both have the group shut down."""
        self.linked = True
        if all(machine.claims for machine in self.machines.values()):
            for machine in self.machines.values():
                machine.die()

    # The console.

    def hear(self, event: Event) -> None:
        """A report arrives, for the first time or again."""
        if event.kind is EventKind.STARTING and event.run not in self.runs.rows:
            self.runs.ask(event.run, event.node, event.clp_event)
            self.undecided.append(event.run)
        elif event.kind is EventKind.STARTED:
            self.runs.change(event.run, started=True)
            self.runs.until.pop(event.run, None)

    def opinion(self, caller: str) -> Opinion:
        return Opinion(
            caller,
            other(caller),
            self._says(caller),
            self._says(other(caller)),
            self._look(other(caller), lambda machine: machine.store),
            Seen(False),
            other_script=self._script(other(caller)),
        )

    def _script(self, node: str) -> Script:
        """By its last question that was heard, and by whether its engine shows a script under way (pending)."""
        run, machine = self._run_of(node, self.now - timedelta(hours=1)), self.machines[node]
        if run is None or run.started:
            return Script.NONE
        if not run.asks:
            return Script.NONE if run.failed else Script.STARTS
        ended = machine.up and machine.seen and not machine.script
        return Script.OVER if ended and run.answer is RunAnswer.NO else Script.ASKS

    def _asks(self, node: str) -> bool:
        run = self._run_of(node, self.now - timedelta(hours=1))
        return run is not None and run.asks

    def _run_of(self, node: str, since: datetime) -> RunView | None:
        return self.runs.starting(node, since)

    def _says(self, node: str) -> Seen[str]:
        def holder(machine: Machine) -> str:
            if machine.claims:
                return node
            rival = self.machines[other(node)]
            return other(node) if self.linked and rival.up and rival.claims else ""

        return self._look(node, holder)

    def _look(self, node, what):
        machine = self.machines[node]
        return Seen(what(machine)) if machine.up and machine.seen else Seen.nothing(f"{node} does not answer")

    def decide(self, run: str) -> None:
        """Decide about a run, and carry the decision out at once."""
        row = self.runs.rows[run]
        if row.answer is not RunAnswer.WAIT:
            return  # answered while it waited to be decided
        event = Event(EventKind.STARTING, row.node, run, row.clp_event, self.now)
        names: Seen[str] = Seen(self.directory) if self.directory else Seen.nothing("half of it names each")
        acting = self.acting.as_seen() if self.acting else None
        waiting = self.waiting.as_seen() if self.waiting else None
        opinion = self.opinion(row.node)
        decision = decide(event, worlds.cluster(), opinion, acting, waiting, names)
        self.decisions.append(decision)
        if opinion.verdict() is Holding.ASKS and not isinstance(decision, No):
            self._stand_down(other(row.node))
        match decision:
            case Join():
                assert self.acting is not None
                self.acting.runs.append(run)
            case Supersede():
                self.end()
                self._open(decision.open, run)
            case Open():
                self._open(decision, run)
            case No():
                self.runs.say_no(run, decision.reason)
            case LogOnly():
                self.runs.change(run, answer=RunAnswer.NOTED)

    def _stand_down(self, node: str) -> None:
        """The other node's question is told no, because the first that is decided about is brought up."""
        run = self._run_of(node, self.now - timedelta(hours=1))
        if run is not None and run.answer is RunAnswer.WAIT:
            self.runs.say_no(run.run, "the other node is brought up")

    def _open(self, decision: Open, run: str) -> None:
        assert self.acting is None
        if decision.superseding:
            self.waiting = None
        self.begin(decision.kind, decision.target, self.runs.rows[run].first_seen)
        self.acting.runs.append(run)

    def begin(self, kind: str, target: str, began: datetime | None = None) -> None:
        self.count += 1
        self.acting = Doing(self.count, kind, target, began or self.now)

    def end(self) -> None:
        """The operation ends; no run of it is left without an answer, and its unfetched go is taken back."""
        ended, self.acting = self.acting, None
        for run in ended.runs if ended else ():
            if not self.runs.rows[run].started:
                self.runs.withdraw(run, "the operation ended")

    def work(self) -> None:
        """The worker performs the next step, which fails, waits or is done."""
        doing = self.acting
        if doing is None:
            return
        done = getattr(self, "_" + doing.step.replace("-", "_"))(doing)
        if done is None:
            self.end()
        elif done:
            doing.at += 1
            if doing.at == len(STEPS[doing.kind]):
                self.end()

    def _own_run(self, doing: Doing) -> RunView | None:
        return self._run_of(doing.target, doing.began)

    def _hand_over(self, doing: Doing) -> bool | None:
        run = self._own_run(doing)
        if run is not None:
            return True if run.alive else None
        if self.machines[doing.target].script:
            return False
        return False if self.hand_over(doing.target) else None

    def _opinion(self, doing: Doing) -> bool | None:
        verdict = self.opinion(doing.target).verdict()
        if verdict is Holding.HELD:
            if (run := self._own_run(doing)) is not None:
                self.runs.say_no(run.run, "the other node holds the group")
            return None
        return verdict is not Holding.ASKS

    def _switch(self, doing: Doing) -> bool | None:
        """Agreement, then the directory is half-way; whatever holds the group visibly must be the target."""
        told = {node: seen.value for node in NODES if (seen := self._says(node)).value is not None}
        rival = self.machines[other(doing.target)]
        store_down = self._look(other(doing.target), lambda machine: machine.store).value is False
        asking = [other(doing.target)] if self._asks(other(doing.target)) and store_down else []
        if why_not(told, doing.target, run=self._own_run(doing), asking=asking) is not None:
            return None
        if rival.up and rival.seen and rival.store:
            self.wrong.append(f"the directory was switched away from {other(doing.target)}, which is active")
        self.directory = None
        return True

    def _switched(self, doing: Doing) -> bool | None:
        if self._switch(doing) is None:
            return None
        self.directory = doing.target
        return True

    def _go(self, doing: Doing) -> bool | None:
        run = self._own_run(doing)
        if run is not None and (run.fetched_go or run.started):
            return True
        if run is None or not run.alive:
            return None
        clear = self._opinion(doing)
        if not clear:
            return clear
        if run.answer is RunAnswer.GO:
            return False if self.runs.unexpired(run.run) else None
        with suppress(GoHeld):
            self.runs.give_go(run.run, valid_seconds=GO_SECONDS)
        return False

    def _bring_up(self, doing: Doing) -> bool | None:
        run = self._own_run(doing)
        machine = self.machines[doing.target]
        if run is None or run.failed or not machine.up:
            return None
        return run.started and machine.store
