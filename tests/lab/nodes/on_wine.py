"""The guard on a cmd.exe that is not the lab's: what is sent, and a program that records what Wine's cmd makes of it.

`python -m tests.lab.nodes.on_wine` needs Wine (`apt-get install --no-install-recommends wine wine64`: 98 MB to fetch,
660 MB on disk, and 700 MB more for the moment that it runs), which is why it is run by hand when the guard's text
changes. It writes wine-guard.json beside this file.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from console.domain.lease import Fence
from console.domain.node_guard import guarded

RECORDING = Path(__file__).with_name("wine-guard.json")
NOW = datetime(2008, 10, 15, 12, 0, 0, 250000)
"""The node's time, as its wmic tells it: Wine's own cannot print a list."""
WMIC = f"@echo off\r\necho.\r\necho LocalDateTime={NOW:%Y%m%d%H%M%S.%f}+540\r\necho.\r\n"
FIRST, SECOND = 1790000000, 1790000007


@dataclass(frozen=True)
class Case:
    """A command with the token and the time that are sent along; what the guard says in its place, if anything."""

    title: str
    token: int
    left: float | None = None
    refused: str = ""
    command: str = "echo ran"
    cluster: int = 7

    @property
    def line(self) -> str:
        """What is sent."""
        not_after = None if self.left is None else NOW + timedelta(seconds=self.left)
        return guarded(self.command, Fence(self.cluster, self.token, 0.0), not_after)


CASES = (
    Case("the first token", FIRST),
    Case("the same token", FIRST),
    Case("a higher token", SECOND),
    Case("a lower token", FIRST, refused="token t001790000007"),
    Case("the higher token again", SECOND),
    Case("within its time", SECOND, left=60),
    Case("past its time by a tenth of a second", SECOND, left=-0.1, refused="late 2008101512"),
    Case("past its time by a minute", SECOND, left=-60, refused="late 2008101512"),
    Case("a lower token within its time", FIRST, left=60, refused="token t001790000007"),
    Case("an exit code", SECOND, left=60, command="exit 3"),
    Case("nine, in another cluster", 9, cluster=8),
    Case("ten after nine", 10, cluster=8),
    Case("nine after ten", 9, cluster=8, refused="token t000000000010"),
    Case("beyond 31 bits", 2**31 + 1, cluster=8),
    Case("the last of 31 bits after it", 2**31 - 1, cluster=8, refused="token t002147483649"),
    Case("what is remembered", SECOND, command=r"dir /b C:\changeover\fence\7"),
)
TOGETHER = tuple(Case(f"{number} of three at once", number, cluster=9) for number in (20, 21, 22))


@dataclass(frozen=True)
class Seen:
    """What a line printed and ended with."""

    title: str
    line: str
    exit_code: int
    printed: str


class Wine:
    """A fresh Windows of Wine's in a folder, for the time of a block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._env = {**os.environ, "WINEPREFIX": str(folder / "prefix"), "WINEDEBUG": "-all"}
        (folder / "wmic.bat").write_text(WMIC, encoding="ascii")

    def __enter__(self) -> "Wine":
        self._quietly("wineboot", "-i")  # what it starts in the background must not hold a pipe of ours
        self._quietly("wineserver", "-p60")
        return self

    def __exit__(self, *_: object) -> None:
        self._quietly("wineserver", "-k")

    def run(self, case: Case) -> Seen:
        """Type one line into a cmd.exe of its own."""
        source, target = (self._folder / f"{case.cluster}-{case.token}.{end}" for end in ("in", "out"))
        source.write_bytes(case.line.encode() + b"\r\n")
        with source.open("rb") as typed, target.open("wb") as printed:
            ended = subprocess.run(
                ["wine", "cmd", "/q"], env=self._env, cwd=self._folder, stdin=typed, stdout=printed, timeout=60
            )
        said = target.read_text(encoding="ascii").partition("\n")[2]  # the first line is its greeting
        return Seen(case.title, case.line, ended.returncode, said)

    def _quietly(self, *command: str) -> None:
        nothing = subprocess.DEVNULL
        subprocess.run(command, env=self._env, stdin=nothing, stdout=nothing, stderr=nothing, timeout=300)


def record() -> dict[str, list[dict[str, object]]]:
    """Everything that Wine makes of the cases, one after another, and of those that come together."""
    with tempfile.TemporaryDirectory(prefix="wine-") as folder, Wine(Path(folder)) as wine:
        one_by_one = [wine.run(case) for case in CASES]
        with ThreadPoolExecutor(max_workers=len(TOGETHER)) as pool:
            at_once = list(pool.map(wine.run, TOGETHER))
    return {"one by one": plain(one_by_one), "at once": plain(at_once)}


def plain(seen: Sequence[Seen]) -> list[dict[str, object]]:
    """As JSON."""
    return [asdict(each) for each in seen]


if __name__ == "__main__":
    RECORDING.write_text(json.dumps(record(), indent=1) + "\n", encoding="utf-8")
