"""Starts the demo: everything at once, ready in seconds, followed until Ctrl-C, nothing left afterwards."""

import argparse
import contextlib
import os
import shlex
import sys
from pathlib import Path

from console.demo import children
from console.demo.asking import let_nodes_ask, let_pairs_be_set_up
from console.demo.colleagues import CLUSTER as TWO
from console.demo.colleagues import add_colleagues, let_two_decide
from console.demo.defects import leave_undone
from console.demo.ready import LOOPBACK, file_is_there, free_port, log_says, page_answers, redis_answers
from console.demo.state import State
from console.demo.supervisor import Interrupted, Supervisor
from console.domain.errors import ChangeoverError

LOGIN = "demo"
FIRST_PORT = 8000


class NoPort(ChangeoverError):
    """There is no port for the pages."""

    remedy = "Name another port to begin with: make demo ARGS='--port 18000'."


def add_options(parser: argparse.ArgumentParser) -> None:
    """What may be said on the command line."""
    parser.add_argument(
        "--port", type=int, default=FIRST_PORT, help="port of the pages; when it is taken, the next free one"
    )
    parser.add_argument(
        "--state", type=Path, default=children.CHECKOUT / "var" / "demo", help="folder that the demo keeps"
    )


def run(folder: Path, first_port: int) -> int:
    """Run the demo until it is interrupted (0) or something fails (1, told on standard error with its remedy)."""
    try:
        with State(folder) as state:
            return _run(state, first_port)
    except ChangeoverError as error:
        print(f"demo: {error.message}\n  What to do: {error.remedy}", file=sys.stderr)
    except OSError as error:
        print(f"demo: {error}\n  What to do: see to that file, or name another folder: --state DIR", file=sys.stderr)
    return 1


def _run(state: State, first_port: int) -> int:
    redis = state.socket("redis.sock")
    env = children.environment(os.environ, state.folder, redis)
    try:
        with Supervisor(state.logs, env) as supervisor:
            try:
                address = _start(supervisor, state, redis, first_port)
                _say(_ready_block(address, state))
                supervisor.follow()
            except Interrupted:
                _say("\nStopping; Ctrl-C again stops at once.")
    finally:
        _say("Nothing of the demo is running any more.")
    return 0


def _start(supervisor: Supervisor, state: State, redis: Path, first_port: int) -> str:
    """Start everything, side by side where nothing depends on order; returns the address of the pages."""
    new = not (state.folder / "changeover.sqlite3").exists()
    inventory = state.fresh("inventory.yaml")
    _say(f"Starting Redis, the lab, the worker and the pages; logs in {state.logs}")
    queue = supervisor.start("redis", children.redis(redis))
    lab = supervisor.start("lab", children.lab(state.lab, inventory))
    supervisor.run("migrate", [*children.MANAGE, "migrate", "--no-input"], within=120)
    if new or not state.password.exists():
        draft = state.new_password()
        supervisor.run("account", children.account(LOGIN), stdin=draft, within=60)
        state.keep_password(draft)
    add_colleagues(supervisor, state, new)
    address = f"http://{LOOPBACK}:{_port(first_port)}/"
    web = supervisor.start("web", children.web(address))
    supervisor.wait(lab, file_is_there(inventory), within=120)
    supervisor.run("inventory", [*children.MANAGE, "inventory", "apply", str(inventory)], within=60)
    let_two_decide(supervisor, state)
    supervisor.wait(queue, redis_answers(redis), within=30)
    worker = supervisor.start("worker", children.worker())
    let_nodes_ask(supervisor, state, lab, address)
    let_pairs_be_set_up(supervisor, address)
    leave_undone(supervisor, lab, state.lab)
    supervisor.wait(worker, log_says(worker, "ready."), within=60)
    supervisor.wait(web, page_answers(address), within=60)
    return address


def _port(first: int) -> int:
    try:
        return free_port(first)
    except (OSError, OverflowError) as error:
        raise NoPort(f"The pages have no port to listen on: {error}.") from error


def _ready_block(address: str, state: State) -> str:
    password = state.password.read_text(encoding="utf-8").strip()
    manage = f"CHANGEOVER_STATE_DIR={shlex.quote(str(state.folder))} {shlex.join(children.MANAGE)}"
    return f"""
  Changeover is ready:  {address}
  Sign in as            {LOGIN}
  Password              {password}

  What to do first: open Tokyo, press Fail over, read the plan, confirm, watch; then press Fail back.
  Then let a node die:  {manage} lab fault Nagoya powered-off on
                        in a second terminal. Nobody clicks, and mail comes up on Nagoya's other node within a minute;
                        its page says so under "While nobody looked". The same with "off" gives the node its power back.
  Or set a pair up:     open Sapporo, where nothing is set up yet, begin its set-up procedure, and do what it says is
                        next. What a person does in a dialog is done here in a second terminal, STEP being the
                        number that the page shows:
                        {manage} lab hand Sapporo STEP
                        Then press Check again. Where the page asks for a word, a sentence is enough.
  Or mend a set-up:     open Kyoto, a cluster of Microsoft's cluster service, press Diagnose, read what its set-up has
                        left undone, press Repair, read the plan, confirm; then diagnose again. The installation files
                        lie on its nodes in D:\\Setup.
  Or be two people:     open {TWO}, whose failover waits for another person, press Fail over and ask for an approval.
                        In a private window sign in as approver, with the same password, read the plan and approve it;
                        then start it here. The login auditor reads everything, the audit too, and changes nothing.
  Look at the lab:      {manage} lab status
  End: Ctrl-C. The next start keeps the login and the history ({state.folder}), and begins with a new lab.
"""


def _say(text: str) -> None:
    with contextlib.suppress(OSError):  # a closed terminal takes no words, and must not keep the end from coming
        print(text, flush=True)
