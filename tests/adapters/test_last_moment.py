"""A process that is stopped in the middle of a send does not come to its end once the lease is over."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
SENDER = """
import os, signal, sys, time
from console.adapters.last_moment import ends_with
with ends_with(time.monotonic() + float(sys.argv[1])):
    print("checked", flush=True)
    if sys.argv[2] == "stands still":
        os.kill(os.getpid(), signal.SIGSTOP)
    print("sent", flush=True)
time.sleep(float(sys.argv[3]))
print("went on", flush=True)
"""


def start(seconds: float, how: str, afterwards: float = 0.0) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", SENDER, str(seconds), how, str(afterwards)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def stopped(child: "subprocess.Popen[str]") -> bool:
    state = Path(f"/proc/{child.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    return state == "T"


def test_a_process_that_stands_still_past_its_time_is_ended_before_it_sends() -> None:
    child = start(1.0, "stands still")
    printed, _ = child.communicate(timeout=20)
    assert printed == "checked\n"
    assert child.returncode == -signal.SIGKILL


def test_a_process_that_is_woken_in_time_sends_and_lives_on() -> None:
    child = start(30.0, "stands still")
    while not stopped(child):
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGCONT)
    printed, _ = child.communicate(timeout=20)
    assert printed.splitlines() == ["checked", "sent", "went on"]
    assert child.returncode == 0


def test_after_the_send_the_time_has_no_more_to_say() -> None:
    child = start(0.5, "goes on", afterwards=1.0)
    printed, _ = child.communicate(timeout=20)
    assert printed.splitlines() == ["checked", "sent", "went on"]
