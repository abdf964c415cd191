"""Why Exchange's set-up would not go on: recognised in what a person copied, or in the log on the node."""

from console.domain.checks import Refusal
from console.domain.procedures.refused_by_setup import SETUP_LOG, SetupRefusal, questions, recognise
from console.models import Node
from console.services.fields import open_field

WITHIN = 60.0


def in_text(text: str, node: str) -> tuple[SetupRefusal, ...]:
    """What is known among what the set-up said; `node` is where it ran."""
    return recognise(text, node)


def in_log(node: Node) -> tuple[SetupRefusal, ...]:
    """What is known among what the set-up wrote on the node in its latest run; only reads.

    Raises `Refusal` when there is no log, `ReachError`, `CredentialUnavailable`.
    """
    with open_field(node.cluster) as field:
        there, lines = field.session(node.name).batch(questions(), within=WITHIN)
    if not there.ok:
        remedy = "Copy what its window says into a file, and name the file."
        raise Refusal.of(f"There is no {SETUP_LOG} on {node.name}: the set-up has not run there.", remedy, key="log")
    return recognise(lines.stdout, node.name)
