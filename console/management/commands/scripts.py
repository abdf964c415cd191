"""`manage.py scripts render|check|set|diff|deploy|undo`: a cluster's node scripts, as files and on its nodes."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from console.domain.errors import ChangeoverError
from console.domain.node_scripts.lint import Finding, lint, lint_pair
from console.domain.node_scripts.settings import FOLDER, ON_SILENCE
from console.domain.scripts import is_ours
from console.management.base import FAILED, SUCCEEDED, add_json
from console.management.deployment import DeploymentCommand, add_deployment
from console.models import Cluster
from console.services.access import require
from console.services.deployment.settings import require_scripts
from console.services.fields import open_field
from console.services.node_scripts import render, settings_for, timeouts_of
from console.services.plans import find_cluster


class CannotUse(ChangeoverError):
    """A file or folder that cannot be read or written."""

    remedy = "Name one that you may use."


class Command(DeploymentCommand):
    """`render` reads the script resource's time-outs from a node unless they are given; `deploy` and `undo` write."""

    help = "Render a cluster's node scripts, check them, compare both nodes with them, and deploy what differs."

    def arguments(self, parser: CommandParser) -> None:
        """Six subcommands."""
        commands = parser.add_subparsers(dest="command", required=True)
        rendering = commands.add_parser("render", help="write the scripts of a cluster to a folder")
        rendering.add_argument("cluster")
        rendering.add_argument("--output", type=Path, required=True, help="folder for the files; made if need be")
        rendering.add_argument("--url", required=True, help="where the nodes reach the console: http://HOST:PORT")
        rendering.add_argument("--silence", choices=ON_SILENCE, default="start", help="with no console and no kit")
        rendering.add_argument("--folder", default=FOLDER, help=f"the console's folder on the nodes ({FOLDER})")
        rendering.add_argument("--no-log", action="store_true", help="write nothing to the cluster's log")
        for what in ("start", "stop"):
            told = f"seconds that the cluster gives the {what} script (read from a node)"
            rendering.add_argument(f"--{what}-timeout", type=_seconds, help=told)
        checking = commands.add_parser("check", help="find what is wrong with scripts, without running them")
        checking.add_argument("files", nargs="+", type=Path, metavar="FILE")
        for command in (rendering, checking):
            add_json(command)
        add_deployment(commands)

    def act(self, options: dict[str, Any]) -> int:
        """Dispatch to the subcommand."""
        return {
            "render": self._render,
            "check": self._check,
            "set": self._set,
            "diff": self._diff,
            "deploy": self._deploy,
            "undo": self._undo,
        }[options["command"]](options)

    def _render(self, options: dict[str, Any]) -> int:
        who = self.actor("operate")
        cluster = find_cluster(options["cluster"], who.user)
        require(who.user, "operate", cluster)
        require_scripts(cluster)
        start, stop = _timeouts(cluster, options["start_timeout"], options["stop_timeout"])
        words = {"silence": options["silence"], "folder": options["folder"], "log": not options["no_log"]}
        settings = settings_for(cluster, options["url"], start_timeout=start, stop_timeout=stop, **words)
        files = render(settings)
        _write(options["output"], files)
        text = (
            f"{', '.join(files)} are in {options['output']}. START.BAT takes {settings.bounds.start_total} s at most "
        )
        text += f"of {start} s, STOP.BAT {settings.bounds.stop_total} s of {stop} s."
        data = {"result": "rendered", "folder": str(options["output"]), "files": list(files)}
        seconds = {"start": settings.bounds.start_total, "stop": settings.bounds.stop_total}
        self.answer(options, text, data | {"seconds": seconds})
        return SUCCEEDED

    def _check(self, options: dict[str, Any]) -> int:
        files = {path: _read(path) for path in options["files"]}
        found = [finding for path, data in files.items() for finding in lint(path.name, data)]
        found += lint_pair({path.name: data for path, data in files.items()})
        ours = {str(path): is_ours(data.decode("ascii", "replace")) for path, data in files.items()}
        lines = [str(finding) for finding in found]
        lines += [f"{path}: {_whose(mine)}" for path, mine in ours.items()]
        result = "failed" if found else "succeeded"
        self.answer(options, "\n".join(lines), {"result": result, "findings": list(map(_told, found)), "ours": ours})
        return FAILED if found else SUCCEEDED


def _whose(mine: bool) -> str:
    return "written by the console, unchanged" if mine else "not written by the console, or changed since"


def _told(finding: Finding) -> dict[str, Any]:
    return {"file": finding.file, "line": finding.line, "text": finding.text}


def _seconds(text: str) -> int:
    if text.isascii() and text.isdecimal() and 0 < int(text) <= 86400:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 1 to 86400")


def _timeouts(cluster: Cluster, start: int | None, stop: int | None) -> tuple[int, int]:
    """Those that were given; the others as the cluster's configuration on a node has them."""
    if start is not None and stop is not None:
        return start, stop
    with open_field(cluster) as field:
        read = timeouts_of(field)
    return read.start if start is None else start, read.stop if stop is None else stop


def _write(folder: Path, files: dict[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
    except OSError as error:
        raise CannotUse(f"{folder} cannot be written: {error.strerror}.") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CannotUse(f"{path} cannot be read: {error.strerror}.") from error
