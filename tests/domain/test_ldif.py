"""LDIF from receipts: RFC 2849's rules for values and folding, and what is said of changes that are in doubt."""

import base64

from hypothesis import given
from hypothesis import strategies as st

from console.domain.directory import AttributeChange, EntryChange, Modified
from console.domain.ldif import WIDTH, ldif
from console.domain.receipts import UNKNOWN, Kept, Receipt

DN = "CN=Ann,OU=Sales,DC=corp"


def text(*changes: AttributeChange, outcome: str | None = "applied", dn: str = DN) -> str:
    """The file of one receipt about one object."""
    receipt = Receipt("mailboxes", "directory.mailboxes", "1 mailbox", changes=(EntryChange(dn, "g", changes),))
    results = None if outcome is None else (Modified(outcome),)
    return "".join(ldif(["A title"], [Kept(1, receipt, results)]))


def unfolded(file: str) -> list[str]:
    """The lines, put together again and without comments."""
    return [line for line in file.replace("\n ", "").splitlines() if line and not line.startswith("#")]


def test_what_was_applied_is_deleted_and_added_by_value():
    file = text(AttributeChange("homeMDB", ("CN=A",), ("CN=B",)))
    assert unfolded(file) == [
        *("version: 1", f"dn: {DN}", "changetype: modify"),
        *("delete: homeMDB", "homeMDB: CN=B", "-", "add: homeMDB", "homeMDB: CN=A", "-"),
    ]


def test_a_value_that_was_not_there_is_only_deleted_and_one_that_went_only_added():
    assert "add:" not in text(AttributeChange("msExchPatchMDB", (), ("TRUE",)))
    assert "delete:" not in text(AttributeChange("servicePrincipalName", ("HOST/A", "HOST/B"), ()))


def test_what_is_in_doubt_is_replaced_by_the_value_before_and_said_so():
    for outcome in (UNKNOWN, None):
        file = text(AttributeChange("homeMDB", ("CN=A",), ("CN=B",)), outcome=outcome)
        assert f"# IN DOUBT: whether {DN} was changed is not known." in file
        assert unfolded(file)[3:] == ["replace: homeMDB", "homeMDB: CN=A", "-"]


def test_a_flag_that_was_not_set_is_taken_away_when_it_is_in_doubt():
    file = text(AttributeChange("msExchPatchMDB", (), ("TRUE",)), outcome=UNKNOWN)
    assert unfolded(file)[3:] == ["replace: msExchPatchMDB", "-"]


def test_names_in_doubt_are_left_to_a_person():
    file = text(AttributeChange("servicePrincipalName", ("HOST/A",), ()), outcome=UNKNOWN)
    assert unfolded(file) == ["version: 1"]
    assert "# Look at its servicePrincipalName. Before: HOST/A; not: none of these." in file


def test_what_was_certainly_not_changed_is_no_record():
    for outcome in ("conflict", "missing", "refused", "unsent"):
        file = text(AttributeChange("homeMDB", ("CN=A",), ("CN=B",)), outcome=outcome)
        assert (unfolded(file), f"was not changed ({outcome})" in file) == (["version: 1"], True)


def test_the_newest_receipt_comes_first_and_its_last_change_first():
    kept = [
        Kept(n, Receipt(step, "directory.apply", "", changes=tuple(_flag(step, i) for i in (1, 2))), (OK, OK))
        for n, step in ((2, "late"), (1, "early"))
    ]
    names = [line for line in unfolded("".join(ldif([], kept))) if line.startswith("dn:")]
    assert names == ["dn: CN=late2", "dn: CN=late1", "dn: CN=early2", "dn: CN=early1"]


OK = Modified("applied")


def _flag(name: str, number: int) -> EntryChange:
    return EntryChange(f"CN={name}{number}", "", (AttributeChange("msExchPatchMDB", (), ("TRUE",)),))


def test_a_step_on_a_node_is_only_a_comment():
    receipt = Receipt("stop-IS", "service.stop", "MSExchangeIS on A is RUNNING.", {"node": "A"})
    file = "".join(ldif([], [Kept(1, receipt)]))
    assert (unfolded(file), "# 1. stop-IS: MSExchangeIS on A is RUNNING." in file) == (["version: 1"], True)


def decoded(line: str) -> str:
    """The value of a line."""
    value = line.partition(":")[2]
    return base64.b64decode(value[2:]).decode() if value.startswith(": ") else value[1:]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)


@given(TEXTS, st.text(min_size=1, max_size=9))
def test_any_value_comes_through_and_no_line_is_too_long(value, note):
    change = EntryChange(value, "", (AttributeChange("homeMDB", (value,), (value + "B",)),))
    file = "".join(ldif([note], [Kept(1, Receipt("s", "k", note, changes=(change,)), (OK,))]))
    assert file.isascii()
    assert max(len(line) for line in file.split("\n")) <= WIDTH
    lines = unfolded(file)
    assert decoded(next(line for line in lines if line.startswith("dn:"))) == value
    assert decoded(lines[lines.index("add: homeMDB") + 1]) == value
    assert len(lines) == 9
