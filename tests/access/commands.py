"""Every command and subcommand that there is, and its door: what it takes, and what the right is asked about."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.core.management import find_commands, load_command_class

import console
from console.domain.rights import Right
from console.web.access import Where

NEW = "somebody-new"


@dataclass(frozen=True)
class CommandDoor:
    """One way to call a command; `{…}` in its words stands for what the world has."""

    words: str
    right: Right | None
    """None: nobody is asked. `docs/security.md` says why."""
    where: Where = "cluster"

    @property
    def key(self) -> str:
        """The command with its subcommand, as `ways` tells it."""
        first, *rest = self.words.split()
        return f"{first} {rest[0]}" if f"{first} {rest[0] if rest else ''}" in ways() else first


def ways() -> set[str]:
    """Every command of the console, and in place of one with subcommands each of these."""
    names = find_commands(str(Path(console.__file__ or "").parent / "management"))
    return {way for name in names for way in _ways_of(name)}


def _ways_of(name: str) -> Iterator[str]:
    parser = load_command_class("console", name).create_parser("manage.py", name)
    found = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    yield from (f"{name} {word}" for one in found for word in one.choices) if found else (name,)


def _all(right: Right | None, where: Where, *lines: str) -> list[CommandDoor]:
    return [CommandDoor(line, right, where) for line in lines]


ABOVE = [
    "demo",
    "restore",
    *(f"lab {word}" for word in ("up", "down", "status", "fault", "type", "hand", "file", "webhook")),
]
"""Run by who owns the host: they start programs beside the console, or fill a database that is empty."""
OF_EVERYBODY = ["procedure list", "procedure show", "scripts check", "completion bash", "completion zsh", "openapi"]
"""They tell what every installation has, or judge a file that the caller already holds."""
DOORS = [
    *_all(
        "administer",
        "everything",
        f"account add {NEW} --role viewer",
        f"account map {NEW} {{person}}",
        "account role {person} operator",
        "account on {person}",
        "account off {person}",
        "account unlock {person}",
        "account second-factor {person} --reason lost",
        "account list",
        "audit anchor",
        "audit seal --to 1",
        "audit remove 1 {folder}/gone --reason old",
        "backup {folder}/backup",
        "notifications list",
        "notifications channel on-call --kind mail",
        "notifications rule on-call",
        "notifications test on-call",
        "notifications deliveries on-call",
        "secrets check",
        "secrets rotate",
        "rights give {person} viewer",
        "token make mine --account {person}",
        "token revoke mine --account {person}",
    ),
    *_all("read-audit", "everything", "audit verify", "audit key", "audit anchors", "audit archive 1 {folder}/a"),
    *_all("read-audit", "somewhere", "audit export --output {folder}/audit"),
    *_all("change-inventory", "everything", "discover 127.0.0.1 --port 1 --credential service"),
    *_all("change-inventory", "everything", "inventory apply {folder}/empty.yaml", "inventory password service"),
    *_all("operate", "everything", "stop on --reason walk", "stop off --reason walk"),
    *_all(
        "view",
        "somewhere",
        "completion clusters",
        "drill list",
        "report period",
        "report moves",
        "incident list",
        "inventory export",
        "readiness",
        "kit verify {folder}",
        "stop show",
        "token make mine",
        "token list",
        "window list",
        "token revoke mine",
        "rights why {me} view",
    ),
    *_all("administer", "somewhere", "rights list", "rights why {person} view"),
    *_all("operate", "somewhere", "kit collect {folder}", "window apply {folder}/windows.yaml"),
    *_all("administer", "cluster", "rights give {person} viewer --cluster TOKYO"),
    *_all("administer", "cluster", "approvals set TOKYO failover --minutes 60 --reason walk"),
    *_all("administer", "cluster", "rights take {person} viewer --cluster TOKYO"),
    *_all("change-inventory", "cluster", "nodekey issue TOK-EX1", "nodekey rotate TOK-EX1", "nodekey retire {key}"),
    *_all("approve", "cluster", "deny {asked} --reason walk", "approve {asked} --hash {hash}"),
    *_all(
        "view",
        "cluster",
        "approvals list TOKYO",
        "approve {asked}",
        "cooldown TOKYO",
        "drill show {drill}",
        "nodekey list TOK-EX1",
        "prepare-node TOK-EX1",
        "procedure check TOKYO exchange-2003-setup",
        "procedure board {procedure}",
        "procedure record {procedure}",
        "receipt {operation}",
        "readiness TOKYO",
        "record {operation}",
        "report compare {moved}",
        "scripts diff TOKYO",
    ),
    *_all(
        "operate",
        "cluster",
        "capture TOK-EX1 --output {folder}/capture",
        "cooldown TOKYO --lift --reason walk",
        "deny {asked} --withdraw --reason walk",
        "diagnose TOKYO",
        "directory delegation TOKYO",
        "drill begin TOKYO --reason walk",
        "drill plan {drill}",
        "drill end {drill} --reason walk",
        "incident take alarm-{alarm} --reason walk",
        "incident let-go alarm-{alarm} --reason walk",
        "kit deploy TOKYO",
        "kit make TOKYO --node TOK-EX1 --output {folder}/kit",
        "plan TOKYO failover",
        "prepare-node TOK-EX1 --check",
        "procedure start TOKYO exchange-2003-setup --reason walk",
        "procedure say {procedure} no-step said",
        "procedure accept {procedure} no-step said --type TOKYO",
        "procedure check-again {procedure}",
        "procedure pause {procedure} --reason walk",
        "procedure resume {procedure}",
        "procedure hand-over {procedure} {me} --reason walk",
        "procedure give-up {procedure} --reason walk",
        "repair TOKYO --yes --reason walk",
        "resume {operation}",
        "run TOKYO failback --yes --reason walk",
        "scripts render TOKYO --output {folder}/scripts --url http://127.0.0.1:1",
        "scripts set TOKYO --url http://127.0.0.1:1 --reason walk",
        "scripts deploy TOKYO --reason walk",
        "scripts undo TOKYO --reason walk",
        "setuperrors TOK-EX1",
        "window add --cluster TOKYO --from {soon} --to {later} --reason walk",
        "window end {window} --reason walk",
        "window schedule TOKYO failover --at {soon} --reason walk",
        "window cancel {move} --reason walk",
    ),
]
"""Each way into the console from a terminal; some in more than one way, since they take more than one right."""
