"""Stop and start Windows services, decided by the service's own state and never by an exit code alone."""

from console.domain.observation import ServiceState
from console.domain.observe import observe_services
from console.domain.plan import Step
from console.domain.ports import Argv, CommandResult
from console.domain.receipts import Receipt
from console.domain.steps.base import Goal, Look, Stage, StepFailed

# Exit codes of sc.exe are Win32 error codes.
ALREADY_RUNNING, NOT_STARTED, NEVER_STARTED = 1056, 1062, 1077
PENDING = {1053, 1055, 1061}
HOPELESS = {
    5: ("access is denied", "Give the console's account the right to control services on the node."),
    2: ("its program file is missing", "Repair the installation of Exchange on the node."),
    3: ("its program's path is missing", "Repair the installation of Exchange on the node."),
    1051: ("other running services depend on it", "Stop the dependent services first, or add them to the catalog."),
    1058: ("it is disabled", "Set the service's start type to Manual on the node (sc config NAME start= demand)."),
    1060: ("it is not installed", "Install Exchange on the node, or correct the cluster's extra services."),
    1068: ("a service that it depends on did not start", "Look at the services it depends on (sc qc NAME)."),
    1069: ("its account could not log on", "Correct the account that the service runs under."),
    1072: ("it is marked for deletion", "Restart the node."),
    1075: ("a service that it depends on does not exist", "Repair the service's dependencies on the node."),
}


def stop_command(service: str) -> Argv:
    """Ask a service to stop."""
    return ("sc", "stop", service)


def start_command(service: str) -> Argv:
    """Ask a service to start."""
    return ("sc", "start", service)


def query(stage: Stage, step: Step) -> ServiceState:
    """The service as it is now. Raises `ReachError`, or `StepFailed` when `sc` could not tell."""
    session = stage.field.session(step.params["node"])
    name = step.params["service"]
    seen = observe_services(session, [name], within=stage.field.cluster.timing.command)[name.casefold()]
    if seen.value is None:
        raise StepFailed(f"The state of {name} on {session.node.name} cannot be read: {seen.unknown}")
    return seen.value


def send(stage: Stage, step: Step, argv: Argv, accepted: set[int]) -> CommandResult:
    """Send `argv`; exit codes that say no for good raise `StepFailed` with the reason and a remedy."""
    session = stage.field.session(step.params["node"])
    result = session.run(argv, within=stage.field.cluster.timing.command, on_line=stage.output(step))
    if result.exit_code in accepted | PENDING | {0}:
        return result
    what = f"{' '.join(argv)} on {session.node.name}"
    if result.exit_code in HOPELESS:
        reason, remedy = HOPELESS[result.exit_code]
        raise StepFailed(f"{what} was refused: {reason} (error {result.exit_code}).", remedy=remedy)
    last = (result.stdout + result.stderr).strip().splitlines()[-1:] or ["no text"]
    raise StepFailed(
        f"{what} was refused with error {result.exit_code}: {last[0]}",
        remedy=f"Look the error up on the node with: net helpmsg {result.exit_code}",
    )


def found_service(step: Step, look: Look) -> Receipt:
    """What is kept of a service before it is stopped or started: how it was seen."""
    params = {"node": step.params["node"], "service": step.params["service"], "state": look.data.get("state", "")}
    return Receipt(step.key, step.kind, look.text, params)


class StopService:
    """The service is stopped."""

    only_looks = False

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Stopped, or not installed, holds; a pending stop may still end well."""
        state = query(stage, step)
        text = f"{state.name} on {step.params['node']} is {state.state}."
        if state.state in ("STOPPED", "ABSENT"):
            return Look(Goal.HOLDS, text)
        remedy = "Look at the service on the node; once it is stopped, have the operation carried on."
        return Look(Goal.NOT_YET, text, ongoing=applied, remedy=remedy, data={"state": state.state})

    def receipt(self, stage: Stage, step: Step, look: Look) -> Receipt | None:
        """The service as it was seen, so that it can be started again."""
        return found_service(step, look)

    def apply(self, stage: Stage, step: Step) -> None:
        """`sc stop`; marks the beginning of the outage at the first one."""
        if step.params.get("outage"):
            stage.note(step, "Mail goes down now, for planned work.", mark="outage-started")
        send(stage, step, stop_command(step.params["service"]), {NOT_STARTED})


class StartService:
    """The service is running."""

    only_looks = False

    def look(self, stage: Stage, step: Step, *, applied: bool) -> Look:
        """Running holds; a service that fell back to stopped with an error will not come by waiting."""
        state = query(stage, step)
        text = f"{state.name} on {step.params['node']} is {state.state}."
        if state.state == "RUNNING":
            return Look(Goal.HOLDS, text)
        remedy = f"Read the event log of {step.params['node']}, mend the cause, then have the operation carried on."
        if applied and state.state == "STOPPED" and state.exit_code not in (0, NEVER_STARTED):
            return Look(Goal.NEVER, f"{text} It stopped again with error {state.exit_code}.", remedy=remedy)
        data = {"state": state.state}
        return Look(Goal.NOT_YET, text, ongoing=state.state.endswith("PENDING"), remedy=remedy, data=data)

    def receipt(self, stage: Stage, step: Step, look: Look) -> Receipt | None:
        """The service as it was seen, so that it can be stopped again."""
        return found_service(step, look)

    def apply(self, stage: Stage, step: Step) -> None:
        """`sc start`."""
        send(stage, step, start_command(step.params["service"]), {ALREADY_RUNNING})
