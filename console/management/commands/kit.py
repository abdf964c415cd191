"""`manage.py kit make|verify`: the files by which a node points the directory at itself while the console is silent."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from console.domain.kit.manifest import Manifest
from console.domain.kit.records import PARTS
from console.management.base import SUCCEEDED, Refused, add_json
from console.management.speaking import OperatorCommand
from console.services.audit import timestamp
from console.services.kits.making import make_kit, read_kit, write_kit
from console.services.plans import find_cluster


class Command(OperatorCommand):
    """`make` needs the right to operate and reads the directory; `verify` needs the right to see."""

    help = "Make the kit of a node, or prove that a folder holds a whole one."

    def arguments(self, parser: CommandParser) -> None:
        """Two subcommands."""
        commands = parser.add_subparsers(dest="command", required=True)
        make = commands.add_parser("make", help="make the kit of a node from what is true now")
        make.add_argument("cluster", metavar="CLUSTER")
        make.add_argument("--node", metavar="NODE", required=True, help="the node that it is for, and will lie on")
        make.add_argument("--output", metavar="DIR", required=True, help="folder to write kit.ldf and kit.txt to")
        make.add_argument("--whole", action="store_true", help="read every mailbox, not only what changed")
        verify = commands.add_parser("verify", help="prove that a folder holds a whole kit with a good signature")
        verify.add_argument("folder", metavar="DIR")
        for command in (make, verify):
            add_json(command)

    def act(self, options: dict[str, Any]) -> int:
        """Dispatch to the subcommand."""
        return self._make(options) if options["command"] == "make" else self._verify(options)

    def _make(self, options: dict[str, Any]) -> int:
        actor, folder = self.actor("operate"), Path(options["output"])
        kit = make_kit(find_cluster(options["cluster"]), options["node"], actor, whole=options["whole"])
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


def _told(manifest: Manifest) -> str:
    counts = ", ".join(f"{manifest.counts.get(part, 0)} {part}" for part in PARTS)
    return (
        f"It points {manifest.cluster} from {manifest.source} to {manifest.target} "
        f"on the domain controller {manifest.controller}: {counts}.\n"
        f"Made {timestamp(manifest.made)}, mailboxes as of {timestamp(manifest.listed)}."
    )


def _data(result: str, manifest: Manifest) -> dict[str, Any]:
    times = {"made": timestamp(manifest.made), "listed": timestamp(manifest.listed)}
    return {"result": result, **asdict(manifest), **times}
