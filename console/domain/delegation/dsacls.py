"""Grants as lines for dsacls, which an administrator of the domain runs; the console never runs them.

`dsacls OBJECT [/I:S] /G ACCOUNT:BITS;ATTRIBUTE[;CLASS]`: RP and WP read and write one property, `/I:S` hands the right
down to what lies below and gives none on the object itself (Windows Support Tools, Dsacls).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from console.domain.delegation.grants import Grant, console_grants, node_grants, protected_grants
from console.domain.directory import Controller, DirectoryView
from console.domain.quoting import cmd_line, name_for_cmd

BITS = "RPWP"
"""Read too: what is written by comparing is also read back."""


@dataclass(frozen=True)
class Delegation:
    """What one account is to be granted."""

    account: str
    """As dsacls takes it: `DOMAIN\\account` or `account@domain`."""
    what_for: str
    grants: tuple[Grant, ...]

    def lines(self) -> tuple[str, ...]:
        """The commands, in order. Raises `Unquotable` for an account whose name cmd.exe would act on."""
        return tuple(line(grant, self.account) for grant in self.grants)


def delegations(view: DirectoryView, people: Iterable[str] = ()) -> tuple[Delegation, ...]:
    """What the console's account and the two computer accounts are to be granted, in this order."""
    people = tuple(people)
    told = view.rights.account
    found = [Delegation(told, "the console, which switches in both directions", console_grants(view, people))]
    for server in (view.primary, view.standby):
        computer = view.computer_of(server)
        account = computer_account(computer.name, told, view.controller)
        what_for = f"{computer.name} itself, which applies its kit while the console is silent"
        found.append(Delegation(account, what_for, node_grants(view, server, people)))
    return tuple(found)


def for_protected(view: DirectoryView, every: Iterable[Delegation]) -> tuple[Delegation, ...]:
    """What the same accounts would need besides, for the mailboxes of administrators."""
    grants = protected_grants(view)
    return tuple(Delegation(one.account, "mailboxes of protected accounts", grants) for one in every)


def line(grant: Grant, account: str) -> str:
    """One command. Raises `Unquotable`."""
    below = ("/I:S",) if grant.kind else ()
    suffix = f";{grant.kind}" if grant.kind else ""
    rights = (f"{account}:{BITS};{attribute}{suffix}" for attribute in grant.attributes)
    return cmd_line(("dsacls", name_for_cmd(grant.dn), *below, "/G", *rights))


def computer_account(name: str, ours: str, controller: Controller) -> str:
    """A computer account's name, with our own account's domain where that is told, else with the domain's DNS name."""
    domain, backslash, _ = ours.partition("\\")
    if backslash and domain:
        return f"{domain}\\{name}$"
    parts = (part.partition("=")[2] for part in controller.default_context.split(","))
    return f"{name}$@{'.'.join(parts)}"
