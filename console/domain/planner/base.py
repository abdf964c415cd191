"""What every plan begins with: reading nodes, floating IP and directory, and refusing what a check refuses."""

from collections.abc import Iterable
from dataclasses import replace

from console.domain.checks import Check, Reason, Refusal, Verdict
from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.domain.observation import Seen
from console.domain.preflight.base import Situation
from console.domain.topology import Cluster, Node

VALID_SECONDS = 900


def node_of(cluster: Cluster, name: str) -> Node:
    """The node called `name`. Raises `Refusal` naming those there are."""
    try:
        return cluster.node(name)
    except KeyError:
        names = " or ".join(node.name for node in cluster.nodes)
        raise Refusal.of(f"{name} is not a node of {cluster.name}.", f"Name {names}.") from None


def read_situation(field: Field, source: str, target: str) -> Situation:
    """Everything that the checks of a move from `source` to `target` look at, read now.

    A node that cannot be read is a fact; raises `ChangeoverError` or `Refusal` when the directory cannot be read.
    """
    return Situation(
        cluster=field.cluster,
        generation=field.generation,
        driver=field.driver,
        source=source,
        target=target,
        observation=field.observe(),
        view=field.read_directory(),
        greetings=field.greet_all(),
        target_controller=_target_controller(field),
    )


def _target_controller(field: Field) -> Seen[str] | None:
    """The name of the controller that the target uses; None when none is set apart."""
    try:
        session = field.target_directory()
        return Seen(session.controller().dns_name) if session else None
    except ChangeoverError as error:
        return Seen.nothing(error.message)


def refuse_failed(found: Iterable[Check], headline: str) -> None:
    """Raises `Refusal` with the reason of every failed check; does nothing when there is none."""
    reasons = [Reason(c.reason, c.remedy, c.key, c.about) for c in found if c.verdict is Verdict.FAIL]
    if reasons:
        raise Refusal(headline, reasons)


def softened(check: Check) -> Check:
    """The check as a warning where it would refuse, or would ask somebody: nobody is there, and mail is down."""
    return replace(check, verdict=Verdict.WARN) if check.verdict in (Verdict.FAIL, Verdict.UNKNOWN) else check
