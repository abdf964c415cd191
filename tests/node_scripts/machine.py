"""A node under Wine: the rendered scripts in its folder, stand-ins for the product's programs that record their calls.

ARMLOAD and ARMKILL of the stand-ins start and stop made-up services; `sc` tells of them. ARMSLEEP does not sleep, and
the scripts are rendered with small bounds, so that no case takes longer than its calls.
"""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from console.domain.secrets import Secret
from console.services.node_scripts import render, settings_for
from tests.node_scripts.stand_ins import STAND_INS

WITHIN = 240
PROGRAMS = ("wine", "wineserver", "wineboot")
QUICK = {"ask": 60, "silence": 9, "off_looks": 2, "on_looks": 4, "report_tries": 2}
"""Bounds of the scripts in these tests, in the seconds that the scripts count: few, and enough for a busy machine."""
VARIABLES = {
    "CLP_EVENT": "START",
    "CLP_SERVER": "HOME",
    "CLP_DISK": "SUCCESS",
    "CLP_PRIORITY": "1",
    "COMPUTERNAME": "TOK-EX1",
}
_RUNNER = '@echo off\r\n{}\r\nset "PATH=C:\\stubs;%PATH%"\r\ncd /d C:\\stubs\r\ncall C:\\node\\{}\r\n'


class WineUnavailable(Exception):
    """Wine cannot be run here; the text says what is missing and how to get it."""


def require_wine(programs: tuple[str, ...] = PROGRAMS) -> None:
    """Raises `WineUnavailable` unless the programs are there."""
    missing = [name for name in programs if shutil.which(name) is None]
    if missing:
        raise WineUnavailable(
            f"{', '.join(missing)} not found. The node scripts run under Wine: as root, 'apt-get install wine wine64', "
            f"or leave these tests out with -m 'not wine', as 'make check' does."
        )


@dataclass(frozen=True)
class Ran:
    """How a script ended, and what it called, one line a call without the looks at services."""

    code: int
    calls: tuple[str, ...]
    results: tuple[dict[str, str], ...]
    """The result files that the client left, in order, as they stood when the script went by them."""

    def of(self, program: str) -> list[str]:
        """The arguments of the calls of one program."""
        return [call.split(" ", 1)[1] for call in self.calls if call.split(" ", 1)[0] == program]

    @property
    def acts(self) -> list[str]:
        """Every call but those that only write to the cluster's log."""
        return [call for call in self.calls if not call.startswith("armlog ")]

    @property
    def log(self) -> str:
        """What went to the cluster's log."""
        return "\n".join(self.of("armlog"))

    @property
    def heard(self) -> list[str]:
        """The answers of the result files."""
        return [result["answer"] for result in self.results]


@dataclass
class Prefix:
    """A Windows of Wine's, in a folder; its helper programs stay up between commands, so that each is quick."""

    folder: Path
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        quiet = {"WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml=", "WINEPREFIX": str(self.folder)}
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder.parent), "TZ": "UTC", **quiet}

    def start(self) -> None:
        """Make it; its programs get no pipe of ours, which they would keep open. Raises `WineUnavailable`."""
        require_wine()
        self._run(["wineboot", "-i"])
        self._run(["wineserver", "-p"])
        if not (self.folder / "drive_c" / "windows").is_dir():
            raise WineUnavailable(f"Wine made no Windows in {self.folder}: run 'wineboot -i' there to see why.")
        (self.folder / "dosdevices" / "z:").unlink(missing_ok=True)

    def stop(self) -> None:
        """End every program of this prefix, and no other, and give its 700 MB back."""
        self._run(["wineserver", "-k"])
        shutil.rmtree(self.folder, ignore_errors=True)

    def wine(self, *words: str, **more: str) -> int:
        """Run a program of Windows and give its exit code."""
        return self._run(["wine", *words], more)

    def _run(self, words: list[str], more: Mapping[str, str] | None = None) -> int:
        environment = self.environment | dict(more or {})
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(words, env=environment, start_new_session=True, **quiet)  # type: ignore[call-overload]
        try:
            return int(process.wait(timeout=WITHIN))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise


class Node:
    """A node with freshly rendered scripts; `bounds` are set beside those of `QUICK`."""

    def __init__(
        self,
        prefix: Prefix,
        cluster: object,
        url: str,
        key: tuple[str, Secret],
        bounds: Mapping[str, int] | None = None,
        **settings: object,
    ) -> None:
        self.prefix = prefix
        drive = prefix.folder / "drive_c"
        self.scripts, self.stubs, self.own = drive / "node", drive / "stubs", drive / "Changeover"
        for folder in (self.scripts, self.stubs, self.own):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        made = settings_for(cluster, url, **settings)  # type: ignore[arg-type]
        self.settings = replace(made, bounds=replace(made.bounds, **(QUICK | dict(bounds or {}))))
        for name, data in render(self.settings).items():
            (self.scripts / name).write_bytes(data)
        (self.own / "node.key").write_text(f"id={key[0]}\r\nkey={key[1].reveal()}\r\n", encoding="ascii")
        self.state = self.stubs / "state"
        self.state.mkdir()
        for name, text in STAND_INS.items():
            (self.stubs / f"{name}.BAT").write_bytes(text.replace("\n", "\r\n").encode("ascii"))

    def run(self, script: str, **variables: str) -> Ran:
        """Run it as the product does, with its variables. An empty value is a variable that is not there."""
        for path in (self.calls, self.results):
            path.unlink(missing_ok=True)
        lines = "\r\n".join(f'set "{name}={value}"' for name, value in (VARIABLES | variables).items())
        (self.stubs / "runner.bat").write_bytes(_RUNNER.format(lines, script).encode("ascii"))
        code = self.prefix.wine("cmd", "/c", r"C:\stubs\runner.bat")
        return Ran(code, tuple(line.rstrip() for line in _lines(self.calls)), _results(_lines(self.results)))

    @property
    def calls(self) -> Path:
        """Where the stand-ins write that they were called."""
        return self.stubs / "calls"

    @property
    def results(self) -> Path:
        """Where they keep the client's result files."""
        return self.stubs / "results"

    @property
    def left(self) -> set[str]:
        """The files of the work folder."""
        return {path.name for path in (self.own / "work").glob("*")}

    @property
    def spooled(self) -> list[dict[str, str]]:
        """What was left for the console to collect."""
        return [dict(line.split("=", 1) for line in _lines(path)) for path in sorted((self.own / "spool").glob("*"))]

    def put_kit(self, *lines: str) -> None:
        """Lay these lines down as the kit's runner."""
        (self.own / "kit").mkdir()
        (self.own / "kit" / "KIT.VBS").write_bytes("".join(f"{line}\r\n" for line in lines).encode("ascii"))

    def running(self) -> set[str]:
        """The services that run."""
        return {path.name for path in self.state.iterdir() if "RUNNING" in path.read_text(encoding="ascii")}

    def start_by_hand(self, service: str) -> None:
        """Have a service run that no watch knows of."""
        (self.state / service).write_text('set "NOW=RUNNING"\n', encoding="ascii")

    def make(self, trouble: str, *services: str) -> None:
        """Have those services not start (`dead`) or not stop (`stuck`)."""
        for name in services:
            (self.stubs / f"{trouble}-{name}").touch()

    @property
    def names(self) -> list[str]:
        """Exchange's services in start order."""
        return [service.name for service in self.settings.services]

    @property
    def watches(self) -> list[str]:
        """Their watches."""
        return [service.watch for service in self.settings.services]

    @property
    def bring_up(self) -> list[str]:
        """The calls that start every service where none runs: what may be left of a watch is released first."""
        pairs = zip(self.watches, self.names, strict=True)
        return [call for w, n in pairs for call in (f"armkill {w}", f'armload {w} /S /A /R 1 "{n}"')]

    @property
    def take_down(self) -> list[str]:
        """The calls that stop every service."""
        return [f"armkill {watch}" for watch in reversed(self.watches)]


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="ascii").splitlines() if path.exists() else []


def _results(lines: list[str]) -> tuple[dict[str, str], ...]:
    """One for each that differs from the one before it."""
    files = re.split(r"\n(?=run=)", "\n".join(lines)) if lines else []
    return tuple(dict(line.split("=", 1) for line in text.splitlines()) for text, _ in groupby(files))
