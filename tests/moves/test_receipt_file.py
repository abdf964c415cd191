"""The receipts as LDIF: OpenLDAP's ldapmodify takes a switch back with them, in the lab and on a real controller."""

import os
import subprocess
from pathlib import Path

import pytest

from console.domain.ldif import ldif
from console.domain.outcome import Status
from tests.directory.snapshot import difference
from tests.moves.ground import BOTH, Ground
from tests.moves.trapped import all_of_it
from tests.moves.undoing import cut_at

pytestmark = pytest.mark.slow


def ldapmodify(ground: Ground, file: Path) -> "subprocess.CompletedProcess[str]":
    """Run OpenLDAP's program on the file as it is, as the administrator, over TLS."""
    backend, account = ground.backend, ground.backend.forest.account("administrator")
    address = f"ldaps://{backend.address.host}:{backend.address.tls_port}"
    who = ["-D", f"{account.name}@{backend.forest.domain}", "-w", account.password]
    env = {**os.environ, "LDAPTLS_CACERT": str(backend.authority), "LDAPTLS_REQCERT": "demand"}
    argv = ["ldapmodify", "-x", "-H", address, *who, "-f", str(file)]
    return subprocess.run(argv, env=env, capture_output=True, text=True, timeout=60, check=False)


def receipt(ground: Ground, path: Path) -> Path:
    """The file of what was carried out last."""
    path.write_text("".join(ldif(["Takes it all back."], ground.receipts.newest_first())), encoding="ascii")
    return path


@BOTH
def test_a_whole_switch_is_taken_back(ground, tmp_path):
    before = all_of_it(ground.backend)
    assert ground.move("failover").status is Status.SUCCEEDED
    assert difference(before, all_of_it(ground.backend))
    done = ldapmodify(ground, receipt(ground, tmp_path / "receipt.ldif"))
    assert done.returncode == 0, done.stderr
    assert difference(before, all_of_it(ground.backend)) == {}


@BOTH
def test_a_half_switch_is_taken_back(ground, tmp_path):
    before = all_of_it(ground.backend)
    assert ground.perform(ground.plan("failover"), cut_at("mailboxes", 2)).step == "mailboxes"
    done = ldapmodify(ground, receipt(ground, tmp_path / "receipt.ldif"))
    assert done.returncode == 0, done.stderr
    assert difference(before, all_of_it(ground.backend)) == {}


@BOTH
def test_what_was_never_settled_is_taken_back_where_it_has_one_value(ground, tmp_path):
    before = all_of_it(ground.backend)
    assert ground.move("failover").status is Status.SUCCEEDED
    book = ground.receipts
    for number, kept in enumerate(book.kept):
        if kept.receipt.kind == "directory.mailboxes" or kept.receipt.step in ("mount-flags", "pointers"):
            book.kept[number] = type(kept)(kept.number, kept.receipt, None)
    done = ldapmodify(ground, receipt(ground, tmp_path / "receipt.ldif"))
    assert done.returncode == 0, done.stderr
    assert difference(before, all_of_it(ground.backend)) == {}


def test_a_value_that_somebody_changed_since_stops_it_at_that_record(tokyo, tmp_path):
    plan = tokyo.plan("failover")
    tokyo.perform(plan)
    pointer = plan.step("pointers").changes[-1]
    name = pointer.changes[0].attribute
    with tokyo.administrator() as connection:
        assert connection.modify(pointer.dn, {name: [("MODIFY_REPLACE", list(pointer.changes[0].before))]}), (
            connection.result
        )
    writes = tokyo.writes()
    done = ldapmodify(tokyo, receipt(tokyo, tmp_path / "receipt.ldif"))
    assert (done.returncode, "No such attribute" in done.stderr) == (16, True)
    assert tokyo.writes() == writes + 1
