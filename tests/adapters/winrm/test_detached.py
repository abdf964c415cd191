"""Commands that outlive the connection: begun once, watched by observation, their end never guessed."""

import time

import pytest

from console.adapters.winrm import WinrmSession, detached
from console.domain.errors import Garbled, Unquotable
from console.domain.ports import CommandResult, DetachedRun
from console.lab.server import Lab
from tests.adapters.winrm.conftest import Open

MOVE = ("clpgrp", "-m", "EXCHANGE", "-a", "TYO-EX2")


def settled(session: WinrmSession, run_id: str) -> DetachedRun:
    end = time.monotonic() + 20
    while True:
        run = session.launched(run_id, within=10)
        if run.state not in ("prepared", "running") or time.monotonic() > end:
            return run
        time.sleep(0.05)


def stop_exchange(lab: Lab) -> None:
    with lab.world.lock:
        for service in lab.world.node("TYO-EX1").services.values():
            if "Exchange" in service.installed.display or service.installed.name in ("SMTPSVC", "RESvc", "POP3Svc"):
                service.state = 1


def test_what_was_never_launched_is_absent(session: WinrmSession) -> None:
    assert session.launched("co-1-move", within=10) == DetachedRun("absent")


def test_a_command_runs_to_its_end_without_us(lab: Lab, open_session: Open) -> None:
    with open_session() as first:
        first.launch("co-1-ping", ("ping", "-n", "3", "127.0.0.1"), within=10)
        assert first.launched("co-1-ping", within=10).state in ("prepared", "running")
    with open_session() as second:
        run = settled(second, "co-1-ping")
        assert (run.state, run.exit_code) == ("finished", 0)
        assert "127.0.0.1" in run.output
        assert "co-1-ping" not in lab.world.node("TYO-EX1").tasks


def test_an_exit_code_comes_through(session: WinrmSession) -> None:
    session.launch("co-1-fail", ("cmd", "/c", "exit", "3"), within=10)
    assert settled(session, "co-1-fail").exit_code == 3


def test_the_group_moves_by_a_detached_command(lab: Lab, session: WinrmSession) -> None:
    stop_exchange(lab)
    session.launch("co-1-move", MOVE, within=10)
    assert settled(session, "co-1-move").exit_code == 0
    owner = lab.world.clusters[0].groups[0].owner
    assert owner is not None
    assert owner.name == "TYO-EX2"


def test_launching_again_begins_nothing_again(lab: Lab, session: WinrmSession) -> None:
    for _ in range(3):
        session.launch("co-1-log", ("clplogcmd", "-m", "once", "-l", "INFO"), within=10)
        settled(session, "co-1-log")
    log = lab.world.node("TYO-EX1").disk.read(r"C:\Program Files\EXPRESSCLUSTER\log\userlog.00.log").decode("cp932")
    assert log.count("[1] once") == 1


def test_a_task_that_runs_twice_begins_the_command_once(lab: Lab, session: WinrmSession) -> None:
    session.launch("co-1-log", ("clplogcmd", "-m", "once", "-l", "INFO"), within=10)
    settled(session, "co-1-log")
    script = r"C:\changeover\run\co-1-log\run.cmd"
    session.run(("cmd", "/c", script), within=10)
    log = lab.world.node("TYO-EX1").disk.read(r"C:\Program Files\EXPRESSCLUSTER\log\userlog.00.log").decode("cp932")
    assert log.count("[1] once") == 1


def test_a_launch_that_was_cut_off_after_its_first_part_is_completed(lab: Lab, session: WinrmSession) -> None:
    session.run(("mkdir", r"C:\changeover\run\co-1-log"), within=10)
    assert session.launched("co-1-log", within=10).state == "prepared"
    session.launch("co-1-log", ("clplogcmd", "-m", "once", "-l", "INFO"), within=10)
    assert settled(session, "co-1-log").exit_code == 0


def test_a_command_whose_node_went_down_is_lost(lab: Lab, open_session: Open) -> None:
    with open_session() as session:
        session.launch("co-1-ping", ("ping", "-n", "30", "127.0.0.1"), within=10)
        while session.launched("co-1-ping", within=10).state == "prepared":
            time.sleep(0.05)
    lab.fault("TYO-EX1", "powered-off")
    lab.fault("TYO-EX1", "powered-off", on=False)
    end = time.monotonic() + 10
    while not lab.servers["TYO-EX1"].http.open and time.monotonic() < end:
        time.sleep(0.05)
    with open_session() as session:
        assert session.launched("co-1-ping", within=10).state == "lost"


def test_the_script_arrives_as_it_was_written(lab: Lab, session: WinrmSession) -> None:
    argv = ("clplogcmd", "-m", "a & b | (c) ^ <d>", "-l", "INFO")
    session.launch("co-1-odd", argv, within=10)
    assert settled(session, "co-1-odd").exit_code == 0
    script = lab.world.node("TYO-EX1").disk.read(r"C:\changeover\run\co-1-odd\run.cmd").decode()
    assert 'clplogcmd -m "a & b | (c) ^ <d>" -l INFO >"C:\\changeover\\run\\co-1-odd\\out.txt" 2>&1\r\n' in script
    assert '\r\n>"C:\\changeover\\run\\co-1-odd\\rc.tmp" echo %errorlevel%\r\n' in script


def test_a_run_id_that_is_no_name_is_refused(session: WinrmSession) -> None:
    with pytest.raises(Unquotable):
        session.launch(r"..\evil", MOVE, within=10)


def answers(tasks: str, folder: str | None, exit_code: str | None, code: int = 0) -> list[CommandResult]:
    return [
        CommandResult(("schtasks",), code, tasks),
        CommandResult(("dir",), 0 if folder is not None else 1, folder or ""),
        CommandResult(("type",), 0 if exit_code is not None else 1, exit_code or ""),
        CommandResult(("type",), 0, "out"),
    ]


@pytest.mark.parametrize(
    ("tasks", "folder", "exit_code", "state"),
    [
        ("", None, None, "absent"),
        ("", "run.cmd", None, "prepared"),
        ('"N","\\co-1-x","never","Ready"', "run.cmd", None, "prepared"),
        ('"N","\\co-1-x","never","Running","","267009"', "started\nrun.cmd", None, "running"),
        ('"N","co-1-x","never","実行中"', "started", None, "running"),
        ('"N","co-1-x","never","Läuft"', "Started", None, "running"),
        ('"N","co-1-x","never","Ready"', "started", None, "lost"),
        ('"N","co-1-x","never","準備完了"', "started", None, "lost"),
        ('"N","co-1-xy","never","Running"', "started", None, "lost"),
        ("INFO: There are no scheduled tasks present in the system.", "started", None, "lost"),
        ("", "started", "0\r\n", "finished"),
        ("", "started", "-1073741502", "finished"),
    ],
)
def test_the_state_is_read_from_task_and_files(
    tasks: str, folder: str | None, exit_code: str | None, state: str
) -> None:
    assert detached.read("co-1-x", answers(tasks, folder, exit_code)).state == state


def test_an_exit_code_that_is_no_number_is_garbled() -> None:
    for text in ("", "ECHO is off.", "%errorlevel%"):
        with pytest.raises(Garbled):
            detached.read("co-1-x", answers("", "started", text))


def test_tasks_that_cannot_be_listed_are_never_called_lost() -> None:
    with pytest.raises(Garbled, match="cannot be listed"):
        detached.read("co-1-x", answers("", "started", None, code=1))


def test_windows_2003_is_asked_for_all_its_tasks() -> None:
    prepared = answers("ERROR: Invalid argument/option - '/tn'.", "started", None, code=1)
    assert detached.needs_all_tasks(prepared)
    for enough in (
        answers('"N","co-1-x","never","Ready"', "started", None),
        answers("ERROR: not found", None, None, code=1),
        answers("ERROR: not found", "started", "0", code=1),
    ):
        assert not detached.needs_all_tasks(enough)
