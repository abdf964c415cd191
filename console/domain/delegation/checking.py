"""Whether the delegation is there, and no more than it: checks of the console's account and of both nodes' accounts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from console.domain.checks import Check, Verdict
from console.domain.delegation.dsacls import Delegation, delegations, for_protected
from console.domain.delegation.excess import changeable
from console.domain.delegation.node_check import lines_for, named, node_check
from console.domain.delegation.nodes import rights_of_nodes, sample_of
from console.domain.directory import DirectoryView, Mailbox
from console.domain.filters import AllOf, AnyOf, Equal
from console.domain.ports import DirectorySession
from console.domain.switch.rights import missing_rights


@dataclass(frozen=True)
class Delegated:
    """What is to be granted, and how that stands."""

    delegations: tuple[Delegation, ...]
    for_protected: tuple[Delegation, ...]
    """What mailboxes of protected accounts would need; empty when there are none."""
    checks: tuple[Check, ...]


def look(session: DirectorySession, view: DirectoryView, people: Iterable[str] = ()) -> Delegated:
    """Read how the delegation stands. Raises `ReachError`, and `Unquotable` for names that no line can hold."""
    sample = sample_of(session, view)
    lacking = missing_rights(session, view, sample)
    protected = protected_mailboxes(session, view)
    wanted = delegations(view, people)
    extra = for_protected(view, wanted) if protected else ()
    checks = [
        _console(lacking, wanted[0]),
        _excess(session, view, sample),
        *_protected(session, protected),
        *(node_check(found, one) for found, one in zip(rights_of_nodes(session, view), wanted[1:], strict=True)),
    ]
    return Delegated(wanted, extra, tuple(checks))


def protected_mailboxes(session: DirectorySession, view: DirectoryView) -> tuple[str, ...]:
    """The mailboxes of both servers whose objects inherit no rights (adminCount is 1). Raises `ReachError`."""
    stores = [store.dn for server in (view.primary, view.standby) for store in server.stores if not store.public]
    if not stores:
        return ()
    what = AllOf((Equal("adminCount", "1"), AnyOf(tuple(Equal("homeMDB", store) for store in stores))))
    return tuple(e.dn for domain in view.controller.domain_contexts for e in session.search(domain, what, ("cn",)))


def _console(lacking: Sequence[str], wanted: Delegation) -> Check:
    title = f"{wanted.account} may write what a switch changes"
    if not lacking:
        return Check("directory.rights", title, Verdict.PASS, "The directory says so of every object that was asked.")
    pairs = [_pair(text) for text in lacking]
    reason = f"It may not write {named(lacking)}"
    remedy = "Have an administrator of the domain run the lines below this check."
    return Check("directory.rights", title, Verdict.FAIL, reason, remedy, "\n".join(lines_for(pairs, wanted)))


def _excess(session: DirectorySession, view: DirectoryView, sample: Sequence[Mailbox]) -> Check:
    """Least rights: the account is no administrator, and cannot give itself more."""
    title = f"{view.rights.account} has no more rights than it needs"
    remedy = "Use an account with only the delegated rights; a stolen one that can give itself more owns the domain."
    if view.rights.domain_administrator:
        return Check("directory.account", title, Verdict.WARN, "It is a domain administrator.", remedy)
    if loose := changeable(session, view, (one.dn for one in sample)):
        reason = f"It may change who has which rights on {named(loose)}"
        return Check("directory.account", title, Verdict.WARN, reason, remedy)
    if view.rights.domain_administrator is None:
        reason = "Whether it is a domain administrator could not be read."
        return Check("directory.account", title, Verdict.UNKNOWN, reason, "Look at the account's groups by hand.")
    return Check("directory.account", title, Verdict.PASS, "It is no administrator, and may change no permissions.")


def _protected(session: DirectorySession, found: tuple[str, ...]) -> Iterator[Check]:
    """Mailboxes of administrators: what is handed down to users does not reach them."""
    title = "No mailbox belongs to an account that inherits no rights"
    if not found:
        yield Check("directory.protected", title, Verdict.PASS, "No mailbox has adminCount set.")
        return
    closed = [name for name in found if "homemdb" not in session.writable(name)]
    if not closed:
        yield Check("directory.protected", title, Verdict.PASS, f"{len(found)} have, and may be written.")
        return
    reason = f"These will be left behind by a switch: {named(closed)}"
    remedy = "Best give administrators a second account without rights for their mail; else run the last lines printed."
    yield Check("directory.protected", title, Verdict.WARN, reason, remedy, "\n".join(closed))


def _pair(text: str) -> tuple[str, str]:
    attribute, _, name = text.partition(" on ")
    return attribute, name
