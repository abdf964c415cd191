"""Structural drift: what a plan relies on, by name, and which of it is no longer so."""

from collections.abc import Mapping
from typing import Any

from console.domain.carried_server import CarriedServer
from console.domain.directory import DirectoryView
from console.domain.observation import ClusterObservation
from console.domain.products import Generation
from console.domain.topology import Cluster


def fingerprint(
    cluster: Cluster, generation: Generation, observation: ClusterObservation, view: DirectoryView
) -> dict[str, Any]:
    """Everything structural, as JSON values: owner, nodes, services, scripts, and all of the directory."""
    return {**nodes_fingerprint(cluster, generation, observation), **directory_fingerprint(view)}


def nodes_fingerprint(cluster: Cluster, generation: Generation, observation: ClusterObservation) -> dict[str, Any]:
    """What is structural of the nodes alone: owner, names, services, scripts."""
    return {
        "owner of the group": observation.owner(cluster.group).value or "",
        "nodes": {name: seen.hostname.value or "" for name, seen in observation.nodes.items()},
        "services": _services(cluster, generation, observation),
        "node scripts": {name: seen.scripts.value or "unknown" for name, seen in observation.nodes.items()},
    }


OF_SERVER = ("server", "stores", "domain controller")
"""What a plan relies on of a server that goes with its group."""


def carried_fingerprint(
    cluster: Cluster, generation: Generation, observation: ClusterObservation, carried: CarriedServer
) -> dict[str, Any]:
    """Everything structural where nothing in the directory is switched: the nodes, the resources, the server."""
    nodes = nodes_fingerprint(cluster, generation, observation)
    views = [view for seen in observation.nodes.values() if (view := seen.engine.value) is not None]
    groups = [view.groups[cluster.group] for view in views if cluster.group in view.groups]
    resources = {resource.name: resource.kind for group in groups[:1] for resource in group.resources}
    return {**nodes, "resources": resources, **carried.fingerprint()}


def directory_fingerprint(view: DirectoryView) -> dict[str, Any]:
    """What is structural of the directory alone: servers, stores, names, pointers, controller."""
    return {
        "servers": {s.name: [s.dn, s.legacy_dn, s.mta_dn] for s in (view.primary, view.standby)},
        "stores": {store.dn: store.guid for s in (view.primary, view.standby) for store in s.stores},
        "holders of service principal names": {n: sorted(dns) for n, dns in view.spn_holders.items()},
        "pointers": {pointer.dn: [pointer.attribute, pointer.value] for pointer in view.pointers},
        "domain controller": view.controller.dns_name,
    }


def _services(cluster: Cluster, generation: Generation, observation: ClusterObservation) -> dict[str, str]:
    """`node/service` to state and start type; a pending state counts as what it leads to."""
    told = {}
    for name, seen in observation.nodes.items():
        for service in generation.running_services(cluster.extra_services):
            state = seen.service(service.name).value
            told[f"{name}/{service.name}"] = f"{state.state}, {state.start_type}" if state else "unknown"
    return told


def differences(planned: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What is different, one clause each, naming the object."""
    found: list[str] = []
    for name, before in planned.items():
        after = now.get(name)
        if before == after:
            continue
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            keys = sorted(set(before) | set(after))
            found += [
                f"{name}: {key} was {_say(before.get(key))}, is {_say(after.get(key))}"
                for key in keys
                if before.get(key) != after.get(key)
            ]
        else:
            found.append(f"{name}: was {_say(before)}, is {_say(after)}")
    return found


def _say(value: object) -> str:
    if value is None:
        return "not there"
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value) or "nothing"
    return str(value) or "nothing"
