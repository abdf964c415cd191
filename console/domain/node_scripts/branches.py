"""How the node scripts end: every branch with its exit code, on which scripts, lab and page agree."""

from dataclasses import asdict, dataclass

START, STOP = "START.BAT", "STOP.BAT"


@dataclass(frozen=True)
class Codes:
    """The exit codes."""

    done: int = 0
    no: int = 3
    silence: int = 4
    services: int = 5
    waited_out: int = 6
    disk: int = 7
    cluster: int = 8
    settings: int = 9

    def by_name(self) -> dict[str, int]:
        """Name to code."""
        return asdict(self)


CODES = Codes()
"""0 is the only one that the product's Normal Return Value may name."""


@dataclass(frozen=True)
class Branch:
    """One way through a script: when it is taken, how it ends, what becomes of Exchange, what the console is told."""

    script: str
    when: str
    code: int
    exchange: str
    told: str = ""
    """The last event that the console is told; empty when it is told none."""


BRANCHES = (
    Branch(START, "the console says go, every service runs", CODES.done, "started", "started"),
    Branch(START, "the console says go, a service does not run", CODES.services, "started in part", "failed"),
    Branch(START, "the console says no, or refuses the question for good", CODES.no, "not started", "starting"),
    Branch(START, "the console tells it to wait for longer than there is", CODES.waited_out, "not started", "failed"),
    Branch(START, "silence, the kit is applied, every service runs", CODES.done, "started", "started"),
    Branch(START, "silence, no kit or not applied, rendered to start", CODES.done, "started", "started"),
    Branch(START, "silence, a service does not run", CODES.services, "started in part", "failed"),
    Branch(START, "silence, no kit or not applied, rendered to fail", CODES.silence, "not started"),
    Branch(START, "RECOVER: the node is back while the group is elsewhere", CODES.done, "as it was", "recover"),
    Branch(START, "the switching partition is not connected", CODES.disk, "not started", "failed"),
    Branch(START, "the cluster does not run, or did not start the script", CODES.cluster, "not started"),
    Branch(START, "W#EXCHG.BAT is missing or empty", CODES.settings, "not started"),
    Branch(STOP, "every service has stopped", CODES.done, "stopped", "stopped"),
    Branch(STOP, "a service does not stop", CODES.services, "stopped in part", "stopped"),
    Branch(STOP, "the partition is not connected, every service has stopped", CODES.done, "stopped", "stopped"),
    Branch(STOP, "W#EXCHG.BAT is missing or empty, every service has stopped", CODES.done, "stopped"),
    Branch(STOP, "RECOVER: the group is elsewhere, every service has stopped", CODES.done, "stopped", "stopped"),
    Branch(STOP, "the cluster does not run, or did not start the script", CODES.cluster, "as it was"),
)


def table() -> str:
    """The branches as a table of Markdown, as it stands in docs/node-scripts.md."""
    rows = ["| script | when | exit code | Exchange | last told |", "|---|---|---|---|---|"]
    for branch in BRANCHES:
        told = f"`{branch.told}`" if branch.told else "nothing"
        rows.append(f"| {branch.script} | {branch.when} | {branch.code} | {branch.exchange} | {told} |")
    return "\n".join(rows) + "\n"
