"""Putting the rendered files on both nodes, and taking the last deployment back; audited before and after."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction

from console.domain.checks import Reason, Refusal
from console.domain.deployment import BACKUPS, FileState, Placed, State, make_folder, take_back
from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.domain.placing import put_all, to_place
from console.domain.script_resource import ScriptResource, read_script_resource
from console.models import Cluster, NodeScripts
from console.services import access, audit
from console.services.audit_actions import Action
from console.services.deployment import comparing, settings
from console.services.deployment.comparing import Compared
from console.services.deployment.control import require_free, turn
from console.services.deployment.settings import ClusterFiles


@dataclass(frozen=True)
class Deployed:
    """What a deployment wrote, or a taking back brought back; nothing when nothing differed."""

    placed: tuple[Placed, ...]

    @property
    def sentence(self) -> str:
        """What happened, for a person."""
        if not self.placed:
            return "Nothing differs: no file was touched."
        names = "; ".join(f"{placed.path} on {placed.node}" for placed in self.placed)
        return f"Wrote and proved {len(self.placed)} files: {names}."


def deploy(cluster: Cluster, actor: audit.Actor, reason: str) -> Deployed:
    """Have both nodes carry the files as they are rendered now; what is right already is not touched.

    Raises `NotAllowed`; `Refusal`, with nothing changed, while something acts on the cluster or the group is on its
    way, or when a node cannot be read; `ChangeoverError` when it broke off: each file is then the old or the new one.
    """
    access.require(actor.user, "operate", cluster)
    require_reason(reason)
    row = settings.require(cluster)
    require_free(cluster)
    with turn(cluster) as (field, name):
        found = comparing.look(row, field)
        _require_known(cluster, found)
        files = to_place(found.files)
        if not files:
            comparing.keep(row, found, sound=False)
            return Deployed(())
        _begun(row, actor, reason, [_planned(state) for state in files])
        with _recorded(row, actor, reason, Action.SCRIPTS_DEPLOYED) as written:
            kept = _kept_in(row, name)
            for one in put_all(field, found.resource.folder, found.wanted, files, kept):
                written.keep(one)
        comparing.compare_now(row, field, sound=False)
    return Deployed(tuple(written.placed))


def undo(cluster: Cluster, actor: audit.Actor, reason: str) -> Deployed:
    """Bring back what the last deployment replaced, from the copies that it kept; what it wrote is kept beside them.

    Raises like `deploy`, and `Refusal` when there is nothing to take back.
    """
    access.require(actor.user, "operate", cluster)
    require_reason(reason)
    row = settings.require(cluster)
    before = [Placed(**raw) for raw in row.placed]
    if not before:
        text = f"There is no deployment on {cluster.name} to take back."
        raise Refusal.of(text, "Nothing to do.", key="scripts.undo")
    require_free(cluster)
    with turn(cluster) as (field, name):
        _require_settled(cluster, read_script_resource(field))
        _begun(row, actor, reason, [{"node": one.node, "path": one.path, "back to": one.before} for one in before])
        with _recorded(row, actor, reason, Action.SCRIPTS_TAKEN_BACK) as written:
            for one in _bring_back(field, before, _kept_in(row, name)):
                written.keep(one)
        comparing.compare_now(row, field, sound=False)
    return Deployed(tuple(written.placed))


def require_reason(reason: str) -> None:
    """Raises `Refusal` without a reason."""
    if not reason.strip():
        raise Refusal.of("No reason was given.", "Say in a few words why; it goes to the audit.", key="scripts.reason")


def _require_known(cluster: Cluster, found: Compared) -> None:
    _require_settled(cluster, found.resource)
    unread = {state.node: state.why for state in found.files if state.state is State.UNKNOWN}
    if unread:
        remedy = "Bring the node up, or mend the way to it, then deploy to both."
        reasons = [
            Reason(f"What lies on {node} is not known: {why}", remedy, about=node) for node, why in unread.items()
        ]
        raise Refusal(f"Nothing was deployed to {cluster.name}: a node cannot be read.", reasons)


def _require_settled(cluster: Cluster, resource: ScriptResource) -> None:
    if resource.moving:
        text = f"The group {cluster.group} is {resource.moving}: one of the scripts may be running now."
        raise Refusal.of(text, "Wait until the group is online or offline, then deploy again.", key="scripts.moving")


def _bring_back(field: Field, before: Iterable[Placed], kept: str) -> Iterator[Placed]:
    within, prepared = field.cluster.timing.command, set()
    for one in reversed(list(before)):
        session = field.session(one.node)
        if one.node not in prepared:
            make_folder(session, kept, within=within)
            prepared.add(one.node)
        name = one.path.rpartition("\\")[2]
        yield take_back(session, one, rf"{kept}\{name}", within=within)


@contextmanager
def _recorded(row: NodeScripts, actor: audit.Actor, reason: str, action: Action) -> Iterator[ClusterFiles]:
    """Takes what was written, one by one, so that it can be taken back; whatever happens says so to the audit."""
    files = ClusterFiles(row.cluster, actor, reason)
    broken_off = "the console broke off"
    try:
        yield files
        broken_off = ""
    except ChangeoverError as error:
        broken_off = error.message
        raise
    finally:
        row.refresh_from_db()
        after = {"files": [one.to_json() for one in files.placed], "broken off": broken_off}
        with transaction.atomic():
            audit.record(action, actor, _subject(row), cluster=row.cluster, reason=reason, after=after)


def _subject(row: NodeScripts) -> audit.Subject:
    return audit.Subject("node-scripts", row.pk, row.cluster.name)


def _begun(row: NodeScripts, actor: audit.Actor, reason: str, files: list[dict[str, str]]) -> None:
    """Say before anything is written what is about to be: a break leaves at least that."""
    with transaction.atomic():
        after = {"files": files}
        audit.record(Action.SCRIPTS_BEGUN, actor, _subject(row), cluster=row.cluster, reason=reason, after=after)


def _planned(state: FileState) -> dict[str, str]:
    return {
        "node": state.node,
        "path": state.path,
        "was": state.state.value,
        "before": state.before,
        "after": state.wanted,
    }


def _kept_in(row: NodeScripts, name: str) -> str:
    return rf"{row.folder}\{BACKUPS}\{name}"
