"""What nodes left while the console was silent, fetched and taken in by itself when it is back."""

import re
from collections.abc import Iterator

import structlog
from django.db import transaction

from console.domain.deployment import reading, text_of
from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.domain.hooks.lines import LONGEST_BODY
from console.domain.kit.sealed import BadKit
from console.domain.kit.spool import CONFLICTS, SPOOL
from console.domain.node_scripts.settings import FOLDER
from console.domain.planner import DIRECTORY_SWITCH
from console.domain.ports import NodeSession
from console.models import AuditRecord, Cluster
from console.services import alarms, audit, turns
from console.services.audit_actions import Action
from console.services.deployment import settings
from console.services.kits.collecting import believed, is_known, take_in

EVERY = 60.0
"""Seconds between two looks into the nodes' spools."""
_RUN = re.compile(r"run-[a-z]{1,10}-[0-9-]{1,60}", re.IGNORECASE)

log = structlog.get_logger(__name__)


def fetch_if_due(cluster: Cluster, field: Field) -> None:
    """Look into the spools of both nodes and take in what is new there; a node that does not answer has its next turn.

    What is known stays where it is: nothing is written on a node.
    """
    if turns.mine(f"kit spool {cluster.pk}", EVERY):
        fetch(cluster, field)


def fetch(cluster: Cluster, field: Field) -> None:
    """The same, now."""
    row = settings.of(cluster)
    folder = rf"{row.folder if row else FOLDER}\spool"
    for node in field.cluster.nodes:
        try:
            _from(cluster, field, field.session(node.name), folder)
        except ChangeoverError as error:
            log.info("a spool could not be fetched", cluster=cluster.name, node=node.name, why=error.message)


def _from(cluster: Cluster, field: Field, session: NodeSession, folder: str) -> None:
    within = field.cluster.timing.command
    asked = (("dir", "/b", "/ad", folder), ("dir", "/b", "/a-d", folder))
    folders, files = session.batch(asked, within=within)
    for run in _runs(folders.stdout) if folders.ok else ():
        if not is_known(cluster, run) and not _is_told(cluster, Action.KIT_NOT_BELIEVED, run):
            _kit_run(cluster, field, session, folder, run)
    for run in _runs(files.stdout, ".txt") if files.ok else ():
        if not _is_told(cluster, Action.RUN_SPOOLED, run):
            _event(cluster, session, folder, run, within)


def _runs(listing: str, ending: str = "") -> Iterator[str]:
    """The names of a listing that are ids of runs, with that ending."""
    for line in listing.splitlines():
        name = line.strip()
        run = name.removesuffix(ending)
        if name.endswith(ending) and _RUN.fullmatch(run):
            yield run


def _kit_run(cluster: Cluster, field: Field, session: NodeSession, folder: str, run: str) -> None:
    """Take in what a kit did; what must not be believed is told once. Without `spool.txt` the run is not over."""
    asked = [argv for name in (SPOOL, CONFLICTS) for argv in reading(rf"{folder}\{run}\{name}")]
    first, said, second, kept = session.batch(asked, within=field.cluster.timing.command)
    data, conflicts = text_of(first, said), text_of(second, kept)
    if data is None:
        return
    try:
        spool, refused = believed(_octets(data), _octets(conflicts or ""))
        if (spool.cluster, spool.node.casefold()) != (cluster.name, session.node.name.casefold()) or spool.run != run:
            raise BadKit(f"{SPOOL} is of {spool.node} of {spool.cluster} and its run {spool.run}.")
    except BadKit as error:
        _not_believed(cluster, session.node.name, run, error)
        return
    take_in(cluster, field, spool, refused, audit.SYSTEM)


def _not_believed(cluster: Cluster, node: str, run: str, error: BadKit) -> None:
    text = f"What {node} keeps of a kit's run {run} is not believed. {error.message}"
    remedy = "Look at its spool folder, and who may write there; have the directory compared: "
    with transaction.atomic():
        alarms.sound(cluster, "kit-spool", text, f"{remedy}manage.py plan {cluster.name} {DIRECTORY_SWITCH}.")
        subject = audit.Subject("kit-run", run, run)
        audit.record(Action.KIT_NOT_BELIEVED, audit.SYSTEM, subject, cluster=cluster, after={"why": text})


def _event(cluster: Cluster, session: NodeSession, folder: str, run: str, within: float) -> None:
    """Take in what a script would have told: by the node's own word, which nobody signed."""
    there, said = session.batch(reading(rf"{folder}\{run}.txt"), within=within)
    text = text_of(there, said)
    if not text:
        return
    pairs = (line.partition("=") for line in text[:LONGEST_BODY].splitlines() if "=" in line)
    told = {key: value for key, _, value in pairs if key.isascii() and len(key) <= 32}
    node = session.node.name
    what = (
        f"{node} ran its START.BAT while the console was silent: {told.get('event', 'no word')} at "
        f"{told.get('at', 'a time that it does not say')} (run {run})."
    )
    remedy = (
        "See where the group is; if the directory names another node, have it switched, on the cluster's page or by: "
        f"manage.py run {cluster.name} {DIRECTORY_SWITCH}."
    )
    with transaction.atomic():
        alarms.sound(cluster, "console-was-silent", what, remedy)
        subject = audit.Subject("node-run", run, run)
        audit.record(Action.RUN_SPOOLED, audit.SYSTEM, subject, cluster=cluster, after={"node": node, **told})


def _octets(text: str) -> bytes:
    try:
        return text.encode("ascii")
    except UnicodeEncodeError:
        raise BadKit(f"{SPOOL} or {CONFLICTS} is not ASCII.") from None


def _is_told(cluster: Cluster, action: Action, run: str) -> bool:
    return AuditRecord.objects.filter(action=action, cluster_id=cluster.pk, subject_name=run).exists()
