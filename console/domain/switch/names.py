"""Service principal names: which may move, who holds them, and how they go from one account to the other.

The names always are the primary's: they move between the two computer accounts, and go home at failback. They are
deleted from the old owner before they are added to the new one, because a controller refuses a name held twice.
"""

from collections.abc import Sequence

from console.domain import dn
from console.domain.checks import Reason
from console.domain.directory import AttributeChange, DirectoryView, EntryChange
from console.domain.switch.direction import Direction

SPN = "servicePrincipalName"


def movable_names(classes: Sequence[str], dns_name: str, short_name: str) -> tuple[str, ...]:
    """Each class with the full and the short name of the primary: what may move, in a fixed order."""
    return tuple(f"{spn_class}/{host}" for spn_class in classes for host in (dns_name, short_name) if host)


def optional_classes(mandatory: Sequence[str], configured: Sequence[str]) -> tuple[str, ...]:
    """The configured classes that are not among the mandatory ones, without repeats."""
    known = {spn_class.casefold() for spn_class in mandatory}
    seen = {spn_class.casefold(): spn_class for spn_class in reversed(configured)}
    return tuple(spn_class for key, spn_class in reversed(seen.items()) if key not in known)


def spn_release(direction: Direction) -> EntryChange | None:
    """What the source's account gives up, spelled as it holds them; None when it holds nothing that moves."""
    computer = direction.source_computer
    held = tuple(spn for spn in computer.spns if spn.casefold() in direction.view.spn_holders)
    if not held:
        return None
    return EntryChange(computer.dn, computer.guid, (AttributeChange(SPN, before=held, after=()),))


def spn_claim(direction: Direction) -> EntryChange | None:
    """What the target's account takes; None when it already has all of it.

    The mandatory names are taken in any case; the others where the source holds them, or where nobody does and
    a switch was interrupted between release and claim.
    """
    computer = direction.target_computer
    own = {spn.casefold() for spn in computer.spns}
    spelled = {spn.casefold(): spn for spn in direction.source_computer.spns}
    wanted = [spelled.get(name.casefold(), name) for name in _wanted(direction) if name.casefold() not in own]
    if not wanted:
        return None
    return EntryChange(computer.dn, computer.guid, (AttributeChange(SPN, before=(), after=tuple(wanted)),))


def _wanted(direction: Direction) -> list[str]:
    view = direction.view
    held = {spn.casefold() for spn in direction.source_computer.spns}
    interrupted = not any(view.spn_holders[name.casefold()] for name in view.mandatory_spns)
    used = {spn.partition("/")[0].casefold() for spn in direction.target_computer.spns} if interrupted else set()
    return [*view.mandatory_spns] + [
        name
        for name in view.optional_spns
        if name.casefold() in held
        or (name.partition("/")[0].casefold() in used and not view.spn_holders[name.casefold()])
    ]


def foreign_holders(view: DirectoryView) -> tuple[Reason, ...]:
    """A reason for each name that an account other than the two computers holds."""
    ours = {dn.key(view.primary_computer.dn), dn.key(view.standby_computer.dn)}
    return tuple(
        Reason(
            f"The service principal name {name} is held by {holder}, which is neither node's account.",
            f"Find out why; then take the name off that account (setspn -D {name} ACCOUNT) and plan again.",
            "directory.spn-holders",
            holder,
        )
        for name, holders in view.spn_holders.items()
        for holder in holders
        if dn.key(holder) not in ours
    )


def host_sentence(direction: Direction) -> str:
    """What moving HOST means for the account that loses it; empty when no HOST name moves."""
    release = spn_release(direction)
    moved = release.changes[0].before if release else ()
    hosts = [spn for spn in moved if spn.casefold().startswith("host/")]
    if not hosts:
        return ""
    loser, winner = direction.source_computer.name, direction.target_computer.name
    return (
        f"{' and '.join(hosts)} move from the account of {loser} to that of {winner}: until they come back, Kerberos "
        f"to those names (shares, remote management, other services) is encrypted for {winner} and fails on {loser}; "
        f"when {loser} starts, it registers its own HOST names again and the two may contend."
    )
