"""Whole moves on a real domain controller, in a forest in which every trap of a careless switch is laid at once."""

from dataclasses import replace

import ldap3
import pytest

from console.domain.checks import Refusal
from console.domain.outcome import Status
from tests.adapters.ldap.site import directory_of
from tests.directory.snapshot import Snapshot, difference
from tests.moves.ground import Ground, at_beat
from tests.moves.trapped import all_of_it

pytestmark = pytest.mark.samba

FIRST = pytest.mark.parametrize("ground", ["samba-2003"], indirect=True)
HOMES = ("homeMDB", "homeMTA", "msExchHomeServerName")


def on_cluster(name: str) -> pytest.MarkDecorator:
    """The cluster of that name in the trapped forest."""
    return pytest.mark.parametrize("ground", [f"samba-{name}"], indirect=True)


def there_and_back(ground: Ground) -> tuple[Snapshot, Snapshot]:
    """The directory before and after a failover and a failback that both succeeded."""
    before = all_of_it(ground.backend)
    for kind in ("failover", "failback"):
        ending = ground.move(kind)
        assert (ending.status, ending.todo) == (Status.SUCCEEDED, ())
    assert ground.owner() == ground.source
    return before, all_of_it(ground.backend)


@pytest.mark.parametrize("ground", ["samba-2007", "samba-similar-names"], indirect=True)
def test_there_and_back_leaves_only_the_mount_flags(ground):
    assert {attribute for _, attribute in difference(*there_and_back(ground))} == {"msExchPatchMDB"}


@on_cluster("standby-contains-primary")
def test_half_moved_mailboxes_of_a_server_whose_name_the_other_contains_are_whole_afterwards(ground):
    before, after = there_and_back(ground)
    half = {dn: found for dn, found in before.items() if dn.startswith("CN=Moved")}
    assert len(half) == 3
    assert all(len({b"MAIL2" in b"".join(found[name]) for name in HOMES}) == 2 for found in half.values())
    assert {name for _, name in difference(before, after)} <= {"msExchPatchMDB", "homeMTA", "msExchHomeServerName"}
    values = [value for dn in half for name in HOMES for value in after[dn][name]]
    assert not any(b"MAIL2" in value for value in values)
    assert all(b"cn=mail" in value.lower() for value in values)


@on_cluster("similar-names")
def test_mailboxes_of_servers_with_similar_names_are_not_touched(ground):
    before = all_of_it(ground.backend)
    strangers = {
        dn
        for dn, found in before.items()
        if "sAMAccountName" in found and b"".join(found.get("msExchHomeServerName", ())).endswith((b"10", b"20"))
    }
    assert len(strangers) == 4
    assert ground.move("failover").status is Status.SUCCEEDED
    assert not strangers & {dn for dn, _ in difference(before, all_of_it(ground.backend))}


@FIRST
def test_an_organization_called_like_the_server_keeps_its_name_and_awkward_units_their_people(ground):
    home = ground.backend.layout.server("EXCH", "2003").encode()
    before = all_of_it(ground.backend)
    people = {dn for dn, found in before.items() if ",OU=" in dn and home in b"".join(found.get("homeMDB", ()))}
    assert len(people) == 10
    assert sum("Sales\\, Asia (Osaka)" in dn for dn in people) == 4
    assert ground.move("failover").status is Status.SUCCEEDED
    after = all_of_it(ground.backend)
    for dn in people:
        for name in HOMES:
            (value,) = after[dn][name]
            assert b"EXCH Org" in value
            assert b"cn=spare" in value.lower()
            assert b"cn=exch," not in value.lower()


@FIRST
def test_a_store_whose_flag_was_taken_back_does_not_mount_and_the_move_fails_by_its_name(ground):
    plan = ground.plan("failover")
    (change,) = (c for c in plan.step("mount-flags").changes if c.dn.startswith("CN=Public Folder Store"))
    unread = replace(plan, steps=tuple(step for step in plan.steps if step.key != "verify-directory"))

    def forget() -> None:
        with ground.administrator() as connection:
            assert connection.modify(change.dn, {"msExchPatchMDB": [(ldap3.MODIFY_REPLACE, ["FALSE"])]})

    ending = ground.perform(unread, at_beat("pointers", forget))
    assert (ending.status, ending.step) == (Status.FAILED, "stores-mounted")
    assert "public folder store" in ending.summary.casefold()


@FIRST
def test_a_store_of_the_target_deleted_after_the_plan_voids_it_before_anything_is_changed(ground):
    made = [
        ground.backend.layout.store(server, "2003", "First Storage Group", "Short-lived Store")
        for server in (ground.source, ground.target)
    ]
    with ground.administrator() as connection:
        for dn in made:
            assert connection.add(dn, "msExchPrivateMDB", {"deliveryMechanism": 0}), connection.result
        plan = ground.plan("failover")
        assert connection.delete(made[1]), connection.result
        writes = ground.writes()
        ending = ground.perform(plan)
        assert ground.writes() == writes
    assert (ending.status, ending.step, ending.changed) == (Status.FAILED, "recheck", False)
    assert made[1] in ending.summary
    assert ground.effects("service", "group") == []


@FIRST
def test_an_account_that_may_only_read_is_refused_and_an_administrator_is_warned_of(ground):
    reader = ground.cluster(directory=directory_of(ground.backend, "reader"))
    with pytest.raises(Refusal) as refused:
        ground.plan("failover", cluster=reader)
    (reason,) = refused.value.reasons
    assert reason.key == "directory.rights"
    assert "Delegate" in reason.remedy
    administrator = ground.cluster(directory=directory_of(ground.backend, "administrator"))
    checks = {check.key: check.verdict for check in ground.plan("failover", cluster=administrator).checks}
    assert (checks["directory.rights"], checks["directory.account"]) == ("pass", "warn")
