"""Values of a node's registry written: what makes an event source, and what binds the Exchange provider."""

from collections.abc import Sequence

from console.domain.plan import Step
from console.domain.receipts import Receipt
from console.domain.repair import commands
from console.domain.repair.reg_file import KeyChange, RegistryValue
from console.domain.repair.registry import KeySeen, read_key
from console.domain.steps.base import Look, Stage, StepFailed
from console.domain.steps.repair.base import Repair, read, run


class WriteRegistry(Repair):
    """The values of the step are in its key."""

    def receipt(self, stage: Stage, step: Step, look: Look) -> Receipt | None:
        """What is to be imported so that the key holds again what it held."""
        node, values = step.params["node"], values_of(step)
        before = inverse(stage, node, step.params["place"], [value.name for value in values])
        return Receipt(step.key, step.kind, look.text, {"node": node, "change": before.to_json()})

    def mend(self, stage: Stage, step: Step) -> None:
        """One after the other; the key comes into being with the first."""
        for value in values_of(step):
            argv = commands.write_value(step.params["place"], value.name, value.kind, value.text)
            run(stage, step.params["node"], argv, step)


def values_of(step: Step) -> list[RegistryValue]:
    """The values that the step writes."""
    return [RegistryValue(**value) for value in step.params["values"]]


def inverse(stage: Stage, node: str, key: str, names: Sequence[str]) -> KeyChange:
    """What brings the key back to what it holds now, as far as these values go.

    Raises `StepFailed` when the key is there and cannot be read.
    """
    seen = key_seen(stage, node, key)
    if seen is None:
        return KeyChange(key, whole=True)
    found = [(name, seen.value(name)) for name in names]
    kept = tuple(value for _, value in found if value is not None)
    return KeyChange(key, kept, tuple(name for name, value in found if value is None))


def key_seen(stage: Stage, node: str, key: str) -> KeySeen | None:
    """The key as it is; None when the one above it is readable and does not have it. Raises `StepFailed`."""
    above, name = key.rsplit("\\", 1)
    told = read(stage, node, [commands.read_key(key), commands.read_key(above)])
    own, parent = (read_key(told[commands.read_key(one)]) for one in (key, above))
    if own is None and (parent is None or name.casefold() in parent.below):
        remedy = "Give the console's account the right to read the node's registry."
        raise StepFailed(f"{key} on {node} cannot be read: nothing was written.", remedy=remedy)
    return own
