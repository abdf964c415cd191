"""What the writers of a repair's steps share: what was asked for, and a step with its commands as they will be sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from console.domain.checks import Reason
from console.domain.findings import Finding
from console.domain.plan import PlannedCommand, Step
from console.domain.ports import Argv
from console.domain.quoting import cmd_line
from console.domain.repair.ground import Ground
from console.domain.steps.repair.base import key_of

WITHIN = 300.0
"""Seconds until the proof of a repair is overdue: the doctor looks at both nodes."""

Made = Step | Reason


@dataclass(frozen=True)
class Wanted:
    """What is to be mended, on which ground, and from where files are copied."""

    ground: Ground
    findings: Sequence[Finding]
    source: str

    @property
    def nodes(self) -> list[str]:
        """The cluster's nodes."""
        return [node.name for node in self.ground.field.cluster.nodes]

    def mends(self, code: str, node: str) -> bool:
        """Whether a finding of that code on that node is to be mended, too."""
        return any(one.code == code and one.node.casefold() == node.casefold() for one in self.findings)

    def will_lie(self, path: str, node: str) -> bool:
        """Whether a file is in its folder on the node now, or will be once this repair has copied it."""
        coming = [
            one for one in self.findings if one.node.casefold() == node.casefold() and one.data.get("path") is not None
        ]
        known = bool(self.ground.facts[node].has(path))
        return known or any(one.data["path"].casefold() == path.casefold() for one in coming)


def step_of(
    findings: Sequence[Finding],
    kind: str,
    key: str,
    title: str,
    well: str,
    argvs: Iterable[tuple[str, Argv]],
    undo: str,
    /,
    **more: Any,
) -> Step:
    """A step that mends these findings by these commands (node, command).

    `well` says how it is once it is mended; `no_return` and `within` among `more` are the step's own, the rest its
    parameters. Raises `Unquotable` for a command that cannot be sent.
    """
    own = {name: more.pop(name) for name in ("no_return", "within") if name in more}
    params = {"findings": [list(key_of(one)) for one in findings], "well": well, **more}
    lines = tuple(PlannedCommand(node, cmd_line(argv)) for node, argv in argvs)
    step = {"within": WITHIN, **own}
    return Step(key, f"repair.{kind}", title, "repair", params, lines, undo=undo, safe_point=True, **step)


def instance_name(kind: str, server: str, *, dashed: bool) -> str:
    """The name that the resource of a type gets, in the manner of those that the System Attendant makes.

    Names may be edited by anybody: Exchange and the doctor go by the type.
    """
    bare = kind.removeprefix("Microsoft ")
    word = "" if bare.endswith("Instance") else " Instance"
    return f"{bare}{word} - ({server})" if dashed else f"{bare}{word} ({server})"


def names(text: str) -> list[str]:
    """The names of a finding's list."""
    return [line for line in text.split("\n") if line]
