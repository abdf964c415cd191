"""Signing in with a name of Active Directory: which person a typed name means, and in which groups that person is."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from console.domain import dn
from console.domain.errors import ProtocolFault
from console.domain.filters import AllOf, Equal
from console.domain.ports import DirectorySession

IN_CHAIN = "member:1.2.840.113556.1.4.1941:"
"""LDAP_MATCHING_RULE_IN_CHAIN: members of members too (MS-ADTS 3.1.1.3.4.4.3)."""
_ACCOUNT = re.compile(r'[^"/\\\[\]:;|=,+*?<>@\x00-\x1f\x7f]{1,64}')
"""What a sAMAccountName may hold (MS-ADTS 3.1.1.6), and no `@`, behind which the domain is written."""

TOLD: dict[str, tuple[str, str]] = {
    "530": ("Your account may not sign in at this hour.", "Ask who runs the directory."),
    "531": ("Your account may not sign in from this machine.", "Ask who runs the directory to allow this console."),
    "532": ("Your password has expired.", "Change it on a computer of the domain, then sign in here."),
    "533": ("Your account is switched off in the directory.", "Ask who runs the directory."),
    "701": ("Your account has expired in the directory.", "Ask who runs the directory."),
    "773": ("Your password must be changed first.", "Change it on a computer of the domain, then sign in here."),
}
"""By the `data` code of a refused sign-in: what only somebody with the right password is told by Active Directory.

A locked account (775) and an unknown one (525) are not among them: those answers come to any password.
"""


@dataclass(frozen=True)
class Typed:
    """A name as it was typed at the sign-in: the account, and the domain's DNS name where one was given."""

    account: str
    domain: str = ""


@dataclass(frozen=True)
class Person:
    """Somebody of a directory who has just signed in to it."""

    guid: str
    account: str
    dn: str
    groups: frozenset[str]
    """The distinguished names of the groups that hold the person, directly or through others, as `dn.key` writes them.

    Without the primary group (Domain Users, as a rule), which Active Directory keeps elsewhere.
    """


def typed(name: str, domains: Iterable[str]) -> Typed | None:
    """What `name` says: `account`, `account@corp.example` or `CORP\\account`; None when it can be no account.

    A word before the backslash is the first label of one of `domains`, which is what domains are called as a rule.
    """
    before, slash, account = name.rpartition("\\")
    domain = ""
    if slash:
        fitting = [known for known in domains if known.partition(".")[0].casefold() == before.casefold()]
        domain = fitting[0] if len(fitting) == 1 else before
    else:
        account, _, domain = name.partition("@")
    return Typed(account, domain.casefold()) if _ACCOUNT.fullmatch(account) else None


def read_person(session: DirectorySession, account: str) -> Person:
    """The person `account`, read with that person's own rights. Raises `ReachError`."""
    base = session.controller().default_context
    what = AllOf((Equal("objectCategory", "person"), Equal("objectClass", "user"), Equal("sAMAccountName", account)))
    found = list(session.search(base, what, ("sAMAccountName",)))
    if len(found) != 1 or not found[0].guid:
        raise ProtocolFault(
            f"The directory let {account} in and then showed {len(found)} accounts of that name.",
            remedy="Let people read their own account: sAMAccountName and objectGUID.",
        )
    (entry,) = found
    if entry.one("sAMAccountName").casefold() != account.casefold():
        text = f"The directory let {account} in and then showed somebody else."
        raise ProtocolFault(text, remedy="Let people read their own account, and check that this is your directory.")
    groups = session.search(base, AllOf((Equal("objectClass", "group"), Equal(IN_CHAIN, entry.dn))), ("cn",))
    held = frozenset(dn.key(group.dn) for group in groups)
    return Person(entry.guid, entry.one("sAMAccountName"), entry.dn, held)
