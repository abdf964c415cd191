"""Lets the two-person rule be tried: an approver, an auditor, and one cluster whose failover waits."""

import json

from console.demo import children
from console.demo.state import State
from console.demo.supervisor import Supervisor

CLUSTER = "Osaka"
COLLEAGUES = {"approver": "approver", "auditor": "auditor"}
"""The role of each, by the name of the login; the password is that of the demo's own login."""
MADE = "colleagues"


def add_colleagues(supervisor: Supervisor, state: State, new: bool) -> None:
    """Make the logins that are not there, unless this folder once had them all. Raises ProcessFailed."""
    if (state.folder / MADE).exists():
        return
    for name in COLLEAGUES.keys() - (set() if new else _known(supervisor)):
        supervisor.run("account", children.colleague(name, COLLEAGUES[name]), stdin=state.password, within=60)


def let_two_decide(supervisor: Supervisor, state: State) -> None:
    """Have the failover wait, once for a folder: what a visitor changes later is kept. Raises ProcessFailed."""
    if not (state.folder / MADE).exists():
        supervisor.run("approvals", children.let_failover_wait(CLUSTER), within=60)
        state.private(MADE, json.dumps(COLLEAGUES))


def _known(supervisor: Supervisor) -> set[str]:
    """The accounts that there are, of a start that was interrupted or of an earlier release."""
    told = supervisor.run("account", children.accounts(), within=60)
    return {row["account"] for row in json.loads(told.splitlines()[-1])["accounts"]}
