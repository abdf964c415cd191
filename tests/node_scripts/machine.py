"""A node under Wine: the rendered scripts in its folder, stand-ins for the product's programs that record their calls.

ARMLOAD and ARMKILL of the stand-ins start and stop made-up services; `sc` tells of them.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from console.domain.secrets import Secret
from console.services.node_scripts import render, settings_for
from tests.node_scripts.stand_ins import STAND_INS

WITHIN = 240
VARIABLES = {
    "CLP_EVENT": "START",
    "CLP_SERVER": "HOME",
    "CLP_DISK": "SUCCESS",
    "CLP_PRIORITY": "1",
    "COMPUTERNAME": "TOK-EX1",
}
_RUNNER = '@echo off\r\n{}\r\nset "PATH=C:\\stubs;%PATH%"\r\ncd /d C:\\stubs\r\ncall C:\\node\\{}\r\n'


@dataclass(frozen=True)
class Ran:
    """How a script ended, and what it called, one line a call without the looks at services."""

    code: int
    calls: tuple[str, ...]

    def of(self, program: str) -> list[str]:
        """The arguments of the calls of one program."""
        return [call.split(" ", 1)[1] for call in self.calls if call.split(" ", 1)[0] == program]

    @property
    def log(self) -> str:
        """What went to the cluster's log."""
        return "\n".join(self.of("armlog"))


@dataclass
class Prefix:
    """A Windows of Wine's, in a folder; its helper programs stay up between commands, so that each is quick."""

    folder: Path
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        quiet = {"WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml=", "WINEPREFIX": str(self.folder)}
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder.parent), "TZ": "UTC", **quiet}

    def start(self) -> None:
        """Make it; its programs get no pipe of ours, which they would keep open."""
        self._run(["wineboot", "-i"])
        self._run(["wineserver", "-p"])
        (self.folder / "dosdevices" / "z:").unlink(missing_ok=True)

    def stop(self) -> None:
        """End every program of this prefix, and no other."""
        self._run(["wineserver", "-k"])

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
    """A node with freshly rendered scripts; the lower it asks for time-outs, the sooner it gives up."""

    def __init__(self, prefix: Prefix, cluster: object, url: str, key: tuple[str, Secret], **settings: object) -> None:
        self.prefix = prefix
        drive = prefix.folder / "drive_c"
        self.scripts, self.stubs, self.own = drive / "node", drive / "stubs", drive / "Changeover"
        for folder in (self.scripts, self.stubs, self.own):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        self.settings = settings_for(cluster, url, **settings)  # type: ignore[arg-type]
        for name, data in render(self.settings).items():
            (self.scripts / name).write_bytes(data)
        (self.own / "node.key").write_text(f"id={key[0]}\r\nkey={key[1].reveal()}\r\n", encoding="ascii")
        self.state = self.stubs / "state"
        self.state.mkdir()
        for name, text in STAND_INS.items():
            (self.stubs / f"{name}.BAT").write_bytes(text.replace("\n", "\r\n").encode("ascii"))

    def run(self, script: str, **variables: str) -> Ran:
        """Run it as the product does, with its variables. An empty value is a variable that is not there."""
        self.calls.unlink(missing_ok=True)
        lines = "\r\n".join(f'set "{name}={value}"' for name, value in (VARIABLES | variables).items())
        (self.stubs / "runner.bat").write_bytes(_RUNNER.format(lines, script).encode("ascii"))
        code = self.prefix.wine("cmd", "/c", r"C:\stubs\runner.bat")
        lines_of = self.calls.read_text(encoding="ascii").splitlines() if self.calls.exists() else []
        return Ran(code, tuple(line.rstrip() for line in lines_of))

    @property
    def calls(self) -> Path:
        """Where the stand-ins write."""
        return self.stubs / "calls"

    def running(self) -> set[str]:
        """The services that run."""
        return {path.name for path in self.state.iterdir() if "RUNNING" in path.read_text(encoding="ascii")}

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
