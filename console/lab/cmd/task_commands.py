"""schtasks: one-shot scheduled tasks that run on when the caller has gone."""

import contextlib
import threading
from collections.abc import Callable

from console.lab.cmd.interpreter import Interpreter
from console.lab.cmd.process import Killed, Process
from console.lab.cmd.registry import Exit, command, words
from console.lab.state import Task

_NOT_FOUND = "ERROR: The system cannot find the file specified."
_COLUMNS = (
    "HostName",
    "TaskName",
    "Next Run Time",
    "Status",
    "Last Run Time",
    "Last Result",
    "Creator",
    "Task To Run",
    "Run As User",
)


@command("schtasks")
def schtasks(cmd: Interpreter, rest: str) -> int:
    """Create, run, query, end or delete a task."""
    arguments = words(rest)
    options = _options(arguments[1:])
    action = _ACTIONS.get(arguments[0].casefold() if arguments else "/query")
    if action is None:
        cmd.process.err(f"ERROR: Invalid argument/option - '{arguments[0]}'.")
        return 1
    return action(cmd, options)


def _options(arguments: list[str]) -> dict[str, str]:
    options: dict[str, str] = {}
    for index, word in enumerate(arguments):
        if word.startswith("/"):
            following = arguments[index + 1 : index + 2]
            options[word.casefold()] = following[0] if following and not following[0].startswith("/") else ""
    return options


def _create(cmd: Interpreter, options: dict[str, str]) -> int:
    name, run = options.get("/tn", ""), options.get("/tr", "")
    if not name or not run or not options.get("/sc"):
        cmd.process.err("ERROR: Invalid syntax. Mandatory option missing.")
        return 1
    tasks = cmd.process.node.tasks
    with cmd.process.world.lock:
        if name.casefold() in tasks and "/f" not in options:
            cmd.process.err(f'ERROR: The task name "{name}" already exists.')
            return 1
        tasks[name.casefold()] = Task(name, run, options.get("/ru") or cmd.process.user)
        cmd.process.world.record("task", name, "", "created", node=cmd.process.node.name, by=cmd.process.user)
    if _is_past(cmd, options.get("/st", "")):
        cmd.process.err("WARNING: The task may not run because /ST is earlier than current time.")
    cmd.process.out(f'SUCCESS: The scheduled task "{name}" has successfully been created.')
    return 0


def _is_past(cmd: Interpreter, moment: str) -> bool:
    return bool(moment) and moment < cmd.process.world.clock.date().strftime("%H:%M")


def _run(cmd: Interpreter, options: dict[str, str]) -> int:
    task = _task(cmd, options)
    if task is None:
        return 1
    with cmd.process.world.lock:
        if task.status != "Running":
            task.status = "Running"
            task.last_run = cmd.process.world.clock.date()
            cmd.process.world.record(
                "task", task.name, "Ready", "Running", node=cmd.process.node.name, by=cmd.process.user
            )
            threading.Thread(target=_carry_out, args=(cmd.process, task), daemon=True).start()
    cmd.process.out(f'SUCCESS: Attempted to run the scheduled task "{task.name}".')
    return 0


def _carry_out(caller: Process, task: Task) -> None:
    process = Process(
        caller.world,
        caller.node,
        stdout=lambda data: None,
        stderr=lambda data: None,
        user=r"NT AUTHORITY\SYSTEM" if task.user.casefold() == "system" else task.user,
        encoding=caller.encoding,
        code_page=caller.code_page,
        folder=r"C:\WINDOWS\system32",
        line=f"task {task.name}",
        boots=caller.boots,
    )
    task.last_result = 1
    try:
        with contextlib.suppress(Killed, Exit):
            task.last_result = Interpreter(process).line(task.run)
    finally:
        with caller.world.lock:
            task.status = "Ready"
            caller.world.record("task", task.name, "Running", f"Ready {task.last_result}", node=caller.node.name)
            caller.world.schedule.touch()


def _query(cmd: Interpreter, options: dict[str, str]) -> int:
    tasks = list(cmd.process.node.tasks.values())
    if "/tn" in options:
        task = _task(cmd, options)
        if task is None:
            return 1
        tasks = [task]
    if not tasks:
        cmd.process.out("INFO: There are no scheduled tasks present in the system.")
        return 0
    if "/nh" not in options:
        cmd.process.out(",".join(f'"{name}"' for name in _COLUMNS))
    for task in tasks:
        cmd.process.out(",".join(f'"{value}"' for value in _row(cmd, task)))
    return 0


def _row(cmd: Interpreter, task: Task) -> tuple[str, ...]:
    last = task.last_run.strftime("%H:%M:%S, %m/%d/%Y") if task.last_run else "Never"
    status = "Running" if task.status == "Running" else ""
    if cmd.process.node.definition.windows != "2003":
        status = task.status
    host = cmd.process.node.name.upper()
    return (host, task.name, "N/A", status, last, str(task.last_result), cmd.process.user, task.run, task.user)


def _delete(cmd: Interpreter, options: dict[str, str]) -> int:
    task = _task(cmd, options)
    if task is None:
        return 1
    with cmd.process.world.lock:
        cmd.process.node.tasks.pop(task.name.casefold(), None)
        cmd.process.world.record("task", task.name, task.status, "deleted", node=cmd.process.node.name)
    cmd.process.out(f'SUCCESS: The scheduled task "{task.name}" was successfully deleted.')
    return 0


def _task(cmd: Interpreter, options: dict[str, str]) -> Task | None:
    task = cmd.process.node.tasks.get(options.get("/tn", "").casefold())
    if task is None:
        cmd.process.err(_NOT_FOUND)
    return task


_ACTIONS: dict[str, Callable[[Interpreter, dict[str, str]], int]] = {
    "/create": _create,
    "/run": _run,
    "/query": _query,
    "/delete": _delete,
}
