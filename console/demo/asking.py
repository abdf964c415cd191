"""Lets nodes that run the console's scripts, or are to get them, ask the demo: keys, and where the pages are."""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path

from console.demo import children
from console.demo.process import Process
from console.demo.state import State
from console.demo.supervisor import Ready, Supervisor
from console.lab import control
from console.lab.presets import demo_definition

KEPT = "node-keys"
Keys = dict[str, tuple[str, str]]
"""Key id and key by node."""


def nodes_that_ask() -> list[str]:
    """The lab's nodes that run the console's scripts."""
    asking = [cluster for cluster in demo_definition().clusters if cluster.scripts == "console"]
    return [node.name for cluster in asking for node in cluster.nodes]


def let_nodes_ask(supervisor: Supervisor, state: State, lab: Process, address: str) -> None:
    """Make every such node's key one that the console knows, and tell the lab these keys and the console's address.

    The keys lie in the demo's folder, for its owner alone, as a node's key lies on the node. One that is no longer
    active, because the inventory was played with, is replaced. Raises ProcessFailed.
    """
    keys = _kept(state)
    active = _active(supervisor) if keys else set()
    for name in nodes_that_ask():
        if name not in keys or keys[name][0] not in active:
            keys[name] = (f"demo-{secrets.token_hex(6)}", secrets.token_hex(32))
            state.private(KEPT, json.dumps(keys))
            _issue(supervisor, state, name, *keys[name])
    supervisor.wait(lab, lab_is_told(state.lab, address, keys), within=30)


def let_pairs_be_set_up(supervisor: Supervisor, address: str) -> None:
    """Say what the scripts of pairs that are not set up are to be rendered from; a set-up makes their keys itself.

    Raises ProcessFailed.
    """
    for name in (cluster.name for cluster in demo_definition().clusters if not cluster.prepared):
        supervisor.run("scripts", children.set_scripts(name, address), within=60)


def lab_is_told(folder: Path, address: str, keys: Mapping[str, tuple[str, str]]) -> Ready:
    """The lab of that folder has taken in where the console is, and each node's key."""

    def ready() -> str | None:
        try:
            control.Lab(folder).webhook(address.rstrip("/"), dict(keys))
        except (control.NoLab, control.LabRefused) as error:
            return str(error)
        return None

    return ready


def _kept(state: State) -> Keys:
    """The keys of the last start; none when the demo is new."""
    path = state.folder / KEPT
    if not path.exists():
        return {}
    kept: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8"))
    return {name: (key_id, key) for name, (key_id, key) in kept.items() if name in nodes_that_ask()}


def _active(supervisor: Supervisor) -> set[str]:
    """The ids of the keys that the console takes now."""
    told = supervisor.run("node-keys", children.node_keys(), within=60)
    rows = json.loads(told.splitlines()[-1])["keys"]
    return {row["key_id"] for row in rows if row["retired"] is None}


def _issue(supervisor: Supervisor, state: State, node: str, key_id: str, key: str) -> None:
    """Let the console know a node's key. It goes by standard input, from a file that is gone afterwards."""
    draft = state.private("node-key.new", key + "\n")
    try:
        supervisor.run("node-keys", children.issue_node_key(node, key_id), stdin=draft, within=60)
    finally:
        draft.unlink()
