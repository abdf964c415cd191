"""Compare attribute values as a directory does, to tell whether a change is done, still to do, or overtaken."""

from console.domain import dn
from console.domain.directory import EntryChange
from console.domain.ports import Entry


def same_value(one: str, other: str) -> bool:
    """Whether two texts are one value: without regard to case, and by component when they are names."""
    if one.casefold() == other.casefold():
        return True
    return "=" in one and "=" in other and dn.same(one, other)


def holds(entry: Entry, attribute: str, value: str) -> bool:
    """Whether `entry` has `value` among the values of `attribute`."""
    return any(same_value(value, found) for found in entry.all(attribute))


def at_target(entry: Entry, change: EntryChange) -> bool:
    """Whether everything that comes with `change` is there and everything that goes is not."""
    return all(
        all(holds(entry, c.attribute, value) for value in c.added)
        and not any(holds(entry, c.attribute, value) for value in c.removed)
        for c in change.changes
    )


def found_values(entry: Entry, change: EntryChange) -> str:
    """What `entry` holds in the attributes of `change`, for a sentence."""
    pairs = ((c.attribute, entry.all(c.attribute)) for c in change.changes)
    return "; ".join(f"{attribute} is {' and '.join(values) or 'not set'}" for attribute, values in pairs)
