"""The check of what the nodes' own accounts may write: only a silent console needs it, so it never refuses a move."""

from collections.abc import Iterable

from console.domain.checks import Check
from console.domain.delegation.dsacls import Delegation, delegations, line
from console.domain.delegation.nodes import NodeRights
from console.domain.errors import Unquotable
from console.domain.preflight.base import Situation, passed, warned

KEY = "directory.node-rights"
SHOWN = 5


def checks(situation: Situation) -> list[Check]:
    """One for each node; none when nothing was read of them."""
    wanted = delegations(situation.view)[1:]
    return [node_check(found, one) for found, one in zip(situation.node_rights, wanted, strict=False)]


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
