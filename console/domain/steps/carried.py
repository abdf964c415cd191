"""Move a group that carries the Exchange server's name, by the cluster product or by Exchange's own tool.

The product starts and stops Exchange itself; nothing in the directory changes. Microsoft's cluster service answers that
a group has moved when its owner has changed, long before its resources are online (MoveClusterGroup); and Exchange's
own tool may end well with databases dismounted (Move-ClusteredMailboxServer). So neither's success is proof of a move.
"""

from collections.abc import Mapping, Sequence

from console.domain.carrying import CarryingDriver, carries_names
from console.domain.errors import ReachError
from console.domain.observation import GroupState
from console.domain.plan import Step
from console.domain.ports import Argv, CommandResult, DetachedRun
from console.domain.quoting import cmd_line
from console.domain.receipts import Receipt
from console.domain.steps.base import Goal, Look, Stage, StepFailed
from console.domain.steps.group import run_id, views
from console.domain.topology import Node

ONLINE = "online"
PENDING = "pending"
POLL_SECONDS = 1.0
COMMENT_LENGTH = 200
"""Characters of the comment that Exchange's tool is given."""


def product(stage: Stage) -> CarryingDriver:
    """The field's driver. Raises `StepFailed` for one whose groups carry no names: the plan was made for another."""
    driver = stage.field.driver
    if not carries_names(driver):
        text = f"{driver.title} does not carry the server's name with its group."
        raise StepFailed(text, remedy="The cluster's product was changed since; make a new plan.")
    return driver


def states_of(stage: Stage, nodes: Sequence[str]) -> tuple[dict[str, GroupState], str]:
    """The group by every node of `nodes` whose cluster service can tell, and why the others cannot."""
    group = stage.field.cluster.group
    seen = views(stage, nodes)
    told = {name: view.groups[group] for name, s in seen.items() if (view := s.value) and group in view.groups}
    silent = [f"{name}: {seen[name].unknown or 'does not know the group'}" for name in nodes if name not in told]
    return told, "; ".join(silent)


def said(states: Mapping[str, GroupState]) -> str:
    """What each node says of the group, in one sentence's middle."""
    return "; ".join(f"{name} says {g.name} is {g.status} on {g.current or 'no node'}" for name, g in states.items())


def is_pending(status: str) -> bool:
    """Whether something is under way by that status word."""
    return PENDING in status.casefold()


def comment(stage: Stage, node: Node) -> bytes:
    """Who wants the move and why, as the line that Exchange's tool reads and puts into the event log."""
    text = " ".join(stage.wanted.split())[:COMMENT_LENGTH]
    try:
        return f"{text}\r\n".encode(f"cp{node.codepage}", "replace")
    except LookupError:
        return f"{text}\r\n".encode("ascii", "replace")


class CarryGroup:
    """The group is on the target, in whatever state: what comes up there is proved by the steps that follow."""

    only_looks = False

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Holds when every node that can tell names the target as its owner."""
        source, target = step.params["source"], step.params["target"]
        states, silent = states_of(stage, [target, source])
        if not states:
            return Look(Goal.UNKNOWN, f"No node can tell where the group is ({silent}).", ongoing=applied)
        text = said(states)
        holders = sorted({g.current for g in states.values()})
        if [name.casefold() for name in holders] == [target.casefold()]:
            return Look(Goal.HOLDS, f"{text}.")
        if not applied:
            return Look(Goal.NOT_YET, f"{text}.", data={"owner": holders[0] if len(holders) == 1 else ""})
        return self.under_way(stage, step, text, states)

    def under_way(self, stage: Stage, step: Step, text: str, states: Mapping[str, GroupState]) -> Look:
        """After the command was sent: what the command itself says, and whether the group is on its way."""
        pending = any(is_pending(g.status) for g in states.values())
        if step.params["told"]:
            return Look(Goal.NOT_YET, f"{text}.", ongoing=pending, remedy=self.remedy(step))
        try:
            run = launched(stage, step)
        except ReachError as error:
            return Look(Goal.NOT_YET, f"{text}; {step.params['on']}: {error.message}", ongoing=True)
        if run.state == "finished" and run.exit_code and not product(stage).goes_on(run.exit_code):
            if not any(self.shows(step, g) for g in states.values()):
                self.never_left(stage, step)
            return self.refused(stage, run, text)
        ongoing = pending or run.state not in ("absent", "finished") or bool(run.exit_code)
        return Look(Goal.NOT_YET, f"{text}; the command is {run.state}.", ongoing=ongoing, remedy=self.remedy(step))

    def never_left(self, stage: Stage, step: Step) -> None:
        """Take back what was said when the command was sent: mail has not gone down."""
        if step.params.get("outage"):
            stage.note(step, "Mail did not go down: the group has not left its node.", mark="outage-none")

    def refused(self, stage: Stage, run: DetachedRun, text: str) -> Look:
        """What an exit code means that says no."""
        why, remedy = product(stage).explain(run.exit_code or 0)
        printed = " ".join(run.output.split())[:300]
        said_too = f" It said: {printed}" if printed else ""
        return Look(Goal.NEVER, f"{why.rstrip('.')}.{said_too} {text}.", remedy=remedy)

    def remedy(self, step: Step) -> str:
        """What to do when the group does not arrive."""
        node = step.params["target"]
        return (
            f"Look at the group and its resources on {node}, and at its event log; then have the operation carried on."
        )

    def receipt(self, stage: Stage, step: Step, look: Look) -> Receipt | None:
        """Where the group was seen, so that it can be moved back there."""
        ends = {"source": step.params["source"], "target": step.params["target"]}
        return Receipt(step.key, step.kind, look.text, {**ends, "owner": look.data.get("owner", "")})

    def command(self, stage: Stage, step: Step) -> Argv:
        """The command itself, which the plan shows."""
        driver, cluster, target = product(stage), stage.field.cluster, step.params["target"]
        return driver.forced_move(cluster, target) if step.params["forced"] else driver.move(cluster, target)

    def begun(self, stage: Stage, step: Step) -> bool | None:
        """A detached command is known to its node by name; of one run in a session the group tells, if it has moved."""
        if not step.params["told"]:
            return launched(stage, step).state not in ("absent", "prepared")
        states, _ = states_of(stage, [step.params["target"], step.params["source"]])
        return True if any(self.shows(step, g) for g in states.values()) else None

    def shows(self, step: Step, group: GroupState) -> bool:
        """Whether the group shows that the command acted."""
        return is_pending(group.status) or group.current.casefold() == step.params["target"].casefold()

    def apply(self, stage: Stage, step: Step) -> None:
        """Start the command once: detached where it asks no further machine, else in the session and to its end."""
        if step.params.get("outage"):
            stage.note(step, "Mail goes down now, for planned work.", mark="outage-started")
        argv, session = self.command(stage, step), stage.field.session(step.params["on"])
        if step.params["told"]:
            result = session.run(
                argv, within=step.within, on_line=stage.output(step), stdin=comment(stage, session.node)
            )
            self.judge(stage, step, result)
            return
        session.launch(run_id(stage, step.key), argv, within=stage.field.cluster.timing.command)
        stage.note(step, f"Started on {step.params['on']}: {cmd_line(argv)}")

    def judge(self, stage: Stage, step: Step, result: CommandResult) -> None:
        """What the tool's end means: no for good only where the group is seen where it was, with nothing under way."""
        if result.ok:
            return
        states, silent = states_of(stage, [step.params["target"], step.params["source"]])
        moved = silent or any(self.shows(step, g) for g in states.values())
        words = " ".join((result.stdout + " " + result.stderr).split())[:400] or "nothing"
        text = f"The tool ended with exit code {result.exit_code} and said: {words}"
        if not moved:
            self.never_left(stage, step)
            remedy = "Mend what it names, then have the operation carried on."
            raise StepFailed(f"{text} {said(states)}.", remedy=remedy)
        stage.note(step, f"{text} {said(states) or silent}.", kind="warning")


def launched(stage: Stage, step: Step) -> DetachedRun:
    """How the step's detached command stands. Raises `ReachError`."""
    within = stage.field.cluster.timing.command
    return stage.field.session(step.params["on"]).launched(run_id(stage, step.key), within=within)


class BringOnline(CarryGroup):
    """Every resource of the group is online on the target; what does not come by itself is brought online."""

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """What is on its way is waited for first. A resource that fails afterwards is named by the step after this."""
        deadline = stage.clock.monotonic() + step.within
        while True:
            look, coming = self._once(stage, step, applied=applied)
            if not coming or applied or stage.clock.monotonic() >= deadline:
                return look
            stage.clock.sleep(POLL_SECONDS)

    def _once(self, stage: Stage, step: Step, *, applied: bool) -> tuple[Look, bool]:
        """One look, and whether something is on its way."""
        target = step.params["target"]
        states, silent = states_of(stage, [target])
        if target not in states:
            text = f"The resources on {target} cannot be read ({silent})."
            return Look(Goal.UNKNOWN, text, ongoing=applied), False
        group, text = states[target], said(states)
        if group.current.casefold() != target.casefold():
            return Look(Goal.NEVER, f"{text}.", remedy="Find out what moved it; then make a new plan."), False
        down = [r for r in group.resources if r.status.casefold() != ONLINE]
        coming = any(is_pending(r.status) for r in down)
        if not down or (applied and coming):
            return Look(Goal.HOLDS, f"{text}."), coming
        if applied:
            return self.under_way(stage, step, text, states), coming
        return Look(Goal.NOT_YET, f"{text}.", data={"owner": group.current}), coming

    def command(self, stage: Stage, step: Step) -> Argv:
        """The command that brings the group online where it is."""
        return product(stage).start(stage.field.cluster, step.params["target"])

    def receipt(self, stage: Stage, step: Step, look: Look) -> Receipt | None:
        """That it was down, which nobody wants back."""
        params = {
            "node": step.params["target"],
            "no_inverse": "A group is not taken down to undo that it was brought up.",
        }
        return Receipt(step.key, step.kind, look.text, params)

    def shows(self, step: Step, group: GroupState) -> bool:
        """Whether something of it is coming up."""
        return any(is_pending(r.status) for r in group.resources)
