"""Comparing what is on the nodes with what is rendered, on a schedule and on demand; a drift that is new sounds."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction

from console.domain.checks import Check, Refusal, Verdict
from console.domain.deployment import FileState, State, Wanted
from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.domain.key_file import KeyFile, read_key_file
from console.domain.placing import states_of
from console.domain.script_resource import ScriptResource, read_script_resource, resource_checks
from console.models import Cluster, NodeKey, NodeScripts
from console.services import alarms
from console.services.clock import database_now
from console.services.deployment import settings

EVERY = timedelta(minutes=15)
TITLE = "The node scripts are as the console renders them"


@dataclass(frozen=True)
class Compared:
    """Both nodes' files held against what is rendered now."""

    resource: ScriptResource
    wanted: Wanted
    files: tuple[FileState, ...]
    keys: tuple[KeyFile, ...]


def look(row: NodeScripts, field: Field) -> Compared:
    """Read both nodes and compare; a node that does not answer has its files unknown.

    Raises `Refusal`, and `ChangeoverError` when neither node can tell or nothing can be rendered.
    """
    resource = read_script_resource(field)
    wanted = settings.wanted(row, resource.timeouts)
    return Compared(resource, wanted, states_of(field, resource, wanted), tuple(_keys(row, field)))


def _keys(row: NodeScripts, field: Field) -> Iterator[KeyFile]:
    for node in field.cluster.nodes:
        try:
            yield read_key_file(field.session(node.name), row.folder, within=field.cluster.timing.command)
        except ChangeoverError as error:
            yield KeyFile(node.name, row.folder, unknown=error.told)


def compare_if_due(cluster: Cluster, field: Field) -> None:
    """Compare when that was last done a while ago, or before a procedure's step has written on the nodes.

    Never raises for what cannot be read: that is kept.
    """
    row, now = settings.of(cluster), database_now()
    if row is None:
        return
    if row.at is None or not now - EVERY < row.at <= now:
        compare_now(row, field)
    elif row.deployed_at is not None and row.at < row.deployed_at:
        compare_now(row, field, sound=False)  # the step may still be at it


def compare_now(row: NodeScripts, field: Field, *, sound: bool = True) -> None:
    """Compare and keep what was found, or why it could not be; an alarm says what has drifted since a deployment."""
    now = database_now()
    try:
        found = look(row, field)
    except ChangeoverError as error:
        _keep(row, at=now, unknown=error.told)
        return
    except Refusal as refusal:
        _keep(row, at=now, unknown=" ".join(f"{r.text} {r.remedy}".strip() for r in refusal.reasons))
        return
    keep(row, found, sound=sound)


def keep(row: NodeScripts, found: Compared, *, sound: bool = True) -> None:
    """Keep what was found. A drift that was told before, or that somebody has just made on purpose, does not sound."""
    now, digest = database_now(), _digest(found.files)
    told = {"files": [state.to_json() for state in found.files], "unknown": ""}
    told["keys"] = [key.to_json() for key in found.keys]
    told["checks"] = [check.to_json() for check in resource_checks(found.resource)]
    with transaction.atomic():
        drifted = [state for state in found.files if state.to_do]
        if sound and drifted and row.deployed_at and digest != row.alarmed:
            alarms.sound(row.cluster, "scripts-drift", _sentence(row, drifted), _remedy(row))
        complete = not any(state.state is State.UNKNOWN for state in found.files)
        _keep(row, at=now, compared_at=now, alarmed=digest if complete else row.alarmed, **told)


def checks(cluster: Cluster) -> tuple[Check, ...]:
    """How ready the node scripts are, for pages; one check when nobody has set them up."""
    row = settings.of(cluster)
    if row is None:
        remedy = "Open the page of the node scripts and say where the nodes reach the console."
        text = "Nobody has set up the console's node scripts for this cluster."
        return (Check("scripts.same", TITLE, Verdict.UNKNOWN, text, remedy),)
    return (*_same(row), *map(_key, row.keys), *(Check.from_json(raw) for raw in row.checks))


def _same(row: NodeScripts) -> Iterator[Check]:
    age = (database_now() - row.compared_at).total_seconds() if row.compared_at else 0.0
    if row.unknown or not row.files:
        reason = row.unknown or "They have not been compared yet; it comes with an observation."
        yield Check("scripts.same", TITLE, Verdict.UNKNOWN, reason, "Compare them on the page of the node scripts.")
        return
    files = [FileState.from_json(raw) for raw in row.files]
    for node in dict.fromkeys(state.node for state in files):
        yield _node(row, node, [state for state in files if state.node == node], age)


def _node(row: NodeScripts, node: str, files: Iterable[FileState], age: float) -> Check:
    wrong = [state for state in files if state.state is not State.SAME]
    if not wrong:
        return Check("scripts.same", TITLE, Verdict.PASS, f"All of them, on {node}.", about=node, age=age)
    text = f"On {node}: {', '.join(f'{state.name} {_says(state)}' for state in wrong)}."
    unread = [state for state in wrong if state.state is State.UNKNOWN]
    if unread:
        return Check(
            "scripts.same", TITLE, Verdict.UNKNOWN, f"{text} {unread[0].why}", _remedy(row), about=node, age=age
        )
    return Check("scripts.same", TITLE, Verdict.FAIL, text, _remedy(row), about=node, age=age)


def _key(raw: dict[str, Any]) -> Check:
    """Whether the node's key is there, accepted, and for nobody else's eyes."""
    key = KeyFile(**raw)
    title = "The node's key is on the node, for SYSTEM and Administrators alone"
    remedy = f"Give it one: manage.py nodekey rotate {key.node}."
    accepted = NodeKey.objects.filter(key_id=key.key_id, node__name__iexact=key.node, retired_at__isnull=True)
    if key.unknown:
        found, text = Verdict.UNKNOWN, f"How it stands is not known: {key.unknown}"
    elif not key.key_id:
        found, text = Verdict.FAIL, f"There is no key in {key.path}: its scripts cannot ask the console."
    elif not key.private:
        found, text = Verdict.FAIL, f"Others may read {key.path}: the key in it is to be changed."
    elif not accepted.exists():
        found, text = Verdict.FAIL, f"The key {key.key_id} on it is not one that the console accepts."
    else:
        return Check("scripts.key", title, Verdict.PASS, f"It is {key.key_id}.", about=key.node)
    return Check("scripts.key", title, found, text, remedy, about=key.node)


def _sentence(row: NodeScripts, drifted: Iterable[FileState]) -> str:
    shown = "; ".join(f"{state.name} on {state.node} {_says(state)}" for state in drifted)
    return f"The node scripts of {row.cluster.name} are not as the console deployed them: {shown}."


def _says(state: FileState) -> str:
    return state.state.value if state.state is State.DIFFERS else f"is {state.state.value}"


def _remedy(row: NodeScripts) -> str:
    return (
        "See what differs on the page of the node scripts; find out who changed it (an upload of the cluster's "
        f"configuration writes the builder's copy); then deploy: manage.py scripts deploy {row.cluster.name}."
    )


def _digest(files: Iterable[FileState]) -> str:
    """What differs, as one short text: the same drift has the same."""
    told = "\n".join(f"{state.path} {state.node} {state.state} {state.before}" for state in files if state.to_do)
    return hashlib.sha256(told.encode()).hexdigest() if told else ""


def _keep(row: NodeScripts, **columns: object) -> None:
    NodeScripts.objects.filter(pk=row.pk).update(**columns)
    for name, value in columns.items():
        setattr(row, name, value)
