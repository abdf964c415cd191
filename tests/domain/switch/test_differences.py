"""What a switch would change, on every trap that a text replacement falls into."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from ldap3.utils.dn import escape_rdn

from console.domain.directory import Mailbox
from console.domain.switch.differences import (
    directory_owner,
    mailbox_change,
    mailbox_remarks,
    pointer_changes,
    problems,
    store_changes,
    structure_changes,
    summary,
)
from console.domain.switch.direction import direction_to
from console.domain.switch.membership import compare, digest, survey
from console.domain.switch.names import spn_claim, spn_release
from console.domain.switch.spool import Sorted
from tests.domain.switch.organization import mailbox, names_of, pointer, server, view

PAIRS = [("EX1", "EX2"), ("SERVER1", "SERVER10"), ("MAIL", "MAIL2"), ("MAIL2", "MAIL")]


def moved(found: Mailbox, direction) -> Mailbox:  # type: ignore[no-untyped-def]
    """The mailbox after its change."""
    change = mailbox_change(direction, found)
    after = {c.attribute: c.after[0] for c in change.changes} if change else {}
    return replace(
        found,
        home_mdb=after.get("homeMDB", found.home_mdb),
        home_mta=after.get("homeMTA", found.home_mta),
        home_server=after.get("msExchHomeServerName", found.home_server),
    )


@pytest.mark.parametrize(("primary", "standby"), PAIRS)
@pytest.mark.parametrize("organization", ["Corp", "EX1 MAIL SERVER1"])
def test_a_mailbox_moves_by_component_and_back_to_the_same(primary: str, standby: str, organization: str) -> None:
    found = view(primary, standby, organization=organization)
    there, back = direction_to(found, standby), direction_to(found, primary)
    before = mailbox(found.primary)
    after = moved(before, there)
    assert after == mailbox(found.standby)
    assert mailbox_change(there, after) is None
    assert moved(after, back) == before


def test_each_store_goes_to_its_own_partner() -> None:
    found = view()
    second = mailbox(found.primary, home_mdb=found.primary.stores[2].dn)
    assert moved(second, direction_to(found, "EX2")).home_mdb == found.standby.stores[2].dn


@pytest.mark.parametrize("parts", range(1, 8))
def test_a_half_moved_mailbox_is_completed(parts: int) -> None:
    found = view()
    direction = direction_to(found, "EX2")
    start, goal = mailbox(found.primary), mailbox(found.standby)
    names = [name for bit, name in enumerate(("home_mdb", "home_mta", "home_server")) if parts & 1 << bit]
    half = replace(start, **{name: getattr(goal, name) for name in names})
    change = mailbox_change(direction, half)
    assert moved(half, direction) == goal
    assert len(change.changes if change else ()) == 3 - len(names)


def test_values_that_name_a_third_server_stay_and_are_said() -> None:
    found = view("SERVER1", "SERVER2")
    third = server("SERVER10")
    direction = direction_to(found, "SERVER2")
    stranger = mailbox(third)
    assert mailbox_change(direction, stranger) is None
    assert len(mailbox_remarks(direction, stranger)) == 3
    mixed = mailbox(found.primary, home_mta=third.mta_dn)
    assert moved(mixed, direction) == mailbox(found.standby, home_mta=third.mta_dn)
    assert [third.mta_dn in remark for remark in mailbox_remarks(direction, mixed)] == [True]
    assert mailbox_remarks(direction, mailbox(found.primary)) == ()


def test_what_is_not_set_stays_not_set() -> None:
    found = view()
    bare = mailbox(found.primary, home_mta="", home_server="")
    assert moved(bare, direction_to(found, "EX2")) == mailbox(found.standby, home_mta="", home_server="")


def test_case_and_blanks_do_not_make_a_difference() -> None:
    found = view()
    odd = mailbox(found.standby, home_mdb=found.standby.stores[0].dn.lower().replace(",", ", "))
    assert mailbox_change(direction_to(found, "EX2"), replace(odd, home_server=odd.home_server.upper())) is None


def test_only_stores_that_are_not_marked_are_marked() -> None:
    found = view()
    states = zip(found.standby.stores, (True, False, None), strict=True)
    stores = tuple(replace(store, overwritable=state) for store, state in states)
    found = replace(found, standby=replace(found.standby, stores=stores))
    changes = store_changes(direction_to(found, "EX2"))
    assert [c.changes[0].before for c in changes] == [("FALSE",), ()]
    assert {c.changes[0].after for c in changes} == {("TRUE",)}
    assert len(store_changes(direction_to(found, "EX1"))) == 3


def test_pointers_move_only_from_the_source() -> None:
    found = view("MAIL", "MAIL2")
    third = pointer("Other", server("MAIL3"))
    found = replace(found, pointers=(*found.pointers, third, pointer("There", found.standby)))
    changes = pointer_changes(direction_to(found, "MAIL2"))
    assert [c.guid for c in changes] == ["guid-RG", "guid-RUS", "guid-OAB"]
    assert {c.changes[0].after for c in changes} == {(found.standby.dn,)}


def test_names_are_released_before_they_are_claimed_and_are_the_same() -> None:
    direction = direction_to(view(), "EX2")
    release, claim = spn_release(direction), spn_claim(direction)
    assert release is not None
    assert claim is not None
    assert release.changes[0].before == claim.changes[0].after == names_of("EX1")
    kinds = [change.changes[0].attribute for change in structure_changes(direction)]
    assert kinds == ["msExchPatchMDB"] * 3 + ["servicePrincipalName"] * 2 + ["msExchRoutingMasterDN"] * 3
    assert [c.dn for c in structure_changes(direction)][3:5] == [release.dn, claim.dn]


def test_failback_takes_the_primarys_names_home_and_leaves_the_standbys_own() -> None:
    found = view(on_primary=(), on_standby=names_of("EX1"))
    release = spn_release(direction_to(found, "EX1"))
    assert release is not None
    assert release.dn == found.standby_computer.dn
    assert release.changes[0].before == names_of("EX1")
    assert spn_claim(direction_to(found, "EX2")) is None
    assert spn_release(direction_to(found, "EX2")) is None


def test_optional_names_move_only_where_they_are_held() -> None:
    six = names_of("EX1", ("HOST", "exchangeMDB", "exchangeRFR"))
    claim = spn_claim(direction_to(view(on_primary=(*six, "SMTP/EX1")), "EX2"))
    assert claim is not None
    assert claim.changes[0].after == (*six, "SMTP/EX1")


def test_names_lost_between_release_and_claim_are_all_claimed() -> None:
    claim = spn_claim(direction_to(view(on_primary=()), "EX2"))
    assert claim is not None
    assert claim.changes[0].after == names_of("EX1")


def test_mandatory_names_that_nobody_holds_are_claimed() -> None:
    claim = spn_claim(direction_to(view(on_primary=("HOST/EX1",)), "EX2"))
    assert claim is not None
    assert set(claim.changes[0].after) == set(names_of("EX1", ("HOST", "exchangeMDB", "exchangeRFR")))


def test_the_spelling_of_the_old_owner_is_kept() -> None:
    direction = direction_to(view(on_primary=("host/ex1", "HOST/ex1.corp.test")), "EX2")
    release, claim = spn_release(direction), spn_claim(direction)
    assert release is not None
    assert claim is not None
    assert release.changes[0].before == ("host/ex1", "HOST/ex1.corp.test")
    assert {"host/ex1", "HOST/ex1.corp.test"} <= set(claim.changes[0].after)
    assert "HOST/EX1" not in claim.changes[0].after


def test_a_name_in_foreign_hands_is_a_problem_with_a_remedy() -> None:
    found = view(elsewhere={"HOST/EX1": "CN=Thief,DC=corp,DC=test"})
    (reason,) = problems(direction_to(found, "EX2"))
    assert "CN=Thief" in reason.text
    assert "setspn -D" in reason.remedy


@pytest.mark.parametrize("attribute", ["legacy_dn", "mta_dn"])
def test_a_server_object_that_lacks_a_name_is_a_problem(attribute: str) -> None:
    found = view()
    found = replace(found, standby=replace(found.standby, **dict[str, Any]({attribute: ""})))
    (reason,) = problems(direction_to(found, "EX2"))
    assert reason.remedy


def test_the_directory_names_one_server_or_says_what_disagrees() -> None:
    assert directory_owner(view()) == directory_owner(view())
    assert (directory_owner(view()).server, directory_owner(view()).mixed) == ("EX1", "")
    there = directory_owner(view(on_primary=(), on_standby=names_of("EX1"), pointed="EX2"))
    assert (there.server, there.mixed) == ("EX2", "")
    half = directory_owner(view(on_primary=(), on_standby=names_of("EX1")))
    assert half.server == "EX2"
    assert "RG (msExchRoutingMasterDN) names EX1" in half.mixed
    split = directory_owner(view(on_primary=names_of("EX1")[2:], on_standby=names_of("EX1")[:2]))
    assert split.server == ""
    assert "split" in split.mixed
    lost = directory_owner(view(on_primary=()))
    assert lost.server == ""
    assert "nobody holds HOST/ex1.corp.test" in lost.mixed


def test_the_summary_counts_and_says_what_moving_host_does() -> None:
    told = summary(direction_to(view(notices=("No public store.",)), "EX2"))
    assert (told.stores, told.names, told.pointers) == (3, 10, 3)
    assert told.sentences[0].startswith("HOST/ex1.corp.test and HOST/EX1 move from the account of EX1 to that of EX2")
    assert told.sentences[1:] == ("No public store.",)
    done = summary(direction_to(view(on_primary=(), on_standby=names_of("EX1"), pointed="EX2"), "EX2"))
    assert (done.names, done.pointers, done.sentences) == (0, 0, ())


def test_a_survey_counts_what_changes_and_freezes_the_list() -> None:
    found = view()
    boxes = [
        mailbox(found.primary, guid="b"),
        mailbox(found.standby, guid="a"),
        mailbox(found.primary, guid="c", home_mdb=found.primary.stores[2].dn, home_mta="CN=Elsewhere"),
    ]
    told = survey(direction_to(found, "EX2"), iter(boxes), 5)
    assert (told.membership.count, told.membership.changing, told.membership.tolerance) == (3, 2, 5)
    assert told.membership.per_store == {"first/mailboxes": 2, "second/mailboxes": 1}
    assert told.membership.digest == digest(["c", "a", "b"])
    assert len(told.remarks) == 1
    assert "EX1 or EX2" in told.membership.rule


@given(st.frozensets(st.sampled_from("abcdef")), st.frozensets(st.sampled_from("abcdef")))
def test_the_lists_of_then_and_now_are_compared(planned: frozenset[str], now: frozenset[str]) -> None:
    with Sorted(planned) as then, Sorted(now) as later:
        drift = compare(then, later)
    assert (drift.come, drift.gone) == (len(now - planned), len(planned - now))
    assert drift.count == len(planned ^ now)
    assert (digest(planned) == digest(now)) == (planned == now)


def test_many_strange_values_are_counted_rather_than_listed() -> None:
    found = view()
    boxes = [mailbox(found.primary, guid=str(number), home_mta="CN=Elsewhere") for number in range(120)]
    remarks = survey(direction_to(found, "EX2"), boxes, 0).remarks
    assert len(remarks) == 51
    assert "70 more" in remarks[-1]


SERVER_NAMES = st.text("EXMAIL12-", min_size=1, max_size=6).filter(lambda name: name.strip("-"))


@given(SERVER_NAMES, SERVER_NAMES, st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1))
def test_whatever_servers_and_organization_are_called_there_and_back_is_the_same(
    one: str, other: str, organization: str
) -> None:
    assume(one != other and organization.strip())
    found = view(one, other, organization=escape_rdn(organization))
    for start in (found.primary, found.standby):
        there = moved(mailbox(start), direction_to(found, other))
        assert there == mailbox(found.standby)
        assert moved(there, direction_to(found, one)) == mailbox(found.primary)
