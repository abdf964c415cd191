"""What a cluster's node scripts are rendered from, checked so that no value can be taken for an order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from console.domain.errors import ChangeoverError
from console.domain.node_scripts.bounds import Bounds

FOLDER = r"C:\Changeover"
ON_SILENCE = ("start", "fail")
_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9 ._-]{0,61}[A-Za-z0-9_-])?")
_SERVICE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._$-]{0,78}[A-Za-z0-9$])?")
_URL = re.compile(r"http://(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)(?::[0-9]{1,5})?")
_FOLDER = re.compile(r"[A-Za-z]:\\[A-Za-z0-9 ._\\-]{0,100}[A-Za-z0-9_-]")


class Unrenderable(ChangeoverError):
    """A value that cannot stand in a batch file."""

    remedy = "Correct it in the inventory or on the command line; docs/node-scripts.md says what each may hold."


@dataclass(frozen=True)
class WatchedService:
    """A service and the id of the watch that START.BAT sets up and STOP.BAT releases."""

    name: str

    @property
    def watch(self) -> str:
        """Letters and digits only, the same for a service wherever it is asked for."""
        return "CHO" + re.sub("[^A-Z0-9]", "", self.name.upper())


@dataclass(frozen=True)
class ScriptSettings:
    """Everything that a cluster's node scripts say; both nodes carry the same files."""

    cluster: str
    group: str
    generation: str
    services: tuple[WatchedService, ...]
    """In start order."""
    url: str
    """Where the console listens for the nodes, without a path: `http://console.example.com:8000`."""
    bounds: Bounds
    folder: str = FOLDER
    """On the node: the key's file and the folders work, spool and kit are in it."""
    silence: str = "start"
    """What START.BAT does when the console is silent and no kit is applied: `start` or `fail`."""
    log: bool = True
    """Whether each step goes to the cluster's log."""

    def __post_init__(self) -> None:
        """Raise `Unrenderable` for a value that is not as it must be."""
        checks = [("cluster's name", self.cluster, _NAME), ("group's name", self.group, _NAME)]
        checks += [("console's address", self.url, _URL), ("folder", self.folder, _FOLDER)]
        checks += [("service's name", service.name, _SERVICE) for service in self.services]
        for what, value, pattern in checks:
            if pattern.fullmatch(value) is None:
                raise Unrenderable(f"The {what} {value!r} cannot stand in a script.")
        if self.silence not in ON_SILENCE:
            raise Unrenderable(f"{self.silence!r} is not known for a silent console; it is start or fail.")
        _check_watches(self.services)


def _check_watches(services: Sequence[WatchedService]) -> None:
    if not services:
        raise Unrenderable("There is no service to start.")
    watches = [service.watch for service in services]
    twice = sorted({watch for watch in watches if watches.count(watch) > 1})
    if twice:
        raise Unrenderable(f"Two services would have one watch: {', '.join(twice)}.")
