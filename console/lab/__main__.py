"""The lab as a program: `python -m console.lab up|down|status|fault|type|webhook`."""

import argparse
import json
import signal
import sys
from pathlib import Path
from types import FrameType

from console.lab import control, definition, presets
from console.lab.faults import FAULTS


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it worked, 1 with a sentence on standard error when not, 2 for wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        result: int = options.run(options)
        return result
    except (control.NoLab, control.LabRefused, definition.DefinitionError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201 (a program speaks)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lab", description="Simulated cluster nodes and their directory.")
    commands = parser.add_subparsers(required=True)
    up = commands.add_parser("up", help="start a lab")
    up.add_argument("--definition", type=Path, help="a YAML file; the demo's clusters when left out")
    up.add_argument("--foreground", action="store_true", help="stay in the foreground until Ctrl-C")
    up.set_defaults(run=_up)
    down = commands.add_parser("down", help="end a lab")
    down.set_defaults(run=_down)
    status = commands.add_parser("status", help="print a lab's state as JSON")
    status.set_defaults(run=_status)
    fault = commands.add_parser("fault", help=f"switch a fault of a node ({', '.join(FAULTS)}) or a controller")
    fault.add_argument("where", metavar="NODE|CLUSTER|CONTROLLER")
    fault.add_argument("name")
    fault.add_argument("state", choices=("on", "off"))
    fault.add_argument("--arg", action="append", default=[], metavar="NAME=VALUE")
    fault.set_defaults(run=_fault)
    typed = commands.add_parser("type", help="let somebody type a command on a node, as NEC's own console would")
    typed.add_argument("node")
    typed.add_argument("line")
    typed.set_defaults(run=_type)
    webhook = commands.add_parser("webhook", help="tell the nodes' scripts where the console is")
    webhook.add_argument("file", type=Path, help="YAML with `url` and, by node, `keys` of `id` and `key`")
    webhook.set_defaults(run=_webhook)
    for command in (up, down, status, fault, typed, webhook):
        command.add_argument("--state", dest="folder", type=Path, default=Path("var/lab"), help="the lab's folder")
    return parser


def _up(options: argparse.Namespace) -> int:
    if not options.foreground:
        return _up_detached(options)
    from console.lab.assemble import assemble  # the directory's libraries take a second that only `up` needs

    world = definition.load(options.definition) if options.definition else presets.demo_definition()
    lab = assemble(world, options.folder)

    def end(number: int, frame: FrameType | None) -> None:
        lab.stop()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    with lab:
        _print({"ready": True, "state": str(options.folder)})
        lab.stopped.wait()
    return 0


def _up_detached(options: argparse.Namespace) -> int:
    command = [sys.executable, "-m", "console.lab", "up", "--foreground", "--state", str(options.folder)]
    if options.definition:
        command += ["--definition", str(options.definition)]
    lab = control.start_detached(command, options.folder, 30)
    _print({"ready": True, "state": str(options.folder), "pid": lab.pid})
    return 0


def _down(options: argparse.Namespace) -> int:
    control.Lab(options.folder).stop()
    return 0


def _status(options: argparse.Namespace) -> int:
    _print(control.Lab(options.folder).status())
    return 0


def _fault(options: argparse.Namespace) -> int:
    control.Lab(options.folder).switch(options.where, options.name, options.state == "on", options.arg)
    return 0


def _type(options: argparse.Namespace) -> int:
    control.Lab(options.folder).type(options.node, options.line)
    return 0


def _webhook(options: argparse.Namespace) -> int:
    read = definition.load_webhook(options.file)
    control.Lab(options.folder).webhook(read.url, {name: (key.id, key.key) for name, key in read.keys.items()})
    return 0


def _print(data: object) -> None:
    print(json.dumps(data, indent=2), flush=True)  # noqa: T201 (a program speaks)


if __name__ == "__main__":
    sys.exit(main())
