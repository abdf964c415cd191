"""The adapter's contract on both directories: reading, paging, addressing, compare-and-set."""

import dataclasses

import pytest

from console.adapters.ldap import LdapDirectories
from console.adapters.ldap.limits import Limits
from console.domain.directory import AttributeChange, EntryChange, Modified
from console.domain.filters import AllOf, AnyOf, Equal, Not, Present
from console.domain.ports import DirectorySession
from console.domain.switch.direction import direction_to
from console.domain.switch.names import spn_claim, spn_release
from tests.adapters.ldap.site import SteppingClock, cluster_of, directory_of, view_of
from tests.directory.backends import Backend
from tests.directory.conftest import FOREST

USERS = AllOf((Equal("objectCategory", "person"), Present("homeMDB")))


def user(session: DirectorySession) -> EntryChange:
    """Some mailbox, with a change of its server name that is made up."""
    entry = next(session.search(FOREST.base_dn, USERS, ("msExchHomeServerName",)))
    before = entry.one("msExchHomeServerName")
    change = AttributeChange("msExchHomeServerName", (before,), ("/o=Elsewhere/cn=X",))
    return EntryChange(entry.dn, entry.guid, (change,))


def only(change: EntryChange, attribute: str, before: tuple[str, ...], after: tuple[str, ...]) -> EntryChange:
    return dataclasses.replace(change, changes=(AttributeChange(attribute, before, after),))


def test_it_tells_who_answers_and_as_whom(backend: Backend, directories: LdapDirectories) -> None:
    with directories.open(directory_of(backend)) as session:
        controller = session.controller()
        account, administrator = session.bound_as()
    assert controller.dns_name.casefold() == "dc1.example.test"
    assert controller.default_context == "DC=example,DC=test"
    assert controller.configuration_context == "CN=Configuration,DC=example,DC=test"
    assert controller.domain_contexts == ("DC=example,DC=test",)
    assert controller.other_domains == ()
    assert not controller.read_only
    assert abs(controller.clock_offset) < 60
    assert "svc-changeover" in account
    assert administrator is False


def test_a_search_goes_over_many_pages(backend: Backend) -> None:
    for page in (1, 3, 500):
        with LdapDirectories(SteppingClock(), Limits(page=page)).open(directory_of(backend)) as session:
            found = [entry.dn for entry in session.search(FOREST.base_dn, USERS, ("cn",))]
        assert len(found) == len(set(found)) == 16


def test_names_with_special_characters_are_found_exactly(backend: Backend, directories: LdapDirectories) -> None:
    unit = r"OU=Sales\, Asia (Osaka),OU=Staff,DC=example,DC=test"
    with directories.open(directory_of(backend)) as session:
        entry = session.read(unit, ["ou"])
        assert entry is not None
        assert entry.one("ou") == "Sales, Asia (Osaka)"
        found = list(session.search(FOREST.base_dn, Equal("ou", "Sales, Asia (Osaka)"), ("ou",)))
        assert [e.guid for e in found] == [entry.guid]
        assert list(session.search(FOREST.base_dn, Equal("ou", "Sales*"), ("ou",))) == []
        below = list(session.search(unit, Equal("objectCategory", "person"), ("cn",), subtree=False))
        assert below
        assert all(e.dn.casefold().endswith(unit.casefold()) for e in below)


def test_filters_combine(backend: Backend, directories: LdapDirectories) -> None:
    what = AllOf((Equal("objectClass", "msExchExchangeServer"), AnyOf((Equal("cn", "EXCHA"), Equal("cn", "EXCHB")))))
    without = AllOf((what, Not(Equal("cn", "excha"))))
    with directories.open(directory_of(backend)) as session:
        base = session.controller().configuration_context
        assert sorted(e.one("cn") for e in session.search(base, what, ("cn",))) == ["EXCHA", "EXCHB"]
        assert [e.one("cn") for e in session.search(base, without, ("cn",))] == ["EXCHB"]


def test_an_object_is_read_by_name_and_by_guid_and_may_be_missing(
    backend: Backend, directories: LdapDirectories
) -> None:
    with directories.open(directory_of(backend)) as session:
        entry = next(session.search(FOREST.base_dn, USERS, ("cn",)))
        assert session.read(entry.dn, ["cn"]) == entry
        assert session.read(f"<GUID={entry.guid}>", ["cn"]) == entry
        assert session.read("CN=Nobody,DC=example,DC=test", ["cn"]) is None
        assert list(session.search("CN=Nobody,DC=example,DC=test", USERS, ("cn",))) == []


def test_a_change_is_applied_once_and_then_already_there(backend: Backend, directories: LdapDirectories) -> None:
    with directories.open(directory_of(backend)) as session:
        change = user(session)
        assert session.modify(change) == Modified("applied")
        assert session.modify(change) == Modified("applied", "already")
        entry = session.read(change.dn, ["msExchHomeServerName"])
        assert entry is not None
        assert entry.one("msExchHomeServerName") == "/o=Elsewhere/cn=X"


def test_a_value_that_somebody_else_changed_is_a_conflict_and_stays(
    backend: Backend, directories: LdapDirectories
) -> None:
    with directories.open(directory_of(backend)) as session:
        change = user(session)
        session.modify(change)
        other = only(change, "msExchHomeServerName", change.changes[0].before, ("/o=Third",))
        result = session.modify(other)
        assert result.outcome == "conflict"
        assert "/o=Elsewhere/cn=X" in result.detail
        unset = only(change, "msExchHomeServerName", (), ("/o=Third",))
        assert session.modify(unset).outcome in {"conflict", "refused"}
        entry = session.read(change.dn, ["msExchHomeServerName"])
        assert entry is not None
        assert entry.all("msExchHomeServerName") == ("/o=Elsewhere/cn=X",)


def test_nothing_of_a_change_is_applied_when_a_part_does_not_fit(
    backend: Backend, directories: LdapDirectories
) -> None:
    with directories.open(directory_of(backend)) as session:
        change = user(session)
        wrong = AttributeChange("homeMTA", ("CN=Nowhere,DC=example,DC=test",), change.changes[0].before)
        assert session.modify(dataclasses.replace(change, changes=(*change.changes, wrong))).outcome != "applied"
        entry = session.read(change.dn, ["msExchHomeServerName"])
        assert entry is not None
        assert entry.all("msExchHomeServerName") == change.changes[0].before


def test_a_renamed_object_is_found_by_its_guid_and_one_without_guid_by_its_name(
    backend: Backend, directories: LdapDirectories
) -> None:
    with directories.open(directory_of(backend)) as session:
        change = user(session)
        assert session.modify(dataclasses.replace(change, dn="CN=Former Name,DC=example,DC=test")).outcome == "applied"
        back = only(change, "msExchHomeServerName", change.changes[0].after, change.changes[0].before)
        assert session.modify(dataclasses.replace(back, guid="")).outcome == "applied"
        entry = session.read(change.dn, ["msExchHomeServerName"])
        assert entry is not None
        assert entry.all("msExchHomeServerName") == change.changes[0].before


def test_a_missing_object_and_a_missing_target_are_told_apart(backend: Backend, directories: LdapDirectories) -> None:
    with directories.open(directory_of(backend)) as session:
        change = user(session)
        gone = dataclasses.replace(change, guid="00000000-0000-4000-8000-000000000000", dn="CN=Gone,DC=example,DC=test")
        assert session.modify(gone).outcome == "missing"
        entry = session.read(change.dn, ["homeMDB"])
        assert entry is not None
        nowhere = "CN=Gone Store,DC=example,DC=test"
        result = session.modify(only(change, "homeMDB", entry.all("homeMDB"), (nowhere,)))
        assert result.outcome == "refused"
        assert nowhere in result.detail


def test_a_name_that_another_account_holds_is_refused_with_its_holder(
    backend: Backend, directories: LdapDirectories
) -> None:
    with directories.open(directory_of(backend, "administrator")) as session:
        view = view_of(session, cluster_of(backend))
        taken = next(spn for spn in view.primary_computer.spns if spn.startswith("exchangeMDB/"))
        standby = view.standby_computer
        claim = AttributeChange("servicePrincipalName", (), (taken,))
        result = session.modify(EntryChange(standby.dn, standby.guid, (claim,)))
    assert result.outcome == "refused"
    assert taken in result.detail
    assert view.primary_computer.dn in result.detail


def test_an_account_without_the_right_is_refused_object_by_object(
    backend: Backend, directories: LdapDirectories
) -> None:
    with directories.open(directory_of(backend, "reader")) as session:
        change = user(session)
        result = session.modify(change)
        assert result.outcome == "refused"
        assert "msExchHomeServerName" in result.detail
        assert session.writable(change.dn).isdisjoint({"homemdb", "homemta", "msexchhomeservername"})


def test_many_changes_come_back_each_with_its_own_result(backend: Backend, directories: LdapDirectories) -> None:
    with directories.open(directory_of(backend)) as session:
        entries = list(session.search(FOREST.base_dn, USERS, ("msExchHomeServerName",)))
        changes = [
            EntryChange(
                entry.dn,
                entry.guid if index else "00000000-0000-4000-8000-000000000000",
                (AttributeChange("msExchHomeServerName", entry.all("msExchHomeServerName"), (f"/o={index}",)),),
            )
            for index, entry in enumerate(entries)
        ]
        results = dict(session.modify_many(changes, window=5))
        assert len(results) == 16
        assert results[changes[0]].outcome == "missing"
        assert {results[change].outcome for change in changes[1:]} == {"applied"}
        for index, change in enumerate(changes[1:], start=1):
            entry = session.read(change.dn, ["msExchHomeServerName"])
            assert entry is not None
            assert entry.one("msExchHomeServerName") == f"/o={index}"


def test_a_reader_that_leaves_early_leaves_no_request_unanswered(
    backend: Backend, directories: LdapDirectories
) -> None:
    with directories.open(directory_of(backend)) as session:
        entries = list(session.search(FOREST.base_dn, USERS, ("msExchHomeServerName",)))
        values = [(e, e.all("msExchHomeServerName")) for e in entries]
        changes = [
            EntryChange(e.dn, e.guid, (AttributeChange("msExchHomeServerName", v, ("/o=N",)),)) for e, v in values
        ]
        running = session.modify_many(changes, window=4)
        next(running)
        running.close()  # type: ignore[attr-defined]
        assert len(list(session.search(FOREST.base_dn, Equal("msExchHomeServerName", "/o=N"), ()))) == 4
        assert session.controller().dns_name


def test_a_name_that_has_moved_on_already_is_not_deleted_again(backend: Backend, directories: LdapDirectories) -> None:
    cluster = cluster_of(backend)
    with directories.open(cluster.directory) as session:
        view = view_of(session, cluster)
        release, claim = spn_release(direction_to(view, "EXCHB")), spn_claim(direction_to(view, "EXCHB"))
        assert release is not None
        assert claim is not None
        assert [session.modify(change) for change in (release, claim)] == [Modified("applied")] * 2
        assert [session.modify(change) for change in (release, claim)] == [Modified("applied", "already")] * 2


def test_a_domain_administrator_is_known_by_the_groups_of_its_token(
    backend: Backend, directories: LdapDirectories
) -> None:
    with directories.open(directory_of(backend, "administrator")) as session:
        account, administrator = session.bound_as()
    assert "Administrator" in account
    assert administrator is True


@pytest.mark.parametrize("security", ["ldaps", "starttls"])
def test_both_kinds_of_encryption_work(backend: Backend, directories: LdapDirectories, security: str) -> None:
    port = backend.address.tls_port if security == "ldaps" else backend.address.port
    with directories.open(directory_of(backend, security=security, port=port)) as session:
        assert session.controller().default_context == "DC=example,DC=test"
