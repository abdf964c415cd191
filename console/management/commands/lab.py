"""`manage.py lab up|down|fault|status`: simulated nodes and a directory, spoken to over the real wire."""

import json
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from console.domain.errors import ChangeoverError
from console.lab import control, definition, faults, presets
from console.lab.assemble import assemble
from console.lab.directory import faults as directory_faults
from console.management.base import SUCCEEDED, Refused, add_json
from console.management.lab_inventory import lab_inventory
from console.management.speaking import OperatorCommand
from console.services.inventory_export import dump

READY_SECONDS = 60
PRESETS = ("demo", "fast")


class LabFailed(ChangeoverError):
    """The lab did not do what it was asked."""

    remedy = "Look at the lab's log in its folder; start it with: manage.py lab up."


class Command(OperatorCommand):
    """The lab lives in its own process; its folder tells the other commands where it is."""

    help = "Start, end, look at and break a lab of simulated nodes and a directory."

    def arguments(self, parser: CommandParser) -> None:
        """Four subcommands, each with the lab's folder."""
        commands = parser.add_subparsers(dest="command", required=True)
        up = commands.add_parser("up", help="start a lab and stay until Ctrl-C")
        what = up.add_mutually_exclusive_group()
        what.add_argument("--preset", choices=PRESETS, default="demo", help="which ready-made lab (default: demo)")
        what.add_argument("--definition", type=Path, help="a lab of your own, from this YAML file")
        up.add_argument("--mailboxes", type=int, default=2000, help="for each cluster of a preset (default: 2000)")
        up.add_argument("--speed", type=float, default=1.0, help="how much faster than the clock its time runs")
        up.add_argument("--inventory-out", type=Path, help="write the lab's inventory here once it listens")
        up.add_argument("--detach", action="store_true", help="leave it running in the background")
        down = commands.add_parser("down", help="end a lab")
        status = commands.add_parser("status", help="show a lab")
        fault = commands.add_parser("fault", help="switch a fault of a node, or of the directory")
        fault.add_argument("where", metavar="NODE|directory")
        of_both = f"of a node: {', '.join(faults.FAULTS)}; of the directory: {', '.join(directory_faults.FAULTS)}"
        fault.add_argument("name", metavar="FAULT", help=of_both)
        fault.add_argument("state", choices=("on", "off"))
        fault.add_argument("--arg", action="append", default=[], metavar="NAME=VALUE")
        for command in (up, down, status, fault):
            command.add_argument("--state", dest="folder", type=Path, default=settings.STATE_DIR / "lab")
            add_json(command)

    def act(self, options: dict[str, Any]) -> int:
        """Dispatch to the subcommand."""
        commands = {"up": self._up, "down": self._down, "status": self._status, "fault": self._fault}
        try:
            return commands[options["command"]](options)
        except control.LabRefused as error:
            raise Refused(f"{error} What to do: name what the lab has; manage.py lab status shows it.") from error
        except definition.DefinitionError as error:
            raise Refused(f"{error} What to do: correct the definition.") from error
        except control.NotStarted as error:
            raise LabFailed(str(error), remedy=f"See to that; its whole log is {options['folder']}/lab.log.") from error
        except control.NoLab as error:
            raise LabFailed(str(error), remedy="Start it with: manage.py lab up.") from error
        except OSError as error:
            raise LabFailed(
                f"The lab cannot be used: {error}.", remedy="See to that file or address, or name another --state."
            ) from error

    def _up(self, options: dict[str, Any]) -> int:
        if options["detach"]:
            return self._up_detached(options)
        lab = assemble(_world(options), options["folder"])

        def end(number: int, frame: FrameType | None) -> None:
            # Ending takes locks that the interrupted thread may hold, so another thread does it.
            threading.Thread(target=lab.stop).start()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
        with lab:
            _write_inventory(lab_inventory(lab), options["inventory_out"])
            data = {"result": "ready", "state": str(options["folder"]), "clusters": sorted(_names(lab))}
            self.answer(options, f"The lab is ready: {', '.join(data['clusters'])}. Ctrl-C ends it.", data)
            self.stdout.flush()
            lab.stopped.wait()
        return SUCCEEDED

    def _up_detached(self, options: dict[str, Any]) -> int:
        folder: Path = options["folder"]
        argv = [sys.executable, sys.argv[0], *(word for word in sys.argv[1:] if word != "--detach")]
        lab = control.start_detached(argv, folder, READY_SECONDS)
        data = {"result": "ready", "state": str(folder), "pid": lab.pid}
        self.answer(options, f"The lab runs as process {lab.pid}; end it with: manage.py lab down.", data)
        return SUCCEEDED

    def _down(self, options: dict[str, Any]) -> int:
        control.Lab(options["folder"]).stop()
        self.answer(options, "The lab is down.", {"result": "down"})
        return SUCCEEDED

    def _status(self, options: dict[str, Any]) -> int:
        status = control.Lab(options["folder"]).status()
        self.answer(options, json.dumps(status, indent=2, ensure_ascii=False), {"result": "running", "lab": status})
        return SUCCEEDED

    def _fault(self, options: dict[str, Any]) -> int:
        where, name = options["where"], options["name"]
        control.Lab(options["folder"]).switch(where, name, options["state"] == "on", options["arg"])
        data = {"result": options["state"], "where": where, "fault": name}
        self.answer(options, f"{name} is {options['state']} at {where}.", data)
        return SUCCEEDED


def _world(options: dict[str, Any]) -> definition.World:
    if options["definition"]:
        return definition.load(options["definition"])
    directory = {"mailboxes": options["mailboxes"]}
    if options["preset"] == "demo":
        return presets.demo_definition(speed=options["speed"], directory=directory)
    world = presets.fast_definition(speed=options["speed"])
    world.directory = directory
    return world


def _write_inventory(inventory: dict[str, Any], path: Path | None) -> None:
    """Write it whole or not at all: somebody may be waiting for the file to appear."""
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(dump(inventory), encoding="utf-8")
    draft.replace(path)


def _names(lab: Any) -> list[str]:
    return [cluster.name for cluster in lab.world.clusters]
