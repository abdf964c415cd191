"""Who may write what: the three roles of the lab, and the delegation that a directory switch needs."""

from __future__ import annotations

from dataclasses import dataclass

from console.lab.directory.definition import Account, Forest, Role
from console.lab.directory.layout import Layout
from console.lab.directory.schema import SYSTEM_ATTRIBUTES, Attribute, Schema
from console.lab.directory.store import Entry

# structural class -> attributes that the service account may write, in the domain
DOMAIN_DELEGATION: dict[str, tuple[str, ...]] = {
    "user": ("homeMDB", "homeMTA", "msExchHomeServerName"),
    "inetOrgPerson": ("homeMDB", "homeMTA", "msExchHomeServerName"),
    "computer": ("servicePrincipalName",),
}
# the same below CN=Microsoft Exchange in the Configuration container
EXCHANGE_DELEGATION: dict[str, tuple[str, ...]] = {
    "msExchPrivateMDB": ("msExchPatchMDB",),
    "msExchPublicMDB": ("msExchPatchMDB",),
    "msExchRoutingGroup": ("msExchRoutingMasterDN",),
    "msExchAddressListService": ("msExchAddressListServiceLink",),
    "msExchOAB": ("offLineABServer",),
}
DELEGATED: dict[str, frozenset[str]] = {
    kind.lower(): frozenset(name.lower() for name in attributes)
    for kind, attributes in {**DOMAIN_DELEGATION, **EXCHANGE_DELEGATION}.items()
}


DOMAIN_SID = (21, 1004336348, 1177238915, 682003330)  # the lab's domain; S-1-5- comes before it
DOMAIN_ADMINS, DOMAIN_USERS, DOMAIN_COMPUTERS = 512, 513, 515


@dataclass(frozen=True)
class Caller:
    """The account of a connection; `role` is None for an anonymous one."""

    name: str = "anonymous"
    role: Role | None = None

    @property
    def is_administrator(self) -> bool:
        """Whether it is the administrator of the domain, who may write everything."""
        return self.role == "administrator"


ANONYMOUS = Caller()


def caller_of(forest: Forest, account: Account) -> Caller:
    """Who the connection is once `account` has signed in."""
    return Caller(f"{forest.netbios}\\{account.name}", account.role)


def token_groups(caller: Caller) -> tuple[bytes, ...]:
    """The SIDs of the groups in the caller's token (MS-DTYP 2.4.2); none for an anonymous one."""
    if caller.role is None:
        return ()
    groups = [DOMAIN_USERS] + ([DOMAIN_ADMINS] if caller.is_administrator else [])
    return tuple(sid(*DOMAIN_SID, group) for group in groups)


def sid(*parts: int) -> bytes:
    """A security identifier of the NT authority."""
    return bytes([1, len(parts)]) + (5).to_bytes(6, "big") + b"".join(part.to_bytes(4, "little") for part in parts)


def identify(forest: Forest, identity: str) -> Account | None:
    """The account that a simple bind names by DN, by NAME@domain, by DOMAIN\\NAME or by NAME alone."""
    folded = identity.casefold().strip()
    for account in forest.accounts:
        name = account.name.casefold()
        forms = {
            name,
            f"{name}@{forest.domain}".casefold(),
            f"{forest.netbios}\\{name}".casefold(),
            f"cn={name},cn=users,{forest.base_dn}".casefold(),
        }
        if folded in forms or folded.replace(", ", ",") in forms:
            return account
    return None


def may_write(caller: Caller, entry: Entry, attribute: Attribute) -> bool:
    """Whether the caller may write the attribute of this object (not whether the schema allows it)."""
    if attribute.key in SYSTEM_ATTRIBUTES or attribute.is_back_link:
        return False
    if caller.is_administrator:
        return True
    return caller.role == "service" and attribute.key in DELEGATED.get(entry.structural, frozenset())


def effective_attributes(schema: Schema, caller: Caller, entry: Entry) -> list[str]:
    """The constructed attribute allowedAttributesEffective: what the caller may write here, by name."""
    allowed = (schema.attributes[name] for name in schema.allowed((entry.structural,)))
    return sorted(item.name for item in allowed if may_write(caller, entry, item))


def delegation(forest: Forest) -> list[tuple[str, str, tuple[str, ...]]]:
    """What a real domain has to grant the service account: (container DN, structural class, attributes)."""
    exchange = Layout(forest).exchange
    return [(forest.base_dn, kind, names) for kind, names in DOMAIN_DELEGATION.items()] + [
        (exchange, kind, names) for kind, names in EXCHANGE_DELEGATION.items()
    ]
