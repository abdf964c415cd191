"""The stages of a cluster set-up as a log shows them, in the order in which they should come, and where it stopped.

The order is that of "Inside Exchange Cluster Setup", part 5: entering ScSetupExchangeVirtualServer, the binaries from
Setup\\Roles and Setup\\Common, the cluster files, four scripts, other scripts; then the resources (last part).
"""

import re
from dataclasses import dataclass, field

from console.domain.setup_log.report import Place, Stage, StageState

VIRTUAL_SERVER = "ScSetupExchangeVirtualServer"
SCRIPTS = ("CLUSTER_SERVER.UNS", "CLUSTER_SERVER.INS", "CLUSTER_SHARED.UNS", "CLUSTER_SHARED.INS")
ALSO_CALLED = {"CLUSTER_SETUP.INS": "CLUSTER_SERVER.INS", "CLUSTER_SETUP.UNS": "CLUSTER_SERVER.UNS"}
"""The article has both names for the same file."""
BEFORE = {
    "enter": f"Entering {VIRTUAL_SERVER}",
    "roles": r"Binaries from Setup\Roles",
    "common": r"Binaries from Setup\Common",
    "files": "Cluster files",
}
AFTER = {"resources": "Exchange's cluster resources", "end": "End of the set-up"}
OTHERS = 100
"""Other scripts that are kept."""
_SCRIPT = re.compile(r"\b(\w+\.(?:INS|UNS|SCR))\b", re.IGNORECASE)


@dataclass
class _Seen:
    when: str
    place: Place
    depth: int
    title: str
    lines: int = 0
    failed: int = 0
    over: bool = False


@dataclass
class Timeline:
    """What was seen so far of one run."""

    seen: dict[str, _Seen] = field(default_factory=dict)
    """By key, in the order in which they were first seen."""
    current: str = ""
    """The stage that was seen last."""
    deepest: int = 0
    """How many functions were open when the stages began that may still be going on, at most."""
    cluster: bool = False
    """Whether this is the set-up of a clustered server."""

    def saw(self, key: str, when: str, place: Place, depth: int, title: str = "") -> None:
        """A stage has begun, or goes on."""
        if key not in self.seen:
            if len(self.seen) > OTHERS:
                return
            self.seen[key] = _Seen(when, place, depth, title or BEFORE.get(key) or AFTER.get(key) or key)
        self.seen[key].over = False
        self.current = key
        self.deepest = max(self.deepest, self.seen[key].depth)
        self.cluster = self.cluster or key == "enter" or key in SCRIPTS

    def script(self) -> str:
        """The script whose lines are being interpreted; empty when it is none."""
        seen = self.seen.get(self.current)
        return self.current if seen is not None and _is_script(self.current) and not seen.over else ""

    def left(self, depth: int) -> None:
        """A function was left, and `depth` functions are open now: what began further in is over."""
        for key in (self.current, "enter"):
            if (seen := self.seen.get(key)) is not None and seen.depth > depth:
                seen.over = True
        self.deepest = depth

    def over(self, key: str) -> None:
        """The log says that a stage is over."""
        if key in self.seen:
            self.seen[key].over = True

    def interpreted(self) -> None:
        """A line of the current script is interpreted."""
        if seen := self.seen.get(self.script()):
            seen.lines += 1

    def failed(self, key: str) -> None:
        """Something in a stage did not end well."""
        if key in self.seen:
            self.seen[key].failed += 1

    def stages(self, *, finished: bool) -> tuple[Stage, ...]:
        """Every stage: those of a cluster set-up also when they were not seen."""
        expected = self._expected()
        last = max((index for index, key in enumerate(expected) if key in self.seen), default=-1)
        return tuple(self._stage(key, index < last, finished) for index, key in enumerate(expected))

    def missing(self, *, finished: bool) -> list[str]:
        """Scripts of the cluster that should have been run by now and were not, once any of them was."""
        there = [index for index, name in enumerate(SCRIPTS) if name in self.seen]
        reached = len(SCRIPTS) if finished else max(there, default=-1)
        later = any(key in self.seen for key in AFTER)
        return [
            name
            for index, name in enumerate(SCRIPTS)
            if there and name.endswith(".INS") and name not in self.seen and (index < reached or later)
        ]

    def out_of_order(self) -> list[str]:
        """The scripts of the cluster as they came, when they did not come as they should."""
        came = [name for name in self.seen if name in SCRIPTS]
        return came if came != [name for name in SCRIPTS if name in came] else []

    def _expected(self) -> list[str]:
        others = [key for key in self.seen if _is_script(key) and key not in SCRIPTS]
        if self.cluster:
            return [*BEFORE, *SCRIPTS, *others, *AFTER]
        return [key for key in (*BEFORE, *others, *AFTER) if key in self.seen]

    def _stage(self, key: str, passed: bool, finished: bool) -> Stage:
        seen = self.seen.get(key)
        if seen is None:
            title = BEFORE.get(key) or AFTER.get(key) or key
            return Stage(key, title, StageState.NOT_SEEN if passed or finished else StageState.NOT_REACHED)
        state = StageState.FAILED if seen.failed else StageState.DONE
        if not finished and key == self.current and not seen.over:
            state = StageState.STOPPED
        return Stage(key, seen.title, state, seen.when, seen.place, seen.lines, seen.failed)


def scripts_in(text: str) -> list[tuple[str, str]]:
    """The scripts that a text names: the key of the stage, and the name as it stands there."""
    found = [name.upper() for name in _SCRIPT.findall(text)]
    return [(ALSO_CALLED.get(name, name), name) for name in found]


def _is_script(key: str) -> bool:
    return key.endswith((".INS", ".UNS", ".SCR"))
