"""Reads how a command stands that was started on a node to outlive our connection."""

import csv
from collections.abc import Sequence

from console.domain.errors import Garbled
from console.domain.ports import Argv, CommandResult, DetachedRun
from console.domain.quoting import run_folder

_RUNNING_RESULT = "267009"
"""SCHED_S_TASK_RUNNING as a task's last result: the same number in every language."""

_READY_WORDS = frozenset({"ready", "", "could not start", "準備完了", "失敗", "disabled", "無効"})
"""Words for a task that does not run, on Windows 2003 and 2008, English and Japanese."""


ALL_TASKS: Argv = ("schtasks", "/query", "/fo", "csv", "/v")
"""For Windows 2003, which cannot be asked about one task."""


def questions(run_id: str) -> tuple[Argv, ...]:
    """What is asked. The task comes first: when it does not run and leaves no exit code after that, it never will."""
    folder = run_folder(run_id)
    return (
        ("schtasks", "/query", "/tn", run_id, "/fo", "csv", "/v"),
        ("dir", "/b", folder),
        ("type", rf"{folder}\rc.txt"),
        ("type", rf"{folder}\out.txt"),
    )


def needs_all_tasks(results: Sequence[CommandResult]) -> bool:
    """Whether the command was prepared and has not ended, but its task was not shown when asked for by name."""
    tasks, folder, exit_code, _ = results
    return folder.ok and not exit_code.ok and not tasks.ok


def creation(run_id: str, at: str) -> Argv:
    """The command that makes the one-shot task; it needs no password. Windows 2003 may want seconds in `at`."""
    script = rf"{run_folder(run_id)}\run.cmd"
    return ("schtasks", "/create", "/tn", run_id, "/tr", script, "/sc", "once", "/st", at, "/ru", "SYSTEM")


def read(run_id: str, results: Sequence[CommandResult]) -> DetachedRun:
    """The state, from the answers to `questions`. Raises `Garbled`."""
    tasks, folder, exit_code, output = results
    if exit_code.ok:
        text = exit_code.stdout.strip()
        if not text.lstrip("-").isdecimal():
            raise Garbled(f"The exit code of {run_id} cannot be read: {text[:100] or 'nothing'}")
        return DetachedRun("finished", int(text), output.stdout)
    entries = {line.strip().casefold() for line in folder.stdout.splitlines()}
    if not folder.ok:
        return DetachedRun("absent")
    if "started" not in entries:
        return DetachedRun("prepared")
    return DetachedRun("running" if _runs(run_id, tasks) else "lost", None, output.stdout)


def has_task(run_id: str, tasks: CommandResult) -> bool:
    """Whether the task is there."""
    return bool(_rows(run_id, tasks))


def _runs(run_id: str, tasks: CommandResult) -> bool:
    """Whether the task runs; an unknown word counts as running, since nothing may be called lost by guessing."""
    if not tasks.ok:
        said = " ".join((tasks.stdout + tasks.stderr).split())[:200] or "no answer"
        raise Garbled(
            f"The node's tasks cannot be listed: {said}",
            remedy="Start the node's task scheduler service, then observe again.",
        )
    rows = _rows(run_id, tasks)
    return any(_RUNNING_RESULT in row or row[3].strip().casefold() not in _READY_WORDS for row in rows)


def _rows(run_id: str, tasks: CommandResult) -> list[list[str]]:
    """The task's rows: host, name (with a backslash before it on Windows 2008), next run, status, and more."""
    lines = [line for line in tasks.stdout.splitlines() if line.startswith('"')]
    rows = [row for row in csv.reader(lines) if len(row) > 3]
    return [row for row in rows if row[1].strip().lstrip("\\").casefold() == run_id.casefold()]
