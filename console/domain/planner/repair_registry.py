"""Write the steps that write values of a node's registry: event sources, and the bindings of the Exchange provider."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from console.domain.checks import Reason
from console.domain.findings import Finding
from console.domain.planner.repair_base import Made, Wanted, step_of
from console.domain.repair import commands
from console.domain.repair.event_sources import values_of, without_variables
from console.domain.repair.reg_file import RegistryValue

UNDO = "Import the values from before; a key that was not there goes."


def written(asked: Wanted, findings: Sequence[Finding]) -> Iterator[Made]:
    """The keys of event sources, where the other sources of the node are."""
    for number, one in enumerate(findings, 1):
        file = without_variables(one.data["file"], asked.ground.facts[one.node].windows)
        if not file or "%" in file:
            text = (
                f"Where the message file of {one.about} lies on {one.node} is not known: {file or 'it is not there'}."
            )
            remedy = "Repair the missing file first, or import a .reg file with the right path."
            yield Reason(text, remedy, "repair.message-file", one.node)
            continue
        title = f"Write the event source {one.about} of {one.node} with {file}"
        well = f"the event source {one.about} of {one.node} names its file"
        yield _step([one], "sources.write", f"source-{number}", title, well, values_of(file))


def bound(asked: Wanted, findings: Sequence[Finding]) -> Iterator[Made]:
    """The order of bindings, with what it lacks."""
    for number, one in enumerate(findings, 1):
        value = RegistryValue(one.data["value"], "REG_SZ", one.data["wanted"])
        title = f"Bind the Exchange provider of {one.node} to {one.data['wanted']}"
        well = f"the Exchange provider of {one.node} is bound to RPC and TCP/IP"
        yield _step([one], "provider.bind", f"bind-{number}", title, well, (value,))


def _step(
    findings: Sequence[Finding], kind: str, key: str, title: str, well: str, values: Sequence[RegistryValue]
) -> Made:
    place, node = findings[0].data["key"], findings[0].node
    argvs = [(node, commands.write_value(place, one.name, one.kind, one.text)) for one in values]
    return step_of(
        findings, kind, key, title, well, argvs, UNDO, node=node, place=place, values=[asdict(one) for one in values]
    )
