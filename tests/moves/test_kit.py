"""The kit, applied by OpenLDAP's ldapmodify, gives the directory that the console's own switch gives."""

import os
import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from console.domain.kit.records import FLAGS, MAILBOXES, NAMES, PARTS, Record, kit_records
from console.domain.kit.runner import Applied, Sent, apply_records, split
from console.domain.outcome import Status
from console.domain.switch.reading import mailboxes
from tests.directory.snapshot import Snapshot, difference
from tests.moves.ground import BOTH, Ground
from tests.moves.trapped import SPN, all_of_it, put_right

EVERYWHERE = pytest.mark.parametrize(
    "ground",
    [
        "2003",
        pytest.param("2007", marks=pytest.mark.slow),
        *(
            pytest.param(f"samba-{name}", marks=pytest.mark.samba)
            for name in ("2003", "2007", "standby-contains-primary", "similar-names")
        ),
    ],
    indirect=True,
)


def kit(ground: Ground, node: str = "") -> list[Record]:
    """The records that point the directory at a node, the standby by default, made from what is true now."""
    with ground.open() as field:
        view = field.read_directory()
        return list(kit_records(view, node or ground.target, mailboxes(field.directory(), view)))


def switched(ground: Ground) -> Snapshot:
    """The directory after the console's own failover; everything is put right again."""
    with put_right(ground.backend, all_of_it(ground.backend)):
        ending = ground.move("failover")
        assert (ending.status, ending.todo) == (Status.SUCCEEDED, ())
        return all_of_it(ground.backend)


class Ldapmodify:
    """Hands records to OpenLDAP's program, which ends at the first that is refused; counts its runs."""

    def __init__(self, ground: Ground, folder: Path, *, tells: bool = True) -> None:
        """With `tells` false it does not say how far it came."""
        self.backend, self.folder, self.tells = ground.backend, folder, tells
        self.runs = 0

    def __call__(self, records: Sequence[str]) -> Sent:
        self.runs += 1
        account = self.backend.forest.account("service")
        (self.folder / "batch.ldf").write_text("\n".join(records), encoding="ascii")
        (self.folder / "password").write_text(account.password, encoding="utf-8")
        address = f"ldaps://{self.backend.address.host}:{self.backend.address.tls_port}"
        argv = ["ldapmodify", "-x", "-H", address, "-D", f"{account.name}@{self.backend.forest.domain}"]
        argv += ["-y", str(self.folder / "password"), "-f", str(self.folder / "batch.ldf")]
        env = {**os.environ, "LDAPTLS_CACERT": str(self.backend.authority), "LDAPTLS_REQCERT": "demand"}
        done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=60, check=False)
        begun = len(re.findall("^modifying entry", done.stdout, re.MULTILINE))
        assert begun, done.stderr
        return Sent(done.returncode, begun - 1 if self.tells else None)


Apply = Callable[[Sequence[Record]], Applied]


def applied(ground: Ground, folder: Path, records: Sequence[Record], *, tells: bool = True, batch: int = 7) -> Applied:
    """What became of the records, written to a file and read from it as on a node."""
    text = "version: 1\n" + "".join(record.text for record in records)
    return apply_records(tuple(split(text)), Ldapmodify(ground, folder, tells=tells), batch=batch)


@EVERYWHERE
def test_it_gives_the_same_directory_as_the_consoles_own_switch(ground: Ground, tmp_path: Path) -> None:
    after = switched(ground)
    records = kit(ground)
    assert [PARTS.index(record.part) for record in records] == sorted(PARTS.index(record.part) for record in records)
    assert {FLAGS, NAMES, MAILBOXES} <= {record.part for record in records}
    done = applied(ground, tmp_path, records)
    assert (done.conflicts, done.untried, done.applied) == ((), 0, len(records))
    assert difference(after, all_of_it(ground.backend)) == {}


@pytest.mark.slow
@BOTH
def test_applied_twice_it_gives_the_same_and_keeps_what_was_right_already(ground: Ground, tmp_path: Path) -> None:
    after, records = switched(ground), kit(ground)
    applied(ground, tmp_path, records)
    again = applied(ground, tmp_path, records)
    assert difference(after, all_of_it(ground.backend)) == {}
    assert again.applied == sum(record.part == FLAGS for record in records)
    assert [conflict.number for conflict in again.conflicts] == [
        number for number, record in enumerate(records, 1) if record.part != FLAGS
    ]


@BOTH
@pytest.mark.slow
@pytest.mark.parametrize("tells", [True, False], ids=["told-how-far", "not-told"])
def test_it_goes_on_from_wherever_it_was_left(ground: Ground, tmp_path: Path, tells: bool) -> None:
    after, records = switched(ground), kit(ground)
    before = all_of_it(ground.backend)
    names = [number for number, record in enumerate(records) if record.part == NAMES]
    for left in (1, names[len(names) // 2], names[-1] + 2, len(records) - 1):
        with put_right(ground.backend, before):
            applied(ground, tmp_path, records[:left])
            done = applied(ground, tmp_path, records, tells=tells)
            assert difference(after, all_of_it(ground.backend)) == {}
            flags = sum(record.part == FLAGS for record in records[:left])
            if tells:
                assert len(done.conflicts) == left - flags


@pytest.mark.slow
@BOTH
def test_a_deleted_mailbox_and_one_moved_elsewhere_hold_up_no_other(ground: Ground, tmp_path: Path) -> None:
    with put_right(ground.backend, all_of_it(ground.backend)):
        made = [_new_mailbox(ground, name) for name in ("Short Lived", "Soon Elsewhere")]
        records = kit(ground)
        ours = [record.dn for record in records if record.part == MAILBOXES]
        assert set(made) <= set(ours)
        with ground.administrator() as connection:
            assert connection.delete(made[0]), connection.result
            assert connection.modify(made[1], {"homeMDB": [("MODIFY_REPLACE", [_elsewhere(ground)])]})
        after = switched(ground)
        done = applied(ground, tmp_path, records)
        refused = [next(dn for dn in made if f"dn: {dn}\n" in conflict.record) for conflict in done.conflicts]
        assert sorted(refused) == sorted(made)  # in the order of their GUIDs, which the controller chooses
        assert difference(after, all_of_it(ground.backend)) == {}


def _new_mailbox(ground: Ground, name: str) -> str:
    """A mailbox like one of the source's, in the same unit."""
    like = next(record.dn for record in kit(ground) if record.part == MAILBOXES)
    attributes = ["homeMDB", "homeMTA", "msExchHomeServerName", "legacyExchangeDN"]
    with ground.administrator() as connection:
        assert connection.search(like, "(objectClass=*)", "BASE", attributes=attributes)
        found = {key: value for key, value in connection.response[0]["attributes"].items() if value}
        dn = f"CN={name},CN=Users,{ground.backend.forest.base_dn}"
        alias = name.replace(" ", "").lower()
        values = {**found, "sAMAccountName": alias, "legacyExchangeDN": f"/o=Elsewhere/cn={alias}"}
        assert connection.add(dn, "user", values), connection.result
    return dn


def _elsewhere(ground: Ground) -> str:
    """An object that is a store of neither server."""
    return ground.backend.layout.exchange


@pytest.mark.slow
@BOTH
def test_made_while_the_directory_names_the_node_it_is_for_the_day_after(ground: Ground, tmp_path: Path) -> None:
    early, before = kit(ground), all_of_it(ground.backend)
    assert ground.move("failover").status is Status.SUCCEEDED
    after, late, home = all_of_it(ground.backend), kit(ground), kit(ground, ground.source)
    assert {record.text for record in late} == {record.text for record in early}
    assert applied(ground, tmp_path, home).conflicts == ()
    changed = difference(before, all_of_it(ground.backend))
    assert {attribute for _, attribute in changed} == {"msExchPatchMDB"}
    assert applied(ground, tmp_path, late).conflicts == ()
    changed = difference(after, all_of_it(ground.backend))
    assert {attribute for _, attribute in changed} == {"msExchPatchMDB"}


@pytest.mark.slow
@BOTH
def test_a_name_that_cannot_be_given_holds_up_no_other(ground: Ground, tmp_path: Path) -> None:
    after, records = switched(ground), kit(ground)
    claims = [record for record in records if record.part == NAMES and f"add: {SPN}" in record.text]
    stolen = re.search(f"^{SPN}: (.+)$", claims[0].text, re.MULTILINE)
    assert stolen
    release = next(r for r in records if f"delete: {SPN}" in r.text and f"\n{SPN}: {stolen[1]}\n" in r.text)
    thief = ground.backend.forest.account_dn("service")
    with put_right(ground.backend, all_of_it(ground.backend)):
        with ground.administrator() as connection:
            assert connection.modify(release.dn, {SPN: [("MODIFY_DELETE", [stolen[1]])]}), connection.result
            assert connection.modify(thief, {SPN: [("MODIFY_ADD", [stolen[1]])]}), connection.result
        done = applied(ground, tmp_path, records)
        assert len(done.conflicts) == 2
        unlike = difference(after, all_of_it(ground.backend))
    assert {dn for dn, _ in unlike} == {claims[0].dn, thief}
