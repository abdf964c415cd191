"""A ground whose nodes run the console's scripts: they ask over HTTP, and runs kept in memory answer them."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from console.domain import planner
from console.domain.events.facts import RunAnswer, RunView
from console.domain.plan import Plan
from console.lab import presets
from console.lab.definition import NodeKey, Script, Webhook
from tests.domain.events.memory import MemoryRuns
from tests.lab.nodes.answering import KEYS, Answering
from tests.moves.ground import Ground

TYO1, TYO2 = "TYO-EX1", "TYO-EX2"


class Console(Answering):
    """Answers the nodes' questions from `runs`, and keeps there what they report."""

    def __init__(self) -> None:
        super().__init__()
        self.runs = MemoryRuns(lambda: datetime.now(UTC))

    def answer(self, heard: dict[str, str]) -> dict[str, str]:
        run, event = heard["run"], heard.get("event", "")
        self.heard.append(heard)
        if event == "starting":
            self.runs.ask(run, heard["node"], heard["clp_event"])
        elif event:
            if run in self.runs.rows and event in ("started", "failed"):
                self.runs.change(run, **{event: True, "detail": heard.get("detail", "")})
            return {"answer": "noted"}
        return {"answer": self.runs.fetch(run).value}


class Scripted(Ground):
    """Tokyo with the console's scripts, a console that hears them, and its runs."""

    def __init__(self, folder: Path, **script: Any) -> None:
        self.console = Console()
        self.console.__enter__()
        settings = Script(**{"retry": 0.1, "silence_after": 30.0, **script})
        keys = {name: NodeKey(*key) for name, key in KEYS.items()}
        made = replace(presets.tokyo(), scripts="console", script=settings)
        super().__init__(folder, made, webhook=Webhook(self.console.url, keys))
        self.runs: MemoryRuns = self.console.runs

    def close(self) -> None:
        super().close()
        self.console.__exit__()

    def asked(self, node: str, within: float = 15.0) -> RunView:
        """The run by which `node` asks for a go and has no answer yet."""
        found = self.until(lambda: next((r for r in self._rows() if r.node == node and self._waits(r)), None), within)
        assert found is not None, f"{node} has not asked: {self.console.events()}"
        return found

    def _rows(self) -> list[RunView]:
        return list(self.runs.rows.values())

    def _waits(self, run: RunView) -> bool:
        return run.answer is RunAnswer.WAIT and not run.failed

    def until(self, what: Callable[[], Any], within: float = 15.0) -> Any:
        """What `what` gives as soon as that is something, or after `within` seconds."""
        deadline = time.monotonic() + within
        while not (found := what()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    def takeover(self, run: RunView) -> Plan:
        """The plan of a takeover that a run asks for. Raises `Refusal`."""
        return self._automatic(run, lambda f, other: self._take(f, run, other))

    def start(self, run: RunView) -> Plan:
        """The plan of a start that a run asks for. Raises `Refusal`."""
        return self._automatic(run, lambda f, other: planner.make_start(f, run.node, run.run, other_run=other))

    def take_by_hand(self, target: str) -> Plan:
        """The plan of a person's takeover. Raises `Refusal`."""
        self.frozen.kept.clear()
        with self.open() as opened:
            return planner.make_person_takeover(opened, target, self.frozen.kept.extend)

    def _take(self, field: Any, run: RunView, other: RunView | None) -> Plan:
        return planner.make_takeover(field, run.node, run.run, self.frozen.kept.extend, other_run=other)

    def _automatic(self, run: RunView, make: Callable[[Any, RunView | None], Plan]) -> Plan:
        self.frozen.kept.clear()
        with self.open() as opened:
            other = opened.cluster.other(run.node).name
            return make(opened, self.runs.starting(other, datetime.min.replace(tzinfo=UTC)))

    def running(self, node: str) -> set[str]:
        """The Exchange services that run on `node`, by the lab's own word."""
        found = {}
        for of, name, state in self.effects("service"):
            found[of, name] = state
        return {name for (of, name), state in found.items() if of == node and state == "RUNNING"}
