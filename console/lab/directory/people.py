"""The people of a forest: plausible, the same for the same seed, spread over stores and units."""

from __future__ import annotations

import random
from collections.abc import Iterator

from console.lab.directory.definition import Cluster, Forest, Person, Server
from console.lab.directory.entry import TreeEntry, entry
from console.lab.directory.layout import Layout
from console.lab.directory.names import join, rdn
from console.lab.directory.schema import words
from console.lab.directory.servers import Tenant, mailbox_stores, stable_guid

GIVEN = words("given_names")
FAMILY = words("family_names")
# An enabled account that needs no password: nobody signs in as these people.
NORMAL_ACCOUNT = "544"
DEPARTMENTS = ("Sales", "Engineering", "Finance", "Logistics", "Support")
USER_MAILBOX = "1"


def people(forest: Forest, layout: Layout) -> Iterator[TreeEntry]:
    """Mailboxes of every cluster and server, then the named people, mail-enabled users and contacts."""
    owners: list[tuple[Cluster | Server, Tenant]] = [
        (cluster, Tenant(cluster.primary, cluster.generation, cluster.groups(), cluster.computers, ()))
        for cluster in forest.clusters
    ] + [(lone, Tenant(lone.name, lone.generation, lone.groups(), lone.computers, ())) for lone in forest.servers]
    for owner, tenant in owners:
        yield from _mailboxes(forest, layout, owner, tenant)
    for person in forest.people:
        yield _named(layout, person)
    yield from _mail_only(forest, layout)


def _mailboxes(forest: Forest, layout: Layout, owner: Cluster | Server, tenant: Tenant) -> Iterator[TreeEntry]:
    chance = random.Random(f"{forest.seed}:{tenant.name}")  # noqa: S311  names of people, nothing secret
    stores = mailbox_stores(layout, tenant)
    for number in range(owner.mailboxes if stores else 0):
        given, family = chance.choice(GIVEN), chance.choice(FAMILY)
        alias = f"{given[0].lower()}{family.lower()[:6]}{number:05}{_mark(forest, tenant.name)}"
        yield _mailbox(
            layout,
            "user",
            join(
                rdn("CN", f"{given} {family} {number:05}{_mark(forest, tenant.name)}"),
                owner.ous[number % len(owner.ous)],
                forest.base_dn,
            ),
            alias,
            _homes(layout, tenant, stores[number % len(stores)]),
            generation=tenant.generation,
            givenName=given,
            sn=family,
            displayName=f"{given} {family}",
            department=chance.choice(DEPARTMENTS),
        )


def _mark(forest: Forest, server: str) -> str:
    """A letter per server that keeps account names of different servers apart."""
    names = [cluster.primary for cluster in forest.clusters] + [lone.name for lone in forest.servers]
    return chr(ord("a") + names.index(server))


def _homes(layout: Layout, tenant: Tenant, store: str) -> dict[str, str]:
    return {
        "homeMDB": store,
        "homeMTA": layout.mta(tenant.name, tenant.generation),
        "msExchHomeServerName": layout.legacy_server(tenant.name, tenant.generation),
    }


def _mailbox(
    layout: Layout, kind: str, dn: str, alias: str, homes: dict[str, str], *, generation: str, **attributes: str
) -> TreeEntry:
    forest = layout.forest
    mail = f"{alias}@{forest.domain}"
    group = homes["msExchHomeServerName"].partition("/cn=")[0]
    return entry(
        dn,
        kind,
        sAMAccountName=alias,
        userPrincipalName=mail,
        userAccountControl=NORMAL_ACCOUNT,
        mail=mail,
        mailNickname=alias,
        proxyAddresses=(f"SMTP:{mail}", f"X400:c=JP;a= ;p={forest.netbios};s={alias};"),
        legacyExchangeDN=f"{group}/cn=Recipients/cn={alias}",
        mDBUseDefaults="TRUE",
        msExchMailboxGuid=stable_guid(forest, "mailbox", alias).bytes_le,
        msExchRecipientTypeDetails=USER_MAILBOX if generation == "2007" else "",
        **homes,
        **attributes,
    )


def _named(layout: Layout, person: Person) -> TreeEntry:
    dn = join(rdn("CN", person.name), person.container, layout.forest.base_dn)
    alias = "".join(char for char in person.name.lower() if char.isalnum())[:20]
    if not person.server:
        return _mail_enabled(layout, person.kind, dn, alias)
    tenant = _tenant(layout.forest, person.server)
    homes = _homes(layout, tenant, mailbox_stores(layout, tenant)[0])
    if person.mta_on:
        homes["homeMTA"] = layout.mta(person.mta_on, tenant.generation)
    if person.server_name_on:
        homes["msExchHomeServerName"] = layout.legacy_server(person.server_name_on, tenant.generation)
    found = _mailbox(layout, person.kind, dn, alias, homes, generation=tenant.generation, displayName=person.name)
    if not person.mail:
        for name in ("mail", "proxyAddresses"):
            del found.attributes[name]
    return found


def _tenant(forest: Forest, name: str) -> Tenant:
    for cluster in forest.clusters:
        if name in (cluster.primary, cluster.standby):
            absent = cluster.absent_on_standby if name == cluster.standby else ()
            return Tenant(name, cluster.generation, cluster.groups(), cluster.computers, absent)
    for lone in forest.servers:
        if lone.name == name:
            return Tenant(name, lone.generation, lone.groups(), lone.computers, ())
    raise LookupError(f"the forest has no server {name}; name one of its clusters' or other servers")


def _mail_enabled(layout: Layout, kind: str, dn: str, alias: str) -> TreeEntry:
    """Someone with an address elsewhere: no homeMDB, so never part of a switch."""
    outside = f"{alias}@partner.invalid"
    attributes = {"mail": outside, "mailNickname": alias}
    if kind == "contact":
        return entry(dn, kind, displayName=alias, **attributes)
    return entry(dn, kind, sAMAccountName=alias, userAccountControl=NORMAL_ACCOUNT, **attributes)


def _mail_only(forest: Forest, layout: Layout) -> Iterator[TreeEntry]:
    for number in range(forest.mail_only_users):
        dn = join(f"CN=Partner {number}", "CN=Users", forest.base_dn)
        yield _mail_enabled(layout, "user", dn, f"partner{number}")
    for number in range(forest.contacts):
        dn = join(f"CN=Contact {number}", "CN=Users", forest.base_dn)
        yield _mail_enabled(layout, "contact", dn, f"contact{number}")
