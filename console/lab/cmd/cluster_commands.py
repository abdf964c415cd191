"""The clp* commands of ExpressCluster. They talk to the engine and come back when the work is done."""

from console.lab import clpstat, groups, power
from console.lab.cmd.interpreter import Interpreter
from console.lab.cmd.registry import command, words
from console.lab.resources import log as write_log
from console.lab.schedule import Outcome, Procedure
from console.lab.state import Group, Node, Resource

NO_ENGINE = "Could not connect to the server. Check if the cluster service is active."
NOT_ADMINISTRATOR = "Log in as administrator."
NO_GROUP = "Invalid group name. Specify a valid group name in the cluster."
NO_SERVER = "Invalid server name. Specify a valid server name in the cluster."
NO_RESOURCE = "Invalid resource name. Specify a valid resource name in the cluster."
NO_OPTION = "Invalid option."
NOT_ACTIVE = "Server is not active. Check if the cluster service is active."
BUSY = "The group is busy. Try again later."
STARTED_HERE = "The group has already been started on the local server."
STARTED_THERE = "The group has already been started on the other server."
STOPPED_ALREADY = "The group has already been stopped."
NO_DESTINATION = "There is no appropriate destination for the group."
SUSPENDED = "The cluster is suspended. To perform this operation, resume the cluster."
SUCCEEDED = "Command succeeded."


class Refused(Exception):
    """A clp* command that will not do it; the text is what it prints."""


@command("clpstat")
def status(cmd: Interpreter, rest: str) -> int:
    """Show the cluster's state: plain or -s, --long, -g, -i, --local; -h asks another server."""
    if cmd.process.node.faulty("clpstat-garbage"):
        cmd.process.stdout(b"\x00\xff\xfe==  CLUSTER \x80\x81 ST\r\n  <ser\r\n")
        return 0
    try:
        with cmd.process.world.lock:
            options = _parsed(rest, {"-s": "0", "--long": "0", "--local": "0", "-g": "0", "-i": "0", "-h": "1"})
            lines = _screen(cmd, options)
    except Refused as refusal:
        return _say(cmd, str(refusal))
    cmd.process.out("\n".join(lines))
    return 0


def _screen(cmd: Interpreter, options: dict[str, str]) -> list[str]:
    node = _server(cmd, options.get("-h"))
    if not cmd.process.administrator:
        raise Refused(NOT_ADMINISTRATOR)
    if not node.engine and not node.cluster.definition.down_screen:
        raise Refused(NO_ENGINE)
    if not node.cluster.reaches(cmd.process.node, node):
        raise Refused(NO_ENGINE)
    if "-g" in options:
        return clpstat.group_map(node.cluster, node)
    if "-i" in options:
        return clpstat.configuration_screen(node.cluster)
    return clpstat.status_screen(node.cluster, node, long="--long" in options)


@command("clpgrp")
def group(cmd: Interpreter, rest: str) -> int:
    """Start, stop, move a group, or name the server that has it."""
    try:
        with cmd.process.world.lock:
            options = _options(cmd, rest, {"-s": "?", "-t": "?", "-m": "?", "-n": "?", "-h": "1", "-a": "1", "-f": "0"})
            action = next((name for name in ("-s", "-t", "-m", "-n") if name in options), "")
            if not action:
                raise Refused(NO_OPTION)
            if action == "-n":
                owner = _groups(cmd, options["-n"])[0].owner
                if owner:
                    cmd.process.out(owner.name)
                return 0
            if cmd.process.node.cluster.suspended:
                raise Refused(SUSPENDED)
            work = [_group_work(cmd, item, action, options) for item in _groups(cmd, options[action])]
            jobs = [cmd.process.world.schedule.start(procedure) for procedure in work]
    except Refused as refusal:
        return _say(cmd, str(refusal))
    code = max(cmd.process.finish(job) for job in jobs)
    return _logged(cmd, "clpgrp.exe", code)


def _group_work(cmd: Interpreter, group: Group, action: str, options: dict[str, str]) -> Procedure:
    world, by = cmd.process.world, cmd.process.line
    server = _server(cmd, options.get("-h"))
    if group.busy:
        raise Refused(BUSY)
    if not _active(cmd, server):
        raise Refused(NOT_ACTIVE)
    if action == "-s":
        if group.status == "Online" or (group.owner and group.owner is not server):
            raise Refused(STARTED_HERE if group.owner is cmd.process.node else STARTED_THERE)
        return groups.start_group(world, group, server, by)
    if group.owner is None:
        raise Refused(STOPPED_ALREADY)
    if action == "-t":
        if "-h" in options and group.owner is not server:
            raise Refused(STOPPED_ALREADY)
        return groups.stop_group(world, group, by)
    return groups.move_group(world, group, _destination(cmd, group, options), by)


def _destination(cmd: Interpreter, group: Group, options: dict[str, str]) -> Node:
    if "-a" not in options:
        choices = groups.node_choices(cmd.process.node.cluster, group, but=group.owner)
        if not choices:
            raise Refused(NO_DESTINATION)
        return choices[0]
    target = _server(cmd, options["-a"])
    if target is group.owner:
        raise Refused(STARTED_HERE if target is cmd.process.node else STARTED_THERE)
    if not _active(cmd, target):
        raise Refused(NOT_ACTIVE)
    return target


def _active(cmd: Interpreter, server: Node) -> bool:
    return server.engine and server.cluster.reaches(cmd.process.node, server)


@command("clprsc")
def resource(cmd: Interpreter, rest: str) -> int:
    """Start or stop one resource of a group that runs."""
    try:
        with cmd.process.world.lock:
            options = _options(cmd, rest, {"-s": "1", "-t": "1", "-h": "1", "-f": "0", "--apito": "1"})
            name = options.get("-s") or options.get("-t")
            if not name:
                raise Refused(NO_OPTION)
            owner, item = _resource(cmd, name)
            if owner.busy:
                raise Refused(BUSY)
            server = _server(cmd, options.get("-h"))
            procedure = groups.switch_resource(
                cmd.process.world, owner, item, server, cmd.process.line, up="-s" in options
            )
            job = cmd.process.world.schedule.start(procedure)
    except Refused as refusal:
        return _say(cmd, str(refusal))
    return _logged(cmd, "clprsc.exe", cmd.process.finish(job))


@command("clpcl")
def engine(cmd: Interpreter, rest: str) -> int:
    """Start, stop, suspend or resume the cluster service here (-h elsewhere, -a everywhere)."""
    try:
        if not cmd.process.administrator:
            raise Refused(NOT_ADMINISTRATOR)
        options = _parsed(
            rest,
            {"-s": "0", "-t": "0", "-a": "0", "-h": "1", "-w": "1", "--suspend": "0", "--resume": "0", "--force": "0"},
        )
        action = next((name for name in ("-s", "-t", "--suspend", "--resume") if name in options), "")
        if not action:
            raise Refused(NO_OPTION)
        nodes = cmd.process.node.cluster.nodes if "-a" in options else [_server(cmd, options.get("-h"))]
    except Refused as refusal:
        return _say(cmd, str(refusal))
    if action in ("--suspend", "--resume"):
        return _logged(cmd, "clpcl.exe", _suspend(cmd, suspend=action == "--suspend"))
    return _logged(cmd, "clpcl.exe", _engines(cmd, nodes, up=action == "-s"))


def _engines(cmd: Interpreter, nodes: list[Node], *, up: bool) -> int:
    world, by = cmd.process.world, cmd.process.line
    verb = "Start" if up else "Stop"
    work: list[tuple[Node, str | Procedure]] = []
    for node in nodes:
        if not node.powered or not node.cluster.reaches(cmd.process.node, node):
            work.append((node, NOT_ACTIVE))
        elif node.engine == up:
            state = "startup processing to the active" if up else "stop processing to the stopped"
            work.append((node, f"Performed {state} cluster service."))
        elif up:
            work.append((node, power.start_engine(world, node, by)))
        else:
            work.append((node, power.stop_engine(world, node, by, everywhere=len(nodes) > 1)))
    with world.lock:
        jobs = [(node, item if isinstance(item, str) else world.schedule.start(item)) for node, item in work]
    codes = []
    for node, job in jobs:
        outcome = Outcome(1, job) if isinstance(job, str) else None
        if not isinstance(job, str):
            cmd.process.wait(lambda job=job: job.outcome is not None)  # type: ignore[misc]
            outcome = job.outcome
        if outcome:
            cmd.process.out(f"{verb} {node.name} : {outcome.message}")
            codes.append(outcome.code)
    return max(codes)


@command("clpdown")
def down(cmd: Interpreter, rest: str) -> int:
    """Stop one server with its Windows, its groups failing over; -r starts it again, -h names another."""
    return _shut_down(cmd, rest, everywhere=False)


@command("clpstdn")
def stand_down(cmd: Interpreter, rest: str) -> int:
    """Stop every server of the cluster; -r starts them again."""
    return _shut_down(cmd, rest, everywhere=True)


def _shut_down(cmd: Interpreter, rest: str, *, everywhere: bool) -> int:
    world, by = cmd.process.world, cmd.process.line
    try:
        with world.lock:
            options = _options(cmd, rest, {"-r": "0", "-h": "1"})
            server = _server(cmd, options.get("-h"))
            nodes = [node for node in server.cluster.nodes if node.engine] if everywhere else [server]
            if not _active(cmd, server):
                raise Refused(NOT_ACTIVE)
            for node in nodes:
                work = power.shut_down(world, node, by, reboot="-r" in options, everywhere=everywhere)
                world.schedule.start(work)
    except Refused as refusal:
        return _say(cmd, str(refusal))
    cmd.process.out(SUCCEEDED)
    return _logged(cmd, "clpdown.exe", 0)


def _suspend(cmd: Interpreter, *, suspend: bool) -> int:
    cluster = cmd.process.node.cluster
    with cmd.process.world.lock:
        if not all(node.engine for node in cluster.nodes):
            return _say(cmd, NOT_ACTIVE)
        before, cluster.suspended = cluster.suspended, suspend
        cmd.process.world.record(
            "suspend", cluster.name, str(before), str(suspend), node=cmd.process.node.name, by=cmd.process.line
        )
        for node in cluster.nodes:
            cmd.process.out(f"{'Suspend' if suspend else 'Resume'} {node.name} : {SUCCEEDED}")
    return 0


@command("clplogcmd")
def log(cmd: Interpreter, rest: str) -> int:
    """Write a line of one's own into the cluster's log."""
    try:
        with cmd.process.world.lock:
            options = _options(cmd, rest, {"-m": "1", "-l": "1", "-i": "1"})
            if "-m" not in options:
                raise Refused(NO_OPTION)
            level = {"ERR": "ERROR", "WAR": "WARN"}.get(options.get("-l", "INFO"), options.get("-l", "INFO"))
            text = f"[{options.get('-i', '1')}] {options['-m']}"
            write_log(cmd.process.world, cmd.process.node, level, "logcmd", text)
            cmd.process.world.record("log", options["-m"], "", level, node=cmd.process.node.name, by="clplogcmd")
    except Refused as refusal:
        return _say(cmd, str(refusal))
    cmd.process.out(SUCCEEDED)
    return 0


def _say(cmd: Interpreter, text: str) -> int:
    cmd.process.err(text)
    return 1


def _logged(cmd: Interpreter, program: str, code: int) -> int:
    text = SUCCEEDED if code == 0 else "Command failed."
    level = "ERROR" if code else "INFO"
    write_log(cmd.process.world, cmd.process.node, level, "cmd", f"{program} : {code} : {text}")
    return code


def _parsed(rest: str, known: dict[str, str]) -> dict[str, str]:
    """Options with their values: "1" needs one, "?" may have one, "0" has none."""
    options: dict[str, str] = {}
    arguments = words(rest)
    while arguments:
        name = arguments.pop(0)
        wants = known.get(name)
        if wants is None:
            raise Refused(NO_OPTION)
        has = bool(arguments) and not arguments[0].startswith("-")
        if wants == "1" and not has:
            raise Refused(NO_OPTION)
        options[name] = arguments.pop(0) if wants != "0" and has else ""
    return options


def _options(cmd: Interpreter, rest: str, known: dict[str, str]) -> dict[str, str]:
    options = _parsed(rest, known)
    if not cmd.process.administrator:
        raise Refused(NOT_ADMINISTRATOR)
    if not cmd.process.node.engine:
        raise Refused(NO_ENGINE)
    return options


def _groups(cmd: Interpreter, name: str) -> list[Group]:
    seen = cmd.process.node.cluster.groups_of(cmd.process.node)
    existing = [group for group in seen if not name or group.name == name]
    if not existing:
        raise Refused(NO_GROUP)
    return existing


def _server(cmd: Interpreter, name: str | None) -> Node:
    node = cmd.process.node if name is None else cmd.process.node.cluster.node(name)
    if node is None:
        raise Refused(NO_SERVER)
    return node


def _resource(cmd: Interpreter, name: str) -> tuple[Group, Resource]:
    for group in cmd.process.node.cluster.groups_of(cmd.process.node):
        for item in group.resources:
            if item.definition.name == name:
                return group, item
    raise Refused(NO_RESOURCE)
