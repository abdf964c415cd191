"""Plan the undo of a repair: what its steps found before they acted, put back in reverse order."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from console.domain import doctor
from console.domain.checks import Reason, Refusal
from console.domain.errors import Unquotable
from console.domain.field import Field
from console.domain.plan import Plan, PlannedCommand, Step
from console.domain.planner.base import VALID_SECONDS
from console.domain.planner.repair import repair_plan, require_read
from console.domain.planner.repair_base import WITHIN
from console.domain.planner.repair_files import why_not_stopped
from console.domain.planner.unwinding import Undone, unwinding
from console.domain.ports import Argv
from console.domain.quoting import cmd_line
from console.domain.receipts import Receipt
from console.domain.repair import commands
from console.domain.repair.commands import CLUSTER_SERVICE
from console.domain.repair.ground import Ground, ground_of
from console.domain.steps.repair.undo import IMPORTS
from console.domain.steps.services import start_command, stop_command

Made = Step | Reason | str
"""A step, a reason why not, or a note about what stays."""
Writer = Callable[[Ground, Step, Receipt], Iterator[Made]]


def make_repair_undo(field: Field, undone: Undone, first: str, *, valid_seconds: float = VALID_SECONDS) -> Plan:
    """The plan that takes a repair back from its end down to the step `first` (empty: all of it).

    Reads and never writes. Raises `Refusal` when the cluster cannot be read, with every reason why something of it
    cannot be taken back now, and when nothing is left to be.
    """
    setup, facts = doctor.examine(field)
    require_read(doctor.judge(field, setup, facts))
    ground = ground_of(field, setup, facts)
    wanted = unwinding(undone, first)
    before: dict[str, Receipt] = {}
    for kept in undone.receipts.newest_first():
        before[kept.receipt.step] = kept.receipt  # the oldest one is from before anything was done
    try:
        made = [one for step in wanted.steps for one in BACK[step.kind](ground, step, before[step.key])]
    except Unquotable as error:
        raise Refusal.of(error.message, error.remedy, key="repair.name") from error
    if reasons := [one for one in made if isinstance(one, Reason)]:
        raise Refusal(f"Operation {undone.number} of {field.cluster.name} cannot be taken back now.", reasons)
    steps = tuple(one for one in made if isinstance(one, Step))
    if not steps:
        text = f"Nothing that operation {undone.number} did can be taken back: {' '.join(map(str, made))}"
        raise Refusal.of(text, "Nothing to do.", key="undo.nothing", about=str(undone.number))
    opening = f"Takes back operation {undone.number}, a repair: what it mended is broken again."
    stays = [one for one in made if isinstance(one, str)]
    return repair_plan(ground, "undo", steps, (opening, *stays), valid_seconds)


def _step(step: Step, kind: str, argvs: list[tuple[str, Argv]], **params: Any) -> Step:
    """The inverse of a repair's step."""
    lines = tuple(PlannedCommand(node, cmd_line(argv)) for node, argv in argvs)
    return Step(
        key=f"undo-{step.key}",
        kind=f"repair.undo.{kind}",
        title=f"Take back “{step.title}”",
        phase="repair",
        params={"findings": step.params["findings"], **params},
        commands=lines,
        within=WITHIN,
        undo="Repair it again.",
        safe_point=True,
    )


def _files(ground: Ground, step: Step, receipt: Receipt) -> Iterator[Made]:
    """With the cluster service stopped, as nobody knows what has loaded the files by now."""
    node, files = receipt.params["node"], receipt.params["files"]
    if against := list(why_not_stopped(ground, node)):
        yield from against
        return
    argvs: list[tuple[str, Argv]] = [(node, stop_command(CLUSTER_SERVICE))]
    for one in files:
        target, beside = one["target"], f"{one['target']}.new"
        if one["backup"]:
            argvs += [(node, commands.copy(one["backup"], beside)), (node, commands.same_bytes(one["backup"], beside))]
            argvs.append((node, commands.move(beside, target)))
        else:
            argvs.append((node, commands.remove(target)))
    argvs.append((node, start_command(CLUSTER_SERVICE)))
    yield _step(step, "files", argvs, node=node, files=files)


def _com(ground: Ground, step: Step, receipt: Receipt) -> Iterator[Made]:
    node, argv = receipt.params["node"], commands.unregister_com(receipt.params["system"], receipt.params["dll"])
    yield _step(step, "command", [(node, argv)], node=node, argv=list(argv))


def _stays(ground: Ground, step: Step, receipt: Receipt) -> Iterator[Made]:
    yield f"Stays as it is: {step.title}. {step.no_return}"


def _type(ground: Ground, step: Step, receipt: Receipt) -> Iterator[Made]:
    name = receipt.params["name"]
    users = [one.name for one in ground.group.resources if one.kind.casefold() == name.casefold()]
    if users:
        yield f"Stays as it is: the resource type {name}, of which {' and '.join(users)} is."
        return
    argv = commands.delete_type(name)
    yield _step(step, "command", [(ground.holder, argv)], node=ground.holder, argv=list(argv))


def _type_dll(ground: Ground, step: Step, receipt: Receipt) -> Iterator[Made]:
    name, before = receipt.params["name"], receipt.params["before"]
    lacking = [node for node, facts in ground.facts.items() if not facts.has(rf"{facts.cluster_folder}\{before}")]
    if not before or lacking:
        yield f"Stays as it is: {step.title}. {before or 'What it had'} is not on {' and '.join(lacking)}."
        return
    argv = commands.set_type_dll(name, before)
    yield _step(step, "command", [(ground.holder, argv)], node=ground.holder, argv=list(argv))


def _resource(ground: Ground, step: Step, receipt: Receipt) -> Iterator[Made]:
    name = receipt.params["name"]
    state = next((one.status for one in ground.group.resources if one.name.casefold() == name.casefold()), "Offline")
    if state.casefold() != "offline":
        remedy = f'Take it offline first, if nothing needs it: cluster resource "{name}" /offline.'
        yield Reason(f"{name} is {state} by now.", remedy, "undo.resource")
        return
    argv = commands.delete_resource(name)
    yield _step(step, "command", [(ground.holder, argv)], node=ground.holder, argv=list(argv))


def _dependencies(ground: Ground, step: Step, receipt: Receipt) -> Iterator[Made]:
    name, needs, node = receipt.params["name"], receipt.params["needs"], ground.holder
    known = {one.name.casefold(): one.status.casefold() for one in ground.group.resources}
    online = [one for one in receipt.params["online"] if known.get(one.casefold()) == "online"]
    timing = ground.field.cluster.timing
    argvs = [(node, commands.offline(name, max(1, int(timing.stop_service))))] if online else []
    argvs += [(node, commands.remove_dependency(name, needed)) for needed in needs]
    argvs += [(node, commands.online(one, max(1, int(timing.start_service)))) for one in online]
    yield _step(step, "dependencies", argvs, node=node, name=name, needs=needs, online=online)


def _registry(ground: Ground, step: Step, receipt: Receipt) -> Iterator[Made]:
    node, file = receipt.params["node"], f"undo-{step.key}.reg"
    path = rf"{IMPORTS}\{file}"
    argvs = [(node, commands.import_file(path)), (node, commands.remove(path))]
    yield _step(step, "registry", argvs, node=node, file=file, change=receipt.params["change"])


BACK: Mapping[str, Writer] = {
    "repair.files.copy": _files,
    "repair.files.replace": _files,
    "repair.com.register": _com,
    "repair.cluster.register": _stays,
    "repair.types.create": _type,
    "repair.types.set-dll": _type_dll,
    "repair.resources.create": _resource,
    "repair.resources.depend": _dependencies,
    "repair.sources.write": _registry,
    "repair.provider.bind": _registry,
}
"""How each kind of step is taken back."""
