"""Trip wires: one place in one step at which a worker does something to itself, or waits for what is done to it.

The harness sets a wire as a file; whichever worker process comes by first takes the file away, so that a wire is
tripped once. The seams that are watched are those between the rules and the world: the journal's line, the command
that goes to a node, the modify that goes to a directory, the go that is given.
"""

import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

FOLDER = "CHAOS_FOLDER"
"""The environment variable that names the folder of the files."""

POINTS = {
    "started": "right after the journal says that the step begins",
    "acting": "right after the journal says that the step is about to act",
    "send": "after every check, right before something goes out",
    "sent": "after something went out, before its answer is read",
    "answered": "after the answer was read, before the journal knows",
    "ended": "right after the journal says that the step is over",
}
HAND = {
    "kill": "the whole worker is killed (SIGKILL)",
    "kill-child": "only the process that carries the operation out is killed",
    "stop": "the whole worker stands still (SIGSTOP)",
    "wait": "it waits there until the harness has done something from outside",
}
"""What can happen at a wire."""

PATIENCE = 40.0
"""Seconds that a worker waits at a wire for the harness."""


@dataclass(frozen=True)
class Wire:
    """Where: the `nth` time that the step comes to the point. What: one of `HAND`."""

    step: str
    point: str
    does: str
    nth: int = 1


@dataclass(frozen=True)
class Tripped:
    """Who came to the wire, and when (seconds since 1970)."""

    pid: int
    group: int
    at: float


class Post:
    """The folder by which harness and workers tell each other; the harness holds one, and so does every worker."""

    def __init__(self, folder: Path) -> None:
        self._wire = folder / "wire.json"
        self._tripped = folder / "tripped.json"
        self._go_on = folder / "go-on"
        self._sends = folder / "sends.txt"

    def set(self, wire: Wire | None) -> None:
        """Set this wire and no other; what was told about the one before is forgotten."""
        for path in (self._wire, self._tripped, self._go_on, self._sends):
            path.unlink(missing_ok=True)
        if wire is not None:
            _write(self._wire, asdict(wire))

    def standing(self) -> Wire | None:
        """The wire that is set and that nobody has come to."""
        data = _read(self._wire)
        return Wire(**data) if data else None

    def tripped(self) -> Tripped | None:
        """Who came to the wire."""
        data = _read(self._tripped)
        return Tripped(**data) if data else None

    def go_on(self) -> None:
        """Let whoever waits at the wire go on."""
        self._go_on.touch()

    def take(self, at: float) -> bool:
        """For the worker at the wire: take it down; false when another process was first."""
        mine = self._wire.with_name(f"wire.{os.getpid()}")
        try:
            self._wire.rename(mine)
        except FileNotFoundError:
            return False
        mine.unlink()
        _write(self._tripped, asdict(Tripped(os.getpid(), os.getpgrp(), at)))
        return True

    def wait(self) -> None:
        """For the worker at the wire: wait until the harness says go on."""
        deadline = time.monotonic() + PATIENCE
        while not self._go_on.exists() and time.monotonic() < deadline:
            time.sleep(0.01)

    def note_send(self, step: str, what: str) -> None:
        """For a worker: something that may change the world goes out now."""
        with self._sends.open("a", encoding="utf-8") as file:
            file.write(f"{step}\t{what}\n")

    def sends(self) -> list[str]:
        """Everything that went out since the wire was set, each as step and text."""
        return self._sends.read_text(encoding="utf-8").splitlines() if self._sends.exists() else []


def _write(path: Path, data: dict[str, object]) -> None:
    """Whole or not at all: somebody may be reading."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(data), encoding="utf-8")
    draft.rename(path)


def _read(path: Path) -> dict[str, object] | None:
    try:
        data: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return data
