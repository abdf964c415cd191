"""The dsacls lines: who gets what, on which objects, and that no name in them can act on cmd.exe."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain import dn
from console.domain.delegation.dsacls import computer_account, delegations, line
from console.domain.delegation.grants import Grant
from console.domain.directory import Rights
from console.domain.errors import Unquotable
from console.domain.quoting import cmd_line, name_for_cmd
from tests.delegation.granting import read
from tests.domain.switch.organization import CONTROLLER, view

DOMAIN = "DC=corp,DC=test"
VIEW = view("EXCHA", "EXCHB", controller=replace(CONTROLLER, default_context=DOMAIN, domain_contexts=(DOMAIN,)))
HOMES = ("homeMDB", "homeMTA", "msExchHomeServerName")


def test_three_accounts_get_rights_the_console_and_both_computers() -> None:
    console, primary, standby = delegations(VIEW)
    assert [one.account for one in (console, primary, standby)] == [r"CORP\changeover", r"CORP\EXCHA$", r"CORP\EXCHB$"]
    assert console.lines()[0] == (
        r'dsacls DC=corp,DC=test /I:S /G "CORP\changeover:RPWP;homeMDB;user" "CORP\changeover:RPWP;homeMTA;user" '
        r'"CORP\changeover:RPWP;msExchHomeServerName;user"'
    )


def test_each_attribute_is_granted_where_it_is_needed_and_nowhere_else() -> None:
    (console, *_) = delegations(VIEW)
    granted = [(one.dn, one.kind, one.attributes) for one in map(read, console.lines())]
    computers = [(one.dn, "", ("servicePrincipalName",)) for one in (VIEW.primary_computer, VIEW.standby_computer)]
    people = [("DC=corp,DC=test", kind, HOMES) for kind in ("user", "inetOrgPerson")]
    pointers = [(one.dn, "", (one.attribute,)) for one in VIEW.pointers]
    stores = [
        (server.dn, kind, ("msExchPatchMDB",))
        for server in (VIEW.primary, VIEW.standby)
        for kind in ("msExchPrivateMDB", "msExchPublicMDB")
        if kind == "msExchPrivateMDB" or any(store.public for store in server.stores)
    ]
    assert sorted(granted) == sorted([*computers, *people, *pointers, *stores])


def test_a_node_may_mark_the_stores_of_its_own_server_alone() -> None:
    for one, server in zip(delegations(VIEW)[1:], (VIEW.primary, VIEW.standby), strict=True):
        marked = {found.dn for found in map(read, one.lines()) if "msExchPatchMDB" in found.attributes}
        assert marked == {server.dn}


def test_the_containers_of_people_can_be_named_instead_of_the_whole_domain() -> None:
    found = [read(text) for text in delegations(VIEW, ["OU=Staff,DC=corp,DC=test"])[0].lines()]
    assert {one.dn for one in found if one.attributes == HOMES} == {"OU=Staff,DC=corp,DC=test"}


def test_a_computer_account_is_named_by_the_domains_dns_name_when_its_short_one_is_not_told() -> None:
    assert computer_account("EXCHA", "changeover@corp.test", VIEW.controller) == "EXCHA$@corp.test"


@pytest.mark.parametrize("account", ['CORP\\a" & del x', "CORP\\%TEMP%", "CORP\\a!b"])
def test_an_account_whose_name_would_act_on_cmd_is_refused(account: str) -> None:
    hostile = replace(VIEW, rights=Rights(account, False, ()))
    with pytest.raises(Unquotable):
        delegations(hostile)[0].lines()


@pytest.mark.parametrize(
    ("name", "written"),
    [
        (r"CN=Say \"hi\",DC=x", r"CN=Say \22hi\22,DC=x"),
        ("CN=100%,DC=x", r"CN=100\25,DC=x"),
        (r"CN=Doe\, Jane,DC=x", r"CN=Doe\, Jane,DC=x"),
        (r"CN=a\\b & c,DC=x", r"CN=a\\b & c,DC=x"),
        ("CN=“quoted”,DC=x", r"CN=\E2\80\9Cquoted\E2\80\9D,DC=x"),
    ],
)
def test_a_name_that_cmd_would_act_on_is_written_in_another_way(name: str, written: str) -> None:
    assert name_for_cmd(name) == written
    assert written in line(Grant(name, ("x",)), r"CORP\a")


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_whatever_a_name_holds_it_stays_the_same_name_and_can_be_passed(value: str) -> None:
    escaped = "".join(f"\\{char}" if char in '\\,+"<>;= #' else char for char in value)
    name = f"CN={escaped},DC=corp,DC=test"
    assert dn.key(name_for_cmd(name)) == dn.key(name)
    assert cmd_line(("dsacls", name_for_cmd(name)))
