"""The script brings Exchange up after its go: its own report, the end of the product's command, and the services."""

from console.domain.errors import ReachError
from console.domain.events.facts import RunView
from console.domain.observe import observe_services
from console.domain.plan import Step
from console.domain.steps.asking import target_run
from console.domain.steps.base import Goal, Look, Stage
from console.domain.steps.group import run_id, views


class BringUp:
    """Exchange was brought up by the target's START.BAT."""

    only_looks = True

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Holds when the script has reported, the product's command has ended, and every service runs.

        A report that got lost is made up for by the group being online: the product calls it so only after
        START.BAT has ended.
        """
        target = stage.plan.target
        run = target_run(stage)
        if run is not None and run.failed:
            return self._failed(run, target)
        status = self._status(stage)
        online = status.casefold() == "online"
        reported = run is not None and run.started
        problems = [] if reported or online else [f"{target} has not reported its start; the group is {status} there."]
        command = self._command(stage, step, online=online)
        if command.goal is Goal.NEVER:
            run = target_run(stage)  # the script reports before the command ends: its own word says more
            return self._failed(run, target) if run is not None and run.failed else command
        problems += [command.text] if command.goal is not Goal.HOLDS else []
        problems += self._services(stage)
        if problems:
            return Look(Goal.NOT_YET, " ".join(problems), ongoing=True, remedy=f"Look at START.BAT on {target}.")
        how = "reports that Exchange has started" if reported else "did not report, but its group is online"
        return Look(Goal.HOLDS, f"{target} {how}; every service runs. {command.text}".strip())

    def _failed(self, run: RunView, target: str) -> Look:
        remedy = f"Read START.BAT's log and the event log on {target}, mend the cause, then start the group again."
        return Look(Goal.NEVER, f"START.BAT on {target} failed: {run.detail}", remedy=remedy)

    def _status(self, stage: Stage) -> str:
        """The group on the target by its own engine; `unknown` with the reason, or `elsewhere`."""
        target, group = stage.plan.target, stage.field.cluster.group
        seen = views(stage, [target])[target]
        if seen.value is None or group not in seen.value.groups:
            return f"unknown ({seen.unknown or 'no such group'})"
        state = seen.value.groups[group]
        return state.status if state.current.casefold() == target.casefold() else f"on {state.current or 'no node'}"

    def _command(self, stage: Stage, step: Step, *, online: bool) -> Look:
        """The detached command that moved the group, where this operation began with one."""
        node = step.params.get("command_on", "")
        if not node:
            return Look(Goal.HOLDS, "")
        try:
            within = stage.field.cluster.timing.command
            run = stage.field.session(node).launched(run_id(stage, "hand-over"), within=within)
        except ReachError as error:
            goal = Goal.HOLDS if online else Goal.NOT_YET
            return Look(goal, f"How the command on {node} ended cannot be read: {error.message}")
        if run.state == "finished" and run.exit_code != 0:
            said = run.output.strip() or "no text"
            remedy = f"Mend what the cluster product names on {stage.plan.target}, then start the group again."
            return Look(
                Goal.NEVER, f"The command on {node} ended with exit code {run.exit_code}: {said}", remedy=remedy
            )
        ended = run.state == "finished" or (online and run.state in ("lost", "absent"))
        return Look(Goal.HOLDS if ended else Goal.NOT_YET, f"The command on {node} is {run.state}.")

    def _services(self, stage: Stage) -> list[str]:
        field, target = stage.field, stage.plan.target
        names = [service.name for service in field.generation.running_services(field.cluster.extra_services)]
        seen = observe_services(field.session(target), names, within=field.cluster.timing.command)
        return [
            f"{name} is {state.value.state if state.value else 'unknown'}."
            for name in names
            if (state := seen[name.casefold()]).value is None or state.value.state != "RUNNING"
        ]

    def apply(self, stage: Stage, step: Step) -> None:
        """Nothing to do but wait."""
