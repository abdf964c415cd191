"""`manage.py lab`: simulated nodes and a directory, spoken to over the real wire."""

import json
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from console.domain.checks import Refusal
from console.domain.errors import ChangeoverError
from console.lab import control, definition, faults, presets
from console.lab.assemble import assemble
from console.lab.directory import faults as directory_faults
from console.management.base import FAILED, SUCCEEDED, UNCERTAIN, Refused, add_json
from console.management.lab_inventory import lab_inventory
from console.management.speaking import OperatorCommand
from console.services.inventory_export import dump

READY_SECONDS = 60
MAILBOXES = 2000
"""Of each cluster of a preset, where nothing else is said."""
PRESETS = ("demo", "bare", "mscs", "fast")
COMMANDS = {
    "up": "start a lab and stay until Ctrl-C",
    "down": "end a lab",
    "status": "show a lab",
    "fault": "switch a fault of a node, of a cluster's active node, or of a domain controller",
    "type": "type a command on a node, and show what it writes",
    "hand": "do what a person does in dialogs for a step of a set-up",
    "file": "show a file or a folder of a node's disks",
    "webhook": "tell the nodes' scripts where the console is, or show what they know",
}
"""Each subcommand with what it does."""
TYPING_SECONDS = 20.0
CODES = {"succeeded": SUCCEEDED, "failed": FAILED, "uncertain": UNCERTAIN}
"""By how the last move of a twin ended; nobody can stop one."""


class LabFailed(ChangeoverError):
    """The lab did not do what it was asked."""

    remedy = "Look at the lab's log in its folder; start it with: manage.py lab up."


class Command(OperatorCommand):
    """The lab lives in its own process; its folder tells the other commands where it is."""

    help = "Start, end, look at and break a lab of simulated nodes and a directory."

    def arguments(self, parser: CommandParser) -> None:
        """The subcommands, each with the lab's folder."""
        commands = parser.add_subparsers(dest="command", required=True)
        made = {name: commands.add_parser(name, help=sentence) for name, sentence in COMMANDS.items()}
        _add_up(made["up"])
        _add_fault(made["fault"])
        made["hand"].add_argument("cluster")
        made["hand"].add_argument("step", help="its number in the set-up, as pages show it, or its key in a procedure")
        _add_looking(made["type"], made["file"], made["webhook"])
        for command in made.values():
            command.add_argument("--state", dest="folder", type=Path, default=settings.STATE_DIR / "lab")
            add_json(command)

    def act(self, options: dict[str, Any]) -> int:
        """Dispatch to the subcommand."""
        led = {"up": self._up, "down": self._down, "status": self._status, "fault": self._fault}
        commands = led | {"type": self._type, "hand": self._hand, "file": self._file, "webhook": self._webhook}
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
        if options["run"] is not None:
            return self._run_twin(options)
        if options["detach"]:
            return self._up_detached(options)
        lab = assemble(self._made(options), options["folder"])

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

    def _made(self, options: dict[str, Any]) -> definition.World:
        if options["like"] is None:
            return _world(options)
        from console.management import twin  # with the planner and all adapters, of which a lab has no use

        return twin.world(twin.shape(options["like"], self.actor("view"), options["mailboxes"]), options["speed"])

    def _run_twin(self, options: dict[str, Any]) -> int:
        from console.management import twin

        if options["like"] is None or options["detach"]:
            text = "--run moves the twin of a cluster and ends with that."
            raise Refusal.of(text, "Name the cluster by --like, and leave --detach out.", key="usage")
        shape = twin.shape(options["like"], self.actor("view"), options["mailboxes"])
        made = twin.world(shape, options["speed"])
        told = twin.run_on(made, options["folder"], options["run"], self.stderr.write)
        self.answer(options, "\n".join(twin.lines(shape, told)), twin.as_json(shape, told))
        return CODES[told[-1].ending.status.value]

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
        name, state = options["name"], options["state"]
        where = control.Lab(options["folder"]).switch(options["where"], name, state == "on", options["arg"])
        data = {"result": state, "where": where, "fault": name}
        self.answer(options, f"{name} is {state} at {' and '.join(where)}.", data)
        return SUCCEEDED

    def _type(self, options: dict[str, Any]) -> int:
        told = control.Lab(options["folder"]).type(options["node"], options["line"], options["wait"])
        end = f"ended with {told['code']}" if told["code"] is not None else "gone down with its node"
        text = f"{told['output']}[{end if told['ended'] else 'it goes on'}]"
        self.answer(options, text, {"result": "typed", **told})
        return SUCCEEDED

    def _hand(self, options: dict[str, Any]) -> int:
        lab, cluster = control.Lab(options["folder"]), options["cluster"]
        step = _step_key(lab, cluster, options["step"])
        self.answer(options, lab.hand(cluster, step), {"result": "done", "cluster": cluster, "step": step})
        return SUCCEEDED

    def _file(self, options: dict[str, Any]) -> int:
        told = control.Lab(options["folder"]).file(options["node"], options["path"])
        text = told["text"] if "text" in told else "\n".join(told["names"]) or "The folder is empty."
        self.answer(options, text.rstrip("\n") or "The file is empty.", {"result": "read", **told})
        return SUCCEEDED

    def _webhook(self, options: dict[str, Any]) -> int:
        lab = control.Lab(options["folder"])
        if options["file"]:
            given = definition.load_webhook(sys.stdin if options["file"] == "-" else Path(options["file"]))
            lab.webhook(given.url, {name: (key.id, key.key) for name, key in given.keys.items()})
        known = lab.status()["webhook"]
        lines = [f"The nodes' scripts ask {known['url'] or 'nobody: no console is known to them'}."]
        lines += [f"{node}\t{key_id}" for node, key_id in known["keys"].items()]
        self.answer(options, "\n".join(lines), {"result": "told" if options["file"] else "shown", **known})
        return SUCCEEDED


def _add_up(up: CommandParser) -> None:
    what = up.add_mutually_exclusive_group()
    what.add_argument("--preset", choices=PRESETS, default="demo", help="which ready-made lab (default: demo)")
    what.add_argument("--definition", type=Path, help="a lab of your own, from this YAML file")
    what.add_argument("--like", metavar="CLUSTER", help="a twin: shaped as that cluster was last seen, names made up")
    up.add_argument("--run", choices=("failover", "drill"), help="of a twin: move it, tell how long it took, and end")
    many = f"for each cluster of a preset but the demo's new pair (default: {MAILBOXES}); of a twin: as counted"
    up.add_argument("--mailboxes", type=int, help=many)
    up.add_argument("--speed", type=float, default=1.0, help="how much faster than the clock its time runs")
    up.add_argument("--inventory-out", type=Path, help="write the lab's inventory here once it listens")
    up.add_argument("--detach", action="store_true", help="leave it running in the background")


def _add_fault(fault: CommandParser) -> None:
    where = "a node; a cluster: its active node (off: wherever it is on); a domain controller, directory: the first"
    fault.add_argument("where", metavar="NODE|CLUSTER|CONTROLLER", help=where)
    of_both = f"of a node: {', '.join(faults.FAULTS)}; of a controller: {', '.join(directory_faults.FAULTS)}"
    fault.add_argument("name", metavar="FAULT", help=of_both)
    fault.add_argument("state", choices=("on", "off"))
    fault.add_argument("--arg", action="append", default=[], metavar="NAME=VALUE")


def _add_looking(type_: CommandParser, file: CommandParser, webhook: CommandParser) -> None:
    type_.add_argument("node")
    type_.add_argument("line", help="the command line, as one argument")
    wait = f"seconds to wait for its end (default: {TYPING_SECONDS:g}); one that takes longer goes on by itself"
    type_.add_argument("--wait", type=float, default=TYPING_SECONDS, help=wait)
    file.add_argument("node")
    file.add_argument("path", help=r"such as C:\Changeover\spool")
    from_file = "YAML with `url` and, by node, `keys` of `id` and `key`; - is standard input; left out: only show"
    webhook.add_argument("file", nargs="?", metavar="FILE", help=from_file)


def _world(options: dict[str, Any]) -> definition.World:
    if options["definition"]:
        return definition.load(options["definition"])
    directory = {"mailboxes": MAILBOXES if options["mailboxes"] is None else options["mailboxes"]}
    ready = {"demo": presets.demo_definition, "bare": presets.bare_definition, "mscs": presets.mscs_definition}
    made = ready.get(options["preset"])
    if made is not None:
        return made(speed=options["speed"], directory=directory)
    world = presets.fast_definition(speed=options["speed"])
    world.directory = directory
    return world


def _step_key(lab: control.Lab, cluster: str, said: str) -> str:
    """The key of a numbered step, which may be said by its place or a part's in the set-up, as pages show it."""
    step = said.partition(".")[0]
    if not step.isdecimal():
        return step
    generation = next((c["generation"] for c in lab.status()["clusters"] if _same(c["name"], cluster)), "")
    if not generation:
        return step  # the lab refuses it, with the clusters that there are
    from console.services import procedures  # which a running lab has no use for, with all that it brings along

    numbered = procedures.find(f"exchange-{generation}-setup").numbered
    found = next((one.key for one in numbered if one.at == step), None)
    if found is None:
        raise Refused(f"The set-up of {cluster} has no step {step}. What to do: name one from 1 to {len(numbered)}.")
    return found


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


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
