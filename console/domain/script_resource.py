"""The group's script resource as the cluster's configuration has it: its folder, its time-outs, what failures lead to.

Names and defaults of the settings are the product's (`act/retry`, `act/fo`, `act/action`, `deact/action`); where a
setting is not written, nothing is assumed and its check says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from console.domain.checks import Check, Verdict
from console.domain.deployment import script_folder
from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.domain.node_scripts.bounds import Timeouts, shortest
from console.domain.ports import CommandResult

BUILDER = "in the builder, on the script resource's recovery tab, then upload the configuration"
ACTIONS = {
    "0": "does nothing, and the resources behind it are started all the same",
    "1": "does nothing",
    "2": "stops the group",
    "3": "stops the cluster service",
    "4": "shuts the node down",
    "5": "restarts the node",
    "6": "stops the node with an error on purpose",
}
"""The product's numbers for what it does in the end."""


@dataclass(frozen=True)
class ScriptResource:
    """What the configuration says, as the nodes that answer have it."""

    folder: str
    """Where its files belong, on every node."""
    timeouts: Timeouts
    told: bool
    """Whether the time-outs were written anywhere; else they are the product's own."""
    settings: Mapping[str, Mapping[str, str]]
    """Node to what is written there of the resource."""
    moving: str
    """The group's state while it is on its way; empty when it is settled."""


def read_script_resource(field: Field) -> ScriptResource:
    """What the configuration says of the group's script resource.

    Raises `Refusal` when there is not exactly one, `ChangeoverError` when neither node can tell.
    """
    answers, problems = _answers(field)
    if not answers:
        raise problems[0]
    cluster, driver = field.cluster, field.driver
    resources = [driver.read_resources(cluster, results) for results in answers.values()]
    pairs = [pair for results in answers.values() for pair in driver.read_script_timeouts(cluster, results)]
    folder = script_folder(driver, cluster, resources[0])
    settings = {node: driver.script_settings(cluster, results)[0] for node, results in answers.items()}
    return ScriptResource(
        folder=folder,
        timeouts=shortest(pairs),
        told=any(start is not None and stop is not None for start, stop in pairs),
        settings=settings,
        moving=next(filter(None, (_moving(field, results) for results in answers.values())), ""),
    )


def _answers(field: Field) -> tuple[dict[str, tuple[CommandResult, ...]], list[ChangeoverError]]:
    answers: dict[str, tuple[CommandResult, ...]] = {}
    problems: list[ChangeoverError] = []
    for node in field.cluster.nodes:
        try:
            asked = field.driver.questions(field.cluster, node)
            results = field.session(node.name).batch(asked, within=field.cluster.timing.command)
            field.driver.script_settings(field.cluster, results)
            answers[node.name] = results
        except ChangeoverError as error:
            problems.append(error)
    return answers, problems


def _moving(field: Field, results: Sequence[CommandResult]) -> str:
    """The group's state by this node, when it is a passing one; a node whose engine is down has nothing to say."""
    try:
        group = field.driver.read_view(field.cluster, results).groups.get(field.cluster.group)
    except ChangeoverError:
        return ""
    return group.status if group is not None and group.status.casefold().endswith("pending") else ""


def resource_checks(resource: ScriptResource) -> tuple[Check, ...]:
    """Whether the product takes the scripts' ends for what they mean."""
    return (_normal_return(), *_on_start(resource), _on_stop(resource), _timeouts(resource))


def _normal_return() -> Check:
    reason = "Where the product's configuration keeps it is not known, so it cannot be read."
    remedy = (
        "Look at the details of the script resource in the builder: it has to be 0 for start and for stop. Without it "
        "every exit code counts as success, and the group is online without Exchange."
    )
    title = "Normal Return Value of the script resource is 0"
    return Check("scripts.normal-return", title, Verdict.UNKNOWN, reason, remedy)


def _on_start(resource: ScriptResource) -> Iterator[Check]:
    title = "A START.BAT that says no is not tried again"
    tried = _one(resource, "act/retry"), _one(resource, "act/fo")
    again = [f"{what} {value}" for what, value in zip(("act/retry", "act/fo"), tried, strict=True) if _some(value)]
    if None in tried:
        yield _untold("scripts.retries", title, "act/retry and act/fo", "0")
    elif again:
        reason = f"It is tried again ({', '.join(again)}): each time the script asks the console anew."
        remedy = f"Set the retries and failovers of a failed activation to 0 {BUILDER}."
        yield Check("scripts.retries", title, Verdict.WARN, reason, remedy)
    else:
        yield Check("scripts.retries", title, Verdict.PASS, "Neither on this node nor on the other one.")
    yield _action(resource, "act/action", "A START.BAT that fails leaves the group as it is", ("1", "2"), "1")


def _on_stop(resource: ScriptResource) -> Check:
    title = "A STOP.BAT that fails shuts the node down, so that the partition is let go"
    return _action(resource, "deact/action", title, ("4", "5"), "4")


def _action(resource: ScriptResource, key: str, title: str, right: tuple[str, ...], best: str) -> Check:
    value = _one(resource, key)
    if value is None:
        return _untold(f"scripts.{key.replace('/', '-')}", title, key, best)
    says = f"{key} is {value}: the product {ACTIONS.get(value, 'does something that is not known')}."
    name = f"scripts.{key.replace('/', '-')}"
    if value in right:
        return Check(name, title, Verdict.PASS, says)
    return Check(name, title, Verdict.FAIL, says, f"Set the final action to {best} ({ACTIONS[best]}) {BUILDER}.")


def _untold(key: str, title: str, names: str, right: str) -> Check:
    reason = f"The configuration does not write {names}, or writes it elsewhere; what holds then is not assumed."
    return Check(key, title, Verdict.UNKNOWN, reason, f"Look that it is {right} {BUILDER}.")


def _timeouts(resource: ScriptResource) -> Check:
    title = "The script resource's time-outs are known"
    text = f"{resource.timeouts.start} s to start and {resource.timeouts.stop} s to stop"
    if resource.told:
        return Check("scripts.timeouts", title, Verdict.PASS, f"{text}; the scripts end before.")
    reason = f"None is written where they were looked for: the product's own are taken, {text}."
    remedy = "Compare them with the details of the script resource in the builder; raise them there if they are less."
    return Check("scripts.timeouts", title, Verdict.UNKNOWN, reason, remedy)


def _one(resource: ScriptResource, key: str) -> str | None:
    """The setting, when it is written on every node that answers; of different values the one furthest from 0."""
    values = [settings.get(key) for settings in resource.settings.values()]
    known = [value for value in values if value is not None]
    return max(known, default=None) if len(known) == len(values) else None


def _some(value: str | None) -> bool:
    return value is not None and value.strip("0") != ""
