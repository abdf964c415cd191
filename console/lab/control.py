"""The control channel's client: drives a lab that runs in another process."""

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from console.lab.control_server import STATE_FILE
from console.lab.switching import DIRECTORY

ANSWER_SECONDS = 30


class NoLab(Exception):
    """No lab answers for this state folder."""


class NotStarted(NoLab):
    """A lab that was to start ended before it answered; the text is the last thing that it said."""


class LabRefused(Exception):
    """The lab does not know the node, the fault or the command; the text says what there is."""


class Lab:
    """A lab that runs elsewhere, found by its state folder."""

    def __init__(self, state: Path) -> None:
        """Read the state file. Raises `NoLab`."""
        try:
            data = json.loads((state / STATE_FILE).read_text(encoding="utf-8"))
            self._port, self._token, self.pid = int(data["port"]), str(data["token"]), int(data["pid"])
        except (OSError, ValueError, KeyError) as error:
            raise NoLab(f"No lab runs with the state folder {state}: start one with `lab up`.") from error

    def __repr__(self) -> str:
        return f"Lab(port={self._port}, pid={self.pid})"

    def status(self) -> dict[str, Any]:
        """Clusters, nodes, services, faults and the directory, as the lab describes itself."""
        data: dict[str, Any] = self._ask("status")
        return data

    def effects(self, since: int = 0) -> list[dict[str, Any]]:
        """The effects numbered above `since`."""
        data: list[dict[str, Any]] = self._ask("effects", since=since)
        return data

    def faults(self) -> dict[str, dict[str, str]]:
        """Every fault that there is, with what it does."""
        data: dict[str, dict[str, str]] = self._ask("faults")
        return data

    def fault(self, node: str, name: str, /, on: bool = True, **arguments: str) -> None:
        """Switch a node's fault. Raises `LabRefused`."""
        self._ask("fault", node=node, name=name, on=on, arguments=arguments)

    def directory_fault(self, name: str, on: bool = True, where: str = DIRECTORY, **arguments: Any) -> None:
        """Switch a fault of a domain controller: of the first one, or of the one that `where` names.

        Raises `LabRefused`.
        """
        self._ask("directory-fault", name=name, on=on, arguments=arguments, where=where)

    def webhook(self, url: str, keys: dict[str, tuple[str, str]]) -> None:
        """Tell the nodes' scripts where the console is: its base URL, and (key id, key) by node."""
        self._ask("webhook", url=url, keys=keys)

    def type(self, node: str, line: str, wait: float = 0) -> dict[str, Any]:
        """Let an administrator type a command on a node, which runs on by itself. Raises `LabRefused`.

        Returns what it has written after `wait` seconds, or sooner once it has ended: `output`, `ended`, and `code`.
        """
        data: dict[str, Any] = self._ask("type", ANSWER_SECONDS + wait, node=node, line=line, wait=wait)
        return data

    def file(self, node: str, path: str) -> dict[str, Any]:
        """The `text` of a file on a node's disks, or the `names` in a folder. Raises `LabRefused`."""
        data: dict[str, Any] = self._ask("file", node=node, path=path)
        return data

    def hand(self, cluster: str, step: str) -> str:
        """Do what a person does in dialogs for that step of a set-up; a sentence about it. Raises `LabRefused`."""
        data: str = self._ask("hand", cluster=cluster, step=step)
        return data

    def switch(self, where: str, name: str, on: bool, words: Sequence[str]) -> list[str]:
        """Switch a fault of a node, a cluster's active node or a domain controller, its arguments as NAME=VALUE.

        Returns the names of where that was. Raises `LabRefused`.
        """
        data: list[str] = self._ask(
            "switch", where=where, name=name, on=on, words=dict(word.partition("=")[::2] for word in words)
        )
        return data

    def open_handle(self, node: str, image: str, path: str) -> None:
        """Let a process hold a file open."""
        self._ask("handle", node=node, image=image, path=path)

    def close_handles(self, node: str, image: str) -> None:
        """Close what a process holds open."""
        self._ask("handle", node=node, image=image)

    def advance(self, seconds: float) -> None:
        """Move a driven clock on."""
        self._ask("advance", seconds=seconds)

    def stop(self) -> None:
        """End the lab."""
        self._ask("stop")

    def _ask(self, command: str, seconds: float = ANSWER_SECONDS, /, **arguments: Any) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}/{command}",
            json.dumps(arguments).encode(),
            {"Authorization": f"Bearer {self._token}"},
        )
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=seconds) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise LabRefused(json.load(error)["error"]) from error
        except OSError as error:
            raise NoLab(f"The lab does not answer on port {self._port}: {error}. Start it again.") from error


def start_detached(command: Sequence[str], state: Path, seconds: float) -> Lab:
    """Start a lab as a process of its own, its words in lab.log. Raises `NotStarted` with the last of them."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lab.log").open("ab") as log:
        began = log.tell()
        child = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    try:
        return wait_for_lab(state, seconds, lambda: child.poll() is None)
    except NoLab as error:
        child.terminate()
        said = (state / "lab.log").read_bytes()[began:].decode(errors="replace").strip().splitlines()
        raise NotStarted(f"The lab did not start: {said[-1] if said else 'it said nothing'}") from error


def wait_for_lab(state: Path, seconds: float, alive: Callable[[], bool] = lambda: True) -> Lab:
    """The lab of a state folder once it answers. Raises `NoLab` when it does not in time or is not alive."""
    deadline = time.monotonic() + seconds
    while True:
        living = alive()
        try:
            lab = Lab(state)
            lab.status()
            return lab
        except NoLab:
            if not living or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
