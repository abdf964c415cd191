"""Who is who: what the domain controller says about itself, and as whom we are signed in."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from console.adapters.ldap import requests
from console.adapters.ldap.entries import complete, is_sid, sid_text
from console.adapters.ldap.errors import SUCCESS
from console.domain import dn
from console.domain.directory import Controller
from console.domain.filters import AllOf, AnyOf, Equal
from console.domain.ports import Entry

if TYPE_CHECKING:
    from console.adapters.ldap.session import LdapSession

WHO_AM_I = "1.3.6.1.4.1.4203.1.11.3"
READ_ONLY_CAPABILITY = "1.2.840.113556.1.4.1920"
"""LDAP_CAP_ACTIVE_DIRECTORY_PARTIAL_SECRETS: the mark of a read-only domain controller."""
DOMAIN_FLAG = 2
"""In systemFlags of a crossRef: the partition is a domain (MS-ADTS 2.2.10, FLAG_CR_NTDS_DOMAIN)."""
ADMINISTRATORS = ("S-1-5-32-544",)
ADMINISTRATOR_RIDS = ("512", "519")
"""Domain Admins and Enterprise Admins, whatever they are called in the domain's language."""

ROOT_DSE = (
    "dnsHostName",
    "defaultNamingContext",
    "configurationNamingContext",
    "schemaNamingContext",
    "namingContexts",
    "supportedCapabilities",
    "currentTime",
)


def controller(session: LdapSession) -> Controller:
    """Read the rootDSE and the forest's list of partitions."""
    root = session.read("", ROOT_DSE)
    if root is None:
        root = Entry("", "", {})
    configuration = root.one("configurationNamingContext")
    domains = _domains(session, configuration) or [root.one("defaultNamingContext")]
    held = {dn.key(context) for context in root.all("namingContexts")}
    return Controller(
        dns_name=root.one("dnsHostName") or session.directory.host,
        default_context=root.one("defaultNamingContext"),
        configuration_context=configuration,
        domain_contexts=tuple(domain for domain in domains if dn.key(domain) in held),
        other_domains=tuple(domain for domain in domains if dn.key(domain) not in held),
        read_only=READ_ONLY_CAPABILITY in root.all("supportedCapabilities"),
        clock_offset=_offset(root.one("currentTime"), session.clock.now()),
    )


def _domains(session: LdapSession, configuration: str) -> list[str]:
    """The domain partitions of the forest."""
    found = session.search(
        f"CN=Partitions,{configuration}", Equal("objectClass", "crossRef"), ("nCName", "systemFlags"), subtree=False
    )
    return [e.one("nCName") for e in found if _flags(e.one("systemFlags")) & DOMAIN_FLAG]


def _flags(text: str) -> int:
    """A number of 32 bits, which may be negative; 0 for what is none."""
    return int(text) if re.fullmatch(r"-?[0-9]{1,10}", text) else 0


def _offset(text: str, now: datetime) -> float:
    """Seconds by which a generalized time is ahead of `now`; 0 when there is none."""
    digits = text.partition(".")[0].rstrip("Z")
    try:
        told = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return 0.0
    return (told - now).total_seconds()


def account(session: LdapSession) -> str:
    """The name that the controller knows us by (RFC 4532), else the one that we signed in with."""
    answer = session.again(lambda: session.ask(requests.extended(WHO_AM_I)))
    name = answer.value.decode(errors="replace").partition(":")[2] if answer.code == SUCCESS else ""
    return name or session.directory.credential.username


def is_domain_administrator(session: LdapSession) -> bool | None:
    """Told by the groups of our token, else by the groups of our account; None when neither can be read."""
    sids = _token(session, "") or _token_of_account(session)
    if not sids:
        return None
    return any(sid in ADMINISTRATORS or sid.rpartition("-")[2] in ADMINISTRATOR_RIDS for sid in sids)


def _token(session: LdapSession, name: str) -> list[str]:
    raw = session.again(lambda: session.read_once(name, ["tokenGroups"]))
    values = complete(raw, lambda _dn, _attribute: None).get("tokengroups", []) if raw else []
    return [sid_text(value) for value in values if is_sid(value)]


def _token_of_account(session: LdapSession) -> list[str]:
    found = _own_object(session)
    return _token(session, found) if found else []


def _own_object(session: LdapSession) -> str:
    """The DN of our own account; empty when it is not found."""
    name = session.directory.credential.username
    short = name.partition("@")[0].rpartition("\\")[2]
    if "=" in name:
        return name
    what = AllOf(
        (Equal("objectCategory", "person"), AnyOf((Equal("sAMAccountName", short), Equal("userPrincipalName", name))))
    )
    found = list(session.search(session.controller().default_context, what, ("cn",)))
    return found[0].dn if len(found) == 1 else ""
