"""`manage.py capture`: asks a node or a directory everything the console ever reads, and keeps the answers."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import QuerySet

from console.domain.checks import Refusal
from console.domain.errors import ChangeoverError
from console.management.base import SUCCEEDED
from console.management.speaking import OperatorCommand
from console.models import Cluster, Directory, Node
from console.services import capture, procedures
from console.services.access import clusters_with
from console.services.fields import open_field


class CannotWrite(ChangeoverError):
    """The bundle cannot be written."""

    remedy = "Name a file in a folder that you may write to: --output FILE."


class Command(OperatorCommand):
    """Changes nothing; the bundle holds no password, and with --mask no name of the inventory."""

    help = "Ask a node or a directory everything that the console reads, and write the answers to a bundle."

    def arguments(self, parser: CommandParser) -> None:
        """NODE|DIRECTORY [--cluster NAME] [--mask] [--output FILE]."""
        parser.add_argument("name", metavar="NODE|DIRECTORY", help="as the inventory calls it")
        parser.add_argument("--cluster", default="", help="for a directory of several clusters: which one to read for")
        parser.add_argument("--mask", action="store_true", help="replace names and addresses by ones of their length")
        parser.add_argument("--output", type=Path, help="file to write (default: standard output)")

    def act(self, options: dict[str, Any]) -> int:
        """Capture, scrub, and write."""
        who = self.actor("operate").user
        name = options["name"]
        seen = clusters_with(who, "operate")
        node = Node.objects.filter(cluster__in=seen, name__iexact=name).select_related("cluster").first()
        cluster = _of_node(node, options["cluster"]) if node else _cluster_of(name, options["cluster"], seen)
        with open_field(cluster) as field:
            if node:
                steps = [step for one in procedures.fitting(cluster) for step in one.steps]
                bundle = capture.capture_node(field, node.name, steps)
            else:
                bundle = capture.capture_directory(field)
            bundle = capture.masked(bundle, field.cluster) if options["mask"] else bundle
        self._write(bundle, options)
        return SUCCEEDED

    def _write(self, bundle: dict[str, Any], options: dict[str, Any]) -> None:
        text = json.dumps(bundle, ensure_ascii=False, indent=1)
        path: Path | None = options["output"]
        if path is None:
            self.stdout.write(text)
            return
        try:
            path.write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise CannotWrite(f"{path} cannot be written: {error.strerror}.") from error
        count = sum(len(bundle.get(kind, ())) for kind in ("commands", "proofs", "calls"))
        data = {"result": "captured", "file": str(path), "answers": count}
        self.answer(options, f"{count} answers are in {path}. Read it before you pass it on.", data)


def _of_node(node: Node, cluster: str) -> Cluster:
    """The node's cluster. Raises `Refusal` when another one was named."""
    if cluster and cluster.casefold() != node.cluster.name.casefold():
        raise Refusal.of(f"{node.name} is a node of {node.cluster.name}, not of {cluster}.", "Leave --cluster out.")
    return node.cluster


def _cluster_of(name: str, cluster: str, seen: QuerySet[Cluster]) -> Cluster:
    """The cluster for which the directory is read. Raises `Refusal`."""
    known = Directory.objects.filter(clusters__in=seen).distinct()
    directory = known.filter(name__iexact=name).first()
    if directory is None:
        rows: tuple[QuerySet[Any], ...] = (Node.objects.filter(cluster__in=seen), known)
        nodes, directories = (", ".join(of.order_by("name").values_list("name", flat=True)[:20]) for of in rows)
        raise Refusal.of(
            f"The inventory has neither a node nor a directory called {name!r}.",
            f"Name a node ({nodes or 'none yet'}) or a directory ({directories or 'none yet'}).",
        )
    found = seen.filter(directory=directory)
    found = found.filter(name__iexact=cluster) if cluster else found
    names = ", ".join(found.order_by("name").values_list("name", flat=True))
    if found.count() != 1:
        what = f"Clusters of {directory.name}: {names}." if names else f"No such cluster lives in {directory.name}."
        raise Refusal.of(f"It is not clear for which cluster to read. {what}", "Name one: --cluster NAME.")
    return found.get()
