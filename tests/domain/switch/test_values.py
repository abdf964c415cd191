"""When two values are one, and when a change is done."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.directory import AttributeChange, EntryChange
from console.domain.ports import Entry
from console.domain.switch.values import at_target, found_values, same_value

VALUES = st.lists(st.sampled_from(["HOST/A", "HOST/B", "SMTP/A", "SMTP/B"]), unique=True).map(tuple)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("HOST/EX1", "host/ex1", True),
        ("HOST/EX1", "HOST/EX10", False),
        ("CN=A, DC=x", "cn=a,dc=X", True),
        ("CN=A\\,B,DC=x", "CN=A\\2cB,DC=x", True),
        ("/o=Org/cn=S", "/O=ORG/CN=s", True),
        ("TRUE", "FALSE", False),
    ],
)
def test_values_are_compared_as_a_directory_does(one: str, other: str, same: bool) -> None:
    assert same_value(one, other) == same


@given(VALUES, VALUES, VALUES)
def test_a_change_is_done_when_what_comes_is_there_and_what_goes_is_not(
    before: tuple[str, ...], after: tuple[str, ...], present: tuple[str, ...]
) -> None:
    change = EntryChange("CN=X", "", (AttributeChange("servicePrincipalName", before, after),))
    entry = Entry("CN=X", "", {"serviceprincipalname": tuple(value.lower() for value in present)})
    wanted = set(after) - set(before) <= set(present) and not (set(before) - set(after)) & set(present)
    assert at_target(entry, change) == wanted


def test_what_is_there_is_said() -> None:
    change = EntryChange("CN=X", "", (AttributeChange("a", ("1",), ("2",)), AttributeChange("b", ("1",), ("2",))))
    assert found_values(Entry("CN=X", "", {"a": ("3", "4")}), change) == "a is 3 and 4; b is not set"
