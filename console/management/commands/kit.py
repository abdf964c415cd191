"""`manage.py kit make|verify|collect|deploy`: what a node does to the directory while the console is silent."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from console.domain.kit.manifest import Manifest
from console.domain.kit.records import PARTS
from console.management.base import FAILED, SUCCEEDED, Refused, add_json
from console.management.speaking import OperatorCommand
from console.services.access import require
from console.services.audit import timestamp
from console.services.kits.collecting import collect
from console.services.kits.deploying import deploy
from console.services.kits.making import make_kit, read_kit, write_kit
from console.services.plans import find_cluster


class Command(OperatorCommand):
    """`make`, `collect` and `deploy` need the right to operate, `verify` the right to see; only `deploy` writes."""

    help = "Make the kit of a node, put it there, prove that a folder holds a whole one, or take in what became of one."

    def arguments(self, parser: CommandParser) -> None:
        """Four subcommands."""
        commands = parser.add_subparsers(dest="command", required=True)
        make = commands.add_parser("make", help="make the kit of a node from what is true now")
        make.add_argument("cluster", metavar="CLUSTER")
        make.add_argument("--node", metavar="NODE", required=True, help="the node that it is for, and will lie on")
        make.add_argument("--output", metavar="DIR", required=True, help="folder to write kit.ldf and kit.txt to")
        make.add_argument("--whole", action="store_true", help="read every mailbox, not only what changed")
        verify = commands.add_parser("verify", help="prove that a folder holds a whole kit with a good signature")
        verify.add_argument("folder", metavar="DIR")
        collect = commands.add_parser("collect", help="take in and audit what a node did with its kit")
        collect.add_argument("folder", metavar="DIR", help="folder with the node's spool.txt and conflicts.ldf")
        deploy = commands.add_parser("deploy", help="put each node's kit on it, where it is not there already")
        deploy.add_argument("cluster", metavar="CLUSTER")
        for command in (make, verify, collect, deploy):
            add_json(command)

    def act(self, options: dict[str, Any]) -> int:
        """Dispatch to the subcommand."""
        commands = {"make": self._make, "verify": self._verify, "collect": self._collect, "deploy": self._deploy}
        return commands[options["command"]](options)

    def _make(self, options: dict[str, Any]) -> int:
        actor, folder = self.actor("operate"), Path(options["output"])
        cluster = find_cluster(options["cluster"], actor.user)
        require(actor.user, "operate", cluster)
        kit = make_kit(cluster, options["node"], actor, whole=options["whole"])
        try:
            write_kit(kit, folder)
        except OSError as error:
            raise Refused(f"{folder} cannot be written: {error.strerror}. Name another folder.") from None
        self.answer(options, f"Wrote the kit to {folder}.\n{_told(kit.manifest)}", _data("made", kit.manifest))
        return SUCCEEDED

    def _verify(self, options: dict[str, Any]) -> int:
        self.actor("view")
        try:
            manifest = read_kit(Path(options["folder"]))
        except OSError as error:
            raise Refused(f"{error.filename} cannot be read: {error.strerror}. Name the folder of a kit.") from None
        text = f"The kit is whole and signed by the key {manifest.key_id} of {manifest.node}.\n{_told(manifest)}"
        self.answer(options, text, _data("whole", manifest))
        return SUCCEEDED

    def _collect(self, options: dict[str, Any]) -> int:
        actor = self.actor("operate")
        try:
            found = collect(Path(options["folder"]), actor)
        except OSError as error:
            raise Refused(f"{error.filename} cannot be read: {error.strerror}. Name the folder of a spool.") from None
        lines = [found.sentence, *(f"  - {item.what}: {item.why} {item.remedy}" for item in found.todo)]
        todo = [item.to_json() for item in found.todo]
        data = {"result": "collected", "summary": found.sentence, "complete": found.complete, "todo": todo}
        self.answer(options, "\n".join(lines), data)
        return SUCCEEDED

    def _deploy(self, options: dict[str, Any]) -> int:
        actor = self.actor("operate")
        done = deploy(find_cluster(options["cluster"], actor.user), actor)
        failed = any(one.failure for one in done)
        nodes = [{"node": one.node, "written": one.written, "failure": one.failure} for one in done]
        data = {"result": "failed" if failed else "deployed", "nodes": nodes}
        self.answer(options, "\n".join(one.sentence for one in done), data)
        return FAILED if failed else SUCCEEDED


def _told(manifest: Manifest) -> str:
    counts = ", ".join(f"{manifest.counts.get(part, 0)} {part}" for part in PARTS)
    return (
        f"It points {manifest.cluster} from {manifest.source} to {manifest.target} "
        f"on the domain controller {manifest.controller}: {counts}.\n"
        f"Made {timestamp(manifest.made)}, mailboxes as of {timestamp(manifest.listed)}, "
        f"used until {timestamp(manifest.until)}."
    )


def _data(result: str, manifest: Manifest) -> dict[str, Any]:
    times = {name: timestamp(getattr(manifest, name)) for name in ("made", "until", "listed")}
    return {"result": result, **asdict(manifest), **times}
