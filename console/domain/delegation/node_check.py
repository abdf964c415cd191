"""The check of what a node's own account may write, with the lines that give it what it lacks."""

from collections.abc import Iterable

from console.domain.checks import Check, passed, warned
from console.domain.delegation.dsacls import Delegation, line
from console.domain.delegation.nodes import NodeRights
from console.domain.errors import Unquotable

KEY = "directory.node-rights"
SHOWN = 5


def node_check(found: NodeRights, wanted: Delegation) -> Check:
    """Whether a node's own account may write what its kit changes."""
    title = f"{found.node}'s own account may write what its kit changes"
    if found.unknown:
        remedy = "See that the console's account may read the permissions of these objects; then check again."
        return warned(KEY, title, f"It cannot be told: {found.unknown}", remedy, about=found.node)
    if not found.missing:
        return passed(KEY, title, "The access lists of the objects say so.", about=found.node)
    lacking = [f"{attribute} on {name}" for attribute, name in found.missing]
    remedy = "Run the lines that `manage.py directory delegation` prints for it; without them its kit fails."
    reason = f"It may not write {named(lacking)}"
    return warned(KEY, title, reason, remedy, about=found.node, evidence="\n".join(lines_for(found.missing, wanted)))


def lines_for(missing: Iterable[tuple[str, str]], wanted: Delegation) -> tuple[str, ...]:
    """The lines of `wanted` that give what is missing ((attribute, DN) pairs), or why none can be written."""
    missing = tuple(missing)
    lacking = [g for g in wanted.grants if any(g.covers(name, attribute) for attribute, name in missing)]
    try:
        return tuple(line(grant, wanted.account) for grant in lacking)
    except Unquotable as error:
        return (error.message,)


def named(texts: Iterable[str]) -> str:
    """The first few, and how many more there are, as the end of a sentence."""
    every = list(texts)
    return "; ".join(every[:SHOWN]) + (f"; and {len(every) - SHOWN} more." if len(every) > SHOWN else ".")
