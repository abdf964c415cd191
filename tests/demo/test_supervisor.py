"""The supervisor, on real processes: readiness, deaths, and an end that leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.demo.ready import log_says
from console.demo.supervisor import Interrupted, ProcessFailed, Supervisor
from tests.demo.table import members

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
LAUNCHER = [sys.executable, str(Path(__file__).with_name("launcher.py"))]


def python(text: str) -> list[str]:
    return [sys.executable, "-u", "-c", text]


def eventually(holds: Callable[[], bool], within: float = 10.0) -> bool:
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    with Supervisor(tmp_path / "logs", os.environ, grace=3) as supervisor:
        yield supervisor


def test_it_waits_until_a_process_is_ready(supervisor: Supervisor) -> None:
    process = supervisor.start("slow", python("import time; time.sleep(.3); print('ready.'); time.sleep(600)"))
    supervisor.wait(process, log_says(process, "ready."), within=10)
    assert process.last_lines() == ["ready."]


def test_it_says_what_is_not_ready_and_why(supervisor: Supervisor) -> None:
    process = supervisor.start("mute", SLEEP)
    with pytest.raises(ProcessFailed, match=r"mute is not ready after 0 seconds: no word yet") as failure:
        supervisor.wait(process, lambda: "no word yet", within=0.2)
    assert failure.value.remedy


def test_a_process_that_dies_while_another_starts_is_named_with_its_last_lines(supervisor: Supervisor) -> None:
    supervisor.start("broken", python("print('no such table'); raise SystemExit(7)"))
    other = supervisor.start("other", SLEEP)
    with pytest.raises(ProcessFailed, match=r"(?s)broken ended by itself with exit code 7.*no such table"):
        supervisor.wait(other, lambda: "not yet", within=10)


def test_following_ends_when_a_process_is_killed(supervisor: Supervisor) -> None:
    supervisor.start("first", SLEEP)
    second = supervisor.start("second", SLEEP)
    os.kill(second.pid, signal.SIGKILL)
    with pytest.raises(ProcessFailed, match="second ended by itself with signal SIGKILL"):
        supervisor.follow()


def test_a_program_that_runs_to_its_end_gives_its_output(supervisor: Supervisor) -> None:
    assert supervisor.run("hello", python("print('one'); print('two')"), within=10) == "one\ntwo"
    assert supervisor.processes == []


@pytest.mark.parametrize(
    ("text", "within", "says"),
    [
        ("raise SystemExit(3)", 10.0, "ended with exit code 3"),
        ("import time; time.sleep(600)", 0.2, "did not finish"),
    ],
)
def test_a_program_that_fails_or_hangs_is_reported(supervisor: Supervisor, text: str, within: float, says: str) -> None:
    with pytest.raises(ProcessFailed, match=says):
        supervisor.run("job", python(text), within=within)


def test_a_program_that_does_not_exist_is_reported(supervisor: Supervisor) -> None:
    with pytest.raises(ProcessFailed, match="ghost cannot be started"):
        supervisor.start("ghost", ["/no/such/program"])


def test_an_old_log_is_not_mistaken_for_this_run(tmp_path: Path) -> None:
    (tmp_path / "web.log").write_text("ready.\n")
    with Supervisor(tmp_path, os.environ) as supervisor:
        process = supervisor.start("web", SLEEP)
        assert log_says(process, "ready.")() is not None


def test_a_signal_interrupts_and_everything_ends(tmp_path: Path) -> None:
    with Supervisor(tmp_path, os.environ) as supervisor:
        process = supervisor.start("sleep", SLEEP)
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Interrupted):
            supervisor.follow()
    assert members(process.pid) == []


def test_processes_end_in_reverse_order(tmp_path: Path) -> None:
    word = (
        "import signal, sys, time\n"
        "def end(*_):\n    open(sys.argv[1], 'a').write(sys.argv[2]); sys.exit()\n"
        "signal.signal(15, end); print('up'); time.sleep(600)"
    )
    order = tmp_path / "order"
    with Supervisor(tmp_path / "logs", os.environ) as supervisor:
        for name in "abc":
            process = supervisor.start(name, [*python(word), str(order), name])
            supervisor.wait(process, log_says(process, "up"), within=10)
    assert order.read_text() == "cba"


def test_a_process_that_ignores_the_polite_signal_is_killed_after_the_grace(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up'); time.sleep(600)"
    began = time.monotonic()
    with Supervisor(tmp_path, os.environ, grace=0.5) as supervisor:
        process = supervisor.start("deaf", python(deaf))
        supervisor.wait(process, log_says(process, "up"), within=10)
    assert members(process.pid) == []
    assert time.monotonic() - began < 8


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_launcher_leaves_no_process_behind(tmp_path: Path, number: signal.Signals) -> None:
    launcher, groups = start_launcher(tmp_path)
    launcher.send_signal(number)
    assert launcher.wait(timeout=20) == 0
    assert [members(group) for group in groups] == [[], []]


def test_a_killed_launcher_takes_its_processes_along(tmp_path: Path) -> None:
    launcher, groups = start_launcher(tmp_path)
    leaders = set(groups)
    launcher.kill()
    launcher.wait(timeout=20)
    try:
        assert eventually(lambda: not leaders & {pid for group in groups for pid in members(group)})
    finally:  # what the family's leader started is deaf by design, and nobody is left to end it
        for pid in (pid for group in groups for pid in members(group)):
            os.kill(pid, signal.SIGKILL)


def start_launcher(logs: Path) -> tuple["subprocess.Popen[str]", list[int]]:
    """A launcher with all its processes up: three of them in two groups."""
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    launcher = subprocess.Popen([*LAUNCHER, str(logs)], stdout=subprocess.PIPE, text=True, env=env)
    assert launcher.stdout is not None
    groups = [int(word) for word in launcher.stdout.readline().split()]
    launcher.stdout.close()
    assert eventually(lambda: "deaf" in (logs / "family.log").read_text())
    assert [len(members(group)) for group in groups] == [1, 2]
    return launcher, groups
