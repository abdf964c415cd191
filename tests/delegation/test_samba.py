"""A real domain controller: the printed lines, done to it, suffice for a whole switch; any one left out is told."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import ldap3
import pytest

from console.adapters.clock import SystemClock
from console.adapters.ldap import LdapDirectories
from console.adapters.ldap.session import LdapSession
from console.catalog import generation
from console.domain.access_lists import EVERYBODY, may_write
from console.domain.checks import Check
from console.domain.delegation.checking import Delegated, look
from console.domain.directory import DirectoryView
from console.domain.switch.reading import read_directory
from console.domain.topology import Cluster
from console.lab.directory.layout import Layout
from tests.adapters.ldap.site import cluster_of, switch
from tests.delegation import granting
from tests.directory.backends import Backend
from tests.directory.snapshot import Snapshot, difference
from tests.moves.conftest import samba_factory, trapped
from tests.moves.trapped import all_of_it, put_right

pytestmark = pytest.mark.samba
__all__ = ["samba_factory", "trapped"]

BARE = "reader"
"""The role of an account that was given nothing yet."""
ATTRIBUTES = ("homeMDB", "homeMTA", "msExchHomeServerName", "servicePrincipalName", "msExchPatchMDB", "offLineABServer")


@dataclass
class Site:
    """The first cluster of the forest, reached with an account that has been given nothing."""

    backend: Backend
    admin: Any

    @property
    def cluster(self) -> Cluster:
        return cluster_of(self.backend, role=BARE)

    def open(self) -> Any:
        return LdapDirectories(SystemClock()).open(self.cluster.directory)

    def view(self, session: LdapSession) -> DirectoryView:
        return read_directory(session, self.cluster, generation("2003"))

    def look(self) -> Delegated:
        with self.open() as session:
            return look(session, self.view(session))

    def sids(self, found: Delegated) -> dict[str, bytes]:
        with self.open() as session:
            view = self.view(session)
        names = [self.backend.forest.account_dn(BARE), view.primary_computer.dn, view.standby_computer.dn]
        accounts = [one.account for one in found.delegations]
        return {account: granting.sid(self.admin, name) for account, name in zip(accounts, names, strict=True)}


@pytest.fixture(scope="module")
def site(trapped: tuple[Backend, Snapshot]) -> Iterator[Site]:
    """With one mailbox of an inetOrgPerson, whom rights of users do not reach."""
    backend, _ = trapped
    layout: Layout = backend.layout
    with backend.connect("administrator") as admin:
        store = layout.store("EXCH", "2003", "First Storage Group", "Mailbox Store")
        homes = {
            "homeMDB": store,
            "homeMTA": layout.mta("EXCH", "2003"),
            "msExchHomeServerName": layout.legacy_server("EXCH", "2003"),
        }
        dn = f"CN=Inet Person,CN=Users,{backend.forest.base_dn}"
        account = {"sAMAccountName": "inetperson", "userAccountControl": "544", "sn": "Person"}
        assert admin.add(dn, "inetOrgPerson", {**account, **homes}), admin.result
        yield Site(backend, admin)


@pytest.fixture
def as_before(site: Site) -> Iterator[None]:
    """Every access list that a line touches is put back."""
    found = site.look()
    touched = {granting.read(line).dn for one in found.delegations for line in one.lines()}
    kept = {dn: granting.access_list(site.admin, dn) for dn in touched}
    yield
    for dn, descriptor in kept.items():
        granting.put_access_list(site.admin, dn, descriptor)


def one(checks: tuple[Check, ...], key: str, about: str = "") -> Check:
    (found,) = (check for check in checks if check.key == key and (not about or check.about == about))
    return found


def test_before_anything_is_granted_every_line_is_missing(site: Site) -> None:
    found = site.look()
    check = one(found.checks, "directory.rights")
    assert check.verdict == "fail"
    assert check.evidence.splitlines() == list(found.delegations[0].lines())


@pytest.mark.usefixtures("as_before")
def test_the_printed_lines_suffice_for_a_whole_switch_there_and_back(site: Site) -> None:
    before = all_of_it(site.backend)
    found = site.look()
    granting.grant(site.admin, found.delegations[0].lines(), site.sids(found))
    found = site.look()
    assert one(found.checks, "directory.rights").verdict == "pass"
    assert one(found.checks, "directory.account").verdict == "pass"
    with put_right(site.backend, before):
        with site.open() as session:
            switch(session, site.cluster, "SPARE")
            moved = difference(before, all_of_it(site.backend))
            switch(session, site.cluster, "EXCH")
        left = {attribute for _, attribute in difference(before, all_of_it(site.backend))}
    assert {attribute for _, attribute in moved} >= set(ATTRIBUTES)
    assert left == {"msExchPatchMDB"}


@pytest.mark.usefixtures("as_before")
def test_whichever_line_is_left_out_the_check_says_which(site: Site) -> None:
    found = site.look()
    lines, sids = found.delegations[0].lines(), site.sids(found)
    for left_out in lines:
        with_it = {granting.read(line).dn: granting.access_list(site.admin, granting.read(line).dn) for line in lines}
        granting.grant(site.admin, tuple(line for line in lines if line != left_out), sids)
        check = one(site.look().checks, "directory.rights")
        assert check.verdict == "fail", left_out
        assert left_out in check.evidence.splitlines()
        named = {text.split()[0] for text in check.reason.partition("not write ")[2].split("; ") if " on " in text}
        assert named == set(granting.read(left_out).attributes)
        for dn, descriptor in with_it.items():
            granting.put_access_list(site.admin, dn, descriptor)


@pytest.mark.usefixtures("as_before")
def test_the_nodes_own_accounts_are_judged_from_the_access_lists(site: Site) -> None:
    found = site.look()
    nodes = [check for check in found.checks if check.key == "directory.node-rights"]
    assert [check.verdict for check in nodes] == ["warn", "warn"]
    sids = site.sids(found)
    for delegation in found.delegations[1:]:
        granting.grant(site.admin, delegation.lines(), sids)
    nodes = [check for check in site.look().checks if check.key == "directory.node-rights"]
    assert [check.verdict for check in nodes] == ["pass", "pass"], nodes


@pytest.mark.usefixtures("as_before")
def test_what_is_read_from_an_access_list_is_what_the_controller_says_of_the_account(site: Site) -> None:
    found = site.look()
    granting.grant(site.admin, found.delegations[0].lines()[::2], site.sids(found))
    with site.open() as session:
        view = site.view(session)
        sids = {*session.token(site.backend.forest.account_dn(BARE)), *EVERYBODY}
        guids = session.attribute_guids(ATTRIBUTES)
        asked = [one.dn for one in (*view.primary.stores, view.primary_computer, view.standby_computer, *view.pointers)]
        asked += [f"CN=Inet Person,CN=Users,{site.backend.forest.base_dn}"]
        for dn in asked:
            writable, entries = session.writable(dn), session.access_list(dn)
            assert entries is not None
            told = {name for name in ATTRIBUTES if may_write(entries, sids, guids[name.casefold()])}
            schema = session.read(dn, ["allowedAttributes"])
            assert schema is not None
            allowed = {name.casefold() for name in schema.all("allowedAttributes")}
            assert {name for name in told if name.casefold() in allowed} == {
                name for name in ATTRIBUTES if name.casefold() in writable
            }, dn


@pytest.mark.usefixtures("as_before")
def test_mailboxes_of_protected_accounts_are_named_with_lines_of_their_own(site: Site) -> None:
    dn = f"CN=Inet Person,CN=Users,{site.backend.forest.base_dn}"
    assert site.admin.modify(dn, {"adminCount": [(ldap3.MODIFY_REPLACE, ["1"])]}), site.admin.result
    found = site.look()
    check = one(found.checks, "directory.protected")
    assert (check.verdict, check.evidence) == ("warn", dn)
    lines = [line for extra in found.for_protected for line in extra.lines()]
    assert [granting.read(line).dn for line in lines] == [
        f"CN=AdminSDHolder,CN=System,{site.backend.forest.base_dn}"
    ] * len(found.delegations)
    assert site.admin.modify(dn, {"adminCount": [(ldap3.MODIFY_DELETE, [])]}), site.admin.result
