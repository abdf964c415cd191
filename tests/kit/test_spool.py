"""What a node keeps of applying its kit: read back as it was written, and nothing else believed."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.directory import AttributeChange, EntryChange
from console.domain.kit.manifest import digest
from console.domain.kit.runner import Applied, Conflict
from console.domain.kit.sealed import BadKit
from console.domain.kit.spool import Spool, change_of, conflicts_file, signed_spool, verify_spool
from console.domain.ldif import by_value, modification
from console.domain.secrets import Secret

KEY = Secret("ab" * 32)
AT = datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)
APPLIED = Applied(9, (Conflict(3, 16, "dn: CN=a\n b\nchangetype: modify\n"), Conflict(7, 32, "dn: CN=c\n")), 1)
FILE = conflicts_file(APPLIED)
SPOOL = Spool("Tokyo", "TYO-EX2", "key-0123", "run-1", "00ff", digest(FILE), AT, AT, 9, 2, 1)


def test_it_is_read_back_as_it_was_written() -> None:
    assert verify_spool(signed_spool(SPOOL, KEY), FILE, KEY) == (SPOOL, APPLIED.conflicts)
    assert SPOOL.applied == 6


def test_another_key_and_other_conflicts_are_not_believed() -> None:
    with pytest.raises(BadKit, match="key-0123"):
        verify_spool(signed_spool(SPOOL, KEY), FILE, Secret("cd" * 32))
    with pytest.raises(BadKit, match=r"conflicts\.ldf is not"):
        verify_spool(signed_spool(SPOOL, KEY), FILE + b"\r\n", KEY)


@pytest.mark.parametrize(("changes", "says"), [({"conflicts": 3}, "2 records"), ({"untried": 8}, "more conflicts")])
def test_counts_that_do_not_fit_are_told(changes: dict[str, int], says: str) -> None:
    with pytest.raises(BadKit, match=says):
        verify_spool(signed_spool(Spool(**{**SPOOL.__dict__, **changes}), KEY), FILE, KEY)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=120)


@given(TEXT, st.lists(TEXT, max_size=3, unique=True), st.lists(TEXT, min_size=1, max_size=3, unique=True))
def test_any_change_is_read_from_its_record(name: str, before: list[str], after: list[str]) -> None:
    gone = tuple(value for value in before if value not in after)
    change = EntryChange(f"CN={name}", "", (AttributeChange("homeMDB", gone, tuple(after)),))
    lines = modification(change, [line for part in change.changes for line in by_value(part)])
    assert change_of("".join(lines).lstrip("\n")) == change


@pytest.mark.parametrize(
    "record", ["", "dn: CN=a\n", "dn: CN=a\nchangetype: delete\nv: x\n", "dn: CN=a\nnonsense\n", "dn:: !\nv: x\nw: y\n"]
)
def test_a_record_that_no_kit_holds_is_told(record: str) -> None:
    with pytest.raises(BadKit):
        change_of(record)
