"""Write the steps of a repair, one kind of repair after the other; what cannot be mended gives a reason instead."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from console.domain.checks import Reason
from console.domain.doctor.judging_cluster import is_of
from console.domain.findings import Finding
from console.domain.planner.repair_base import Made, Wanted, instance_name, names, step_of
from console.domain.planner.repair_files import copied
from console.domain.planner.repair_registry import bound, written
from console.domain.repair import commands
from console.domain.repair.ground import Ground

Writer = Callable[[Wanted, Sequence[Finding]], Iterator[Made]]

NOT_TAKEN_BACK = "The DLL from before is not on every node: the cluster would not take it."
NO_WAY_BACK = "cladmreg has no way back; the entry only lets Cluster Administrator show Exchange's resources."


def com_registered(asked: Wanted, findings: Sequence[Finding]) -> Iterator[Made]:
    """The extension of the cluster's administration registered as a COM class, node by node."""
    for one in findings:
        node, dll = one.node, one.data["path"]
        if not asked.will_lie(dll, node):
            remedy = "Repair the missing file together with this, or first."
            yield Reason(f"{dll} is not on {node}: there is nothing to register.", remedy, "repair.file", node)
            continue
        system = asked.ground.system(node)
        yield step_of(
            [one],
            "com.register",
            f"register-{node}",
            f"Register {one.about} as a COM class on {node}",
            f"a COM class of {node} leads to {one.about}",
            [(node, commands.register_com(system, dll))],
            f"Take the class away: regsvr32 /u /s {dll}",
            node=node,
            system=system,
            dll=dll,
        )


def cluster_registered(asked: Wanted, findings: Sequence[Finding]) -> Iterator[Made]:
    """It registered with the cluster, on a node that knows its class: the one that has the group where it does."""
    for one in findings:
        told = {name.casefold() for name in names(one.data.get("nodes", ""))}
        able = [n for n in asked.nodes if n.casefold() in told or asked.mends("registration.com", n)]
        if not able:
            text = f"{one.about} is a COM class on no node: the cluster cannot take it."
            yield Reason(text, "Repair its registration as a COM class together with this, or first.", "repair.com")
            continue
        node = asked.ground.holder if asked.ground.holder in able else able[0]
        yield step_of(
            [one],
            "cluster.register",
            "register-cluster",
            f"Register {one.about} with the cluster, on {node}",
            f"an extension of the cluster leads to {one.about}",
            [(node, commands.register_with_cluster(one.data["file"]))],
            "",
            no_return=NO_WAY_BACK,
            node=node,
            dll=one.data["file"],
        )


def types_created(asked: Wanted, findings: Sequence[Finding]) -> Iterator[Made]:
    """Resource types registered, once their DLL lies on every node."""
    for number, one in enumerate(findings, 1):
        name, dll, node = one.data["type"], one.data["dll"], asked.ground.holder
        yield from _not_loaded(asked, one, dll) or [
            step_of(
                [one],
                "types.create",
                f"type-{number}",
                f"Create the resource type {name} with {dll}",
                f"the cluster has the type {name}",
                [(node, commands.create_type(name, dll))],
                "Delete the type, as long as no resource is of it.",
                node=node,
                name=name,
                dll=dll,
            )
        ]


def types_corrected(asked: Wanted, findings: Sequence[Finding]) -> Iterator[Made]:
    """Resource types given their own DLL."""
    for number, one in enumerate(findings, 1):
        name, dll, node = one.about, one.data["dll"], asked.ground.holder
        yield from _not_loaded(asked, one, dll) or [
            step_of(
                [one],
                "types.set-dll",
                f"type-dll-{number}",
                f"Have the resource type {name} use {dll}, not {one.data['found'] or 'nothing'}",
                f"the type {name} has {dll}",
                [(node, commands.set_type_dll(name, dll))],
                f"Write {one.data['found']} back." if _lies_everywhere(asked, one.data["found"]) else "",
                no_return="" if _lies_everywhere(asked, one.data["found"]) else NOT_TAKEN_BACK,
                node=node,
                name=name,
                dll=dll,
                before=one.data["found"],
                warning=f"{name}: the cluster uses {dll} from the next time that a resource of it comes online.",
            )
        ]


def _lies_everywhere(asked: Wanted, dll: str) -> bool:
    """Whether a DLL is in the cluster folder of every node, so that the cluster would take a type with it."""
    nodes = asked.ground.facts.values()
    return bool(dll) and all(facts.has(rf"{facts.cluster_folder}\{dll}") for facts in nodes)


def _not_loaded(asked: Wanted, finding: Finding, dll: str) -> list[Made]:
    """Why the cluster would not take a type with this DLL: it is not on every node, or not every node is there."""
    reasons: list[Made] = []
    for node in asked.nodes:
        path = rf"{asked.ground.facts[node].cluster_folder}\{dll}"
        if not asked.will_lie(path, node):
            text = f"{path} is not on {node}: the cluster could not load it for {finding.about} (error 5017)."
            reasons.append(Reason(text, "Repair the missing file together with this, or first.", "repair.file", node))
    down = [name for name, state in asked.ground.view.servers.items() if state.casefold() not in ("up", "online")]
    if down:
        text = f"{' and '.join(down)} is not up: a type is registered with every node at once (error 5037)."
        reasons.append(Reason(text, "Start the cluster service there first.", "repair.nodes"))
    return reasons


def resources_created(asked: Wanted, findings: Sequence[Finding]) -> Iterator[Made]:
    """Resources that System Attendant should have made, offline, with what they depend on."""
    ground = asked.ground
    there = [(one.kind, one.name) for one in ground.group.resources]
    server = ground.field.cluster.primary_server
    dashed = any(name.endswith(f" - ({server})") for _, name in there)
    for number, one in enumerate(findings, 1):
        kind = one.data["type"]
        if (against := _not_created(asked, kind)) is not None:
            yield against
            continue
        name = instance_name(kind, server, dashed=dashed)
        needs = [other for needed in names(one.data["needs"]) for of, other in there if _same_type(asked, of, needed)]
        yield _created(ground, one, number, name, needs)


def _created(ground: Ground, finding: Finding, number: int, name: str, needs: list[str]) -> Made:
    kind = finding.data["type"]
    argvs = [commands.create_resource(name, ground.group.name, kind)]
    argvs += [commands.add_dependency(name, needed) for needed in needs]
    return step_of(
        [finding],
        "resources.create",
        f"resource-{number}",
        f"Create {name} in {ground.group.name}, offline",
        f"{ground.group.name} has a resource of the type {kind}",
        [(ground.holder, argv) for argv in argvs],
        "Delete the resource, as long as it is offline.",
        node=ground.holder,
        name=name,
        group=ground.group.name,
        kind=kind,
        needs=needs,
        warning=f"{name} stays offline: look at its properties, then bring it online.",
    )


def _same_type(asked: Wanted, kind: str, wanted: str) -> bool:
    """Whether a resource's type is the wanted one, which for Exchange's may be written in other words."""
    known = {one.name: one for one in asked.ground.field.generation.resource_types}
    return is_of(kind, known[wanted]) if wanted in known else kind.casefold() == wanted.casefold()


def _not_created(asked: Wanted, kind: str) -> Reason | None:
    """Why no resource of the type can be created."""
    known = {one.name: one for one in asked.ground.field.generation.resource_types}
    if kind in known and not known[kind].service:
        text = f"There is one {kind} for each database, and nothing here tells of which one it is missing."
        remedy = "Run set-up of the clustered mailbox server again, or create it in Cluster Administrator."
        return Reason(text, remedy, "repair.database")
    if not _has_type(asked, kind):
        text = f"The cluster has no resource type {kind}: no resource of it can be made (error 5078)."
        return Reason(text, "Repair the missing resource type together with this, or first.", "repair.type")
    return None


def _has_type(asked: Wanted, kind: str) -> bool:
    """Whether the cluster has the type, or will have once this repair has made it."""
    known = asked.ground.facts[asked.ground.holder].types or ()
    coming = [one for one in asked.findings if one.code == "resource-types.missing"]
    return any(_same_type(asked, one.name, kind) for one in known) or any(one.data["type"] == kind for one in coming)


def dependencies_added(asked: Wanted, findings: Sequence[Finding]) -> Iterator[Made]:
    """Dependencies added, resource by resource; one that is online goes offline for it, with all that needs it.

    What comes up last is first: once it depends on what it needs, the cluster takes it offline before that.
    """
    order = [one.name for one in asked.ground.field.generation.resource_types]
    by_resource: dict[str, list[Finding]] = {}
    for one in sorted(findings, key=lambda one: order.index(one.data["type"]), reverse=True):
        by_resource.setdefault(one.data["resource"], []).append(one)
    depends = {one.name: set(one.depends_on) for one in asked.ground.group.resources}
    for number, (name, ones) in enumerate(by_resource.items(), 1):
        needs = [needed for one in ones for needed in names(one.data["on"])]
        yield _depending(asked.ground, ones, number, needs, _online_with(asked.ground, name, depends))
        depends[name] |= set(needs)


def _depending(
    ground: Ground, findings: Sequence[Finding], number: int, needs: Sequence[str], online: Sequence[str]
) -> Made:
    name, timing = findings[0].data["resource"], ground.field.cluster.timing
    stop, start = (max(1, int(seconds)) for seconds in (timing.stop_service, timing.start_service))
    argvs = [commands.offline(name, stop)] if online else []
    argvs += [commands.add_dependency(name, needed) for needed in needs]
    argvs += [commands.online(other, start) for other in online]
    return step_of(
        findings,
        "resources.depend",
        f"depend-{number}",
        f"Have {name} depend on {' and '.join(needs)}",
        f"{name} depends on what it needs",
        [(ground.holder, argv) for argv in argvs],
        "Take the dependencies away again, the resource offline for a moment.",
        node=ground.holder,
        name=name,
        needs=list(needs),
        online=list(online),
        within=timing.stop_service + timing.start_service * max(1, len(online)),
        **({"warning": _outage(name, online), "outage": True} if online else {}),
    )


def _outage(name: str, online: Sequence[str]) -> str:
    others = [other for other in online if other != name]
    more = f", and with it {', '.join(others)}" if others else ""
    return f"{name} goes offline for a moment{more}: what they serve is down until they are online again."


def _online_with(ground: Ground, name: str, depends: Mapping[str, set[str]]) -> list[str]:
    """The resource and all that depends on it by then, as far as they are online, each after what it needs."""
    found = [name]
    for _ in depends:
        found += [other for other, needs in depends.items() if other not in found and needs & set(found)]
    online = {one.name for one in ground.group.resources if one.status.casefold() == "online"}
    return [other for other in found if other in online]


WRITERS: Mapping[str, Writer] = {
    "files.copy": copied,
    "com.register": com_registered,
    "types.create": types_created,
    "types.set-dll": types_corrected,
    "cluster.register": cluster_registered,  # an extension is entered with the types, which have to be there
    "resources.create": resources_created,
    "resources.depend": dependencies_added,
    "sources.write": written,
    "provider.bind": bound,
}
"""By what the catalog calls each repair, in the order in which each finds what it needs."""
