"""Where a worker comes by on its way between the rules and the world: each of its seams tells the trip wire."""

import functools
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from console.adapters.ldap.lanes import Lanes
from console.adapters.ldap.pipeline import Pipeline
from console.adapters.ldap.wire import Wire
from console.adapters.winrm.channel import Channel
from console.services.journal import OperationJournal
from console.services.runs import ClusterRuns
from tests.chaos.wires import FOLDER, Post

AFTER = {"started": "started", "acting": "acting", "done": "ended", "already": "ended"}
"""The point that comes after a line of this kind."""
QUESTIONS = ("hostname", "wmic os ")
"""What is asked of a node once for a shell before the first change."""
GUARD_ENDS = "&ver>nul&"


class Walker:
    """Knows which step this process is in, and does at the wire what the wire says."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._step = ""
        self._passed: Counter[tuple[str, str]] = Counter()
        self.mine = threading.local()

    def begins(self, step: str) -> None:
        """The operation has come to this step."""
        self._step = step
        self._passed.clear()

    def sends(self, what: str) -> None:
        """Something that may change the world goes out now."""
        self._post.note_send(self._step, what)
        self.passes("send")

    def passes(self, point: str) -> None:
        """The operation is at this point of its step."""
        wire = self._post.standing()
        if wire is None or (wire.step, wire.point) != (self._step, point):
            return
        self._passed[self._step, point] += 1
        if self._passed[self._step, point] == wire.nth and self._post.take(time.time()):
            self._do(wire.does)

    def _do(self, what: str) -> None:
        if what == "kill":
            os.killpg(os.getpgrp(), signal.SIGKILL)
        elif what == "kill-child":
            os.kill(os.getpid(), signal.SIGKILL)
        elif what == "stop":
            os.killpg(os.getpgrp(), signal.SIGSTOP)
        else:
            self._post.wait()


def watch() -> None:
    """Put the wires around the seams of this process and of those that it forks."""
    walker = Walker(Post(Path(os.environ[FOLDER])))
    _watch_journal(walker)
    _watch_commands(walker)
    _watch_modifies(walker)
    _watch_goes(walker)


def _around(owner: type, name: str, made: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    plain = getattr(owner, name)
    setattr(owner, name, functools.wraps(plain)(made(plain)))


def _watch_journal(walker: Walker) -> None:
    def write(plain: Callable[..., Any]) -> Callable[..., Any]:
        def watched(journal: OperationJournal, kind: str, text: str, **rest: Any) -> None:
            if kind == "started":
                walker.begins(str(rest.get("step", "")))
            plain(journal, kind, text, **rest)
            if kind in AFTER:
                walker.passes(AFTER[kind])

        return watched

    _around(OperationJournal, "write", write)


def _watch_commands(walker: Walker) -> None:
    def execute(plain: Callable[..., Any]) -> Callable[..., Any]:
        def watched(channel: Channel, line: str, **rest: Any) -> Any:
            walker.mine.changing = bool(rest.get("changing"))
            try:
                return plain(channel, line, **rest)
            finally:
                walker.mine.changing = False

        return watched

    def command(plain: Callable[..., Any]) -> Callable[..., Any]:
        def watched(channel: Channel, line: str, *rest: Any, **more: Any) -> Any:
            walker.mine.out = getattr(walker.mine, "changing", False) and not line.startswith(QUESTIONS)
            if walker.mine.out:
                walker.sends(line.rpartition(GUARD_ENDS)[2])
            answer = plain(channel, line, *rest, **more)
            if walker.mine.out:
                walker.mine.out = False
                walker.passes("answered")
            return answer

        return watched

    def receive(plain: Callable[..., Any]) -> Callable[..., Any]:
        def watched(channel: Channel, *rest: Any, **more: Any) -> Any:
            if getattr(walker.mine, "out", False):
                walker.passes("sent")
            return plain(channel, *rest, **more)

        return watched

    _around(Channel, "execute", execute)
    _around(Channel, "_command", command)
    _around(Channel, "_receive", receive)


def _watch_modifies(walker: Walker) -> None:
    """A wire is at its `send` after the last look at the lease; whatever has been sent is `sent` after that."""

    def wire_flush(plain: Callable[..., Any]) -> Callable[..., Any]:
        def watched(wire: Wire, *rest: Any, **more: Any) -> None:
            if wire.unsent and "within" in more:  # as long as a lease lasts: only changes are sent so
                walker.sends("modify")
                walker.mine.out = True
            plain(wire, *rest, **more)

        return watched

    def flush(plain: Callable[..., Any]) -> Callable[..., Any]:
        def watched(lanes: Lanes) -> None:
            walker.mine.out = False
            plain(lanes)
            if walker.mine.out:
                walker.mine.out = False
                walker.passes("sent")

        return watched

    def judge(plain: Callable[..., Any]) -> Callable[..., Any]:
        def watched(pipeline: Pipeline, *rest: Any) -> Any:
            found = plain(pipeline, *rest)
            walker.passes("answered")
            return found

        return watched

    _around(Wire, "flush", wire_flush)
    _around(Lanes, "flush", flush)
    _around(Pipeline, "_judge", judge)


def _watch_goes(walker: Walker) -> None:
    def give(plain: Callable[..., Any]) -> Callable[..., Any]:
        def watched(runs: ClusterRuns, run_id: str, **rest: Any) -> None:
            walker.sends("go")
            plain(runs, run_id, **rest)
            walker.passes("sent")
            walker.passes("answered")

        return watched

    _around(ClusterRuns, "give_go", give)
