"""Agreement: the directory is switched only towards the node that holds the group or is being handed it (rule 13)."""

from collections.abc import Collection, Mapping

from console.domain.events.facts import RunView


def why_not(
    told: Mapping[str, str], target: str, *, run: RunView | None = None, asking: Collection[str] = ()
) -> str | None:
    """Why the directory may not be switched towards `target`, or None when it may.

    `told` is each answering node's word on who has the group (empty: nobody); `run` is the target's script run in
    this operation, which hands the group over; `asking` are nodes whose own script has asked us and has no go: what
    such a node says of itself is a question, not a claim.
    """
    handed = run is not None and run.alive
    for name, current in told.items():
        question = current.casefold() == name.casefold() and name in asking
        if current.casefold() != target.casefold() and not question and (current or not handed):
            return _sentence(told, target)
    if handed or any(current.casefold() == target.casefold() for current in told.values()):
        return None
    return _sentence(told, target)


def _sentence(told: Mapping[str, str], target: str) -> str:
    words = ", ".join(f"{name} says {current or 'nobody'}" for name, current in told.items()) or "no node could tell"
    return f"The directory may only be switched towards the node that holds the group; that is not {target}: {words}."
