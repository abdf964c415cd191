"""Names of the lab's directory, compared with what ldap3 makes of the same text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ldap3.utils.dn import escape_rdn, parse_dn

from console.lab.directory import names

VALUES = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=("Cs", "Cc")), min_size=1, max_size=20
).filter(lambda text: text.strip() == text)


@given(VALUES, VALUES)
def test_an_escaped_value_is_read_back(first: str, second: str) -> None:
    dn = names.join(names.rdn("CN", first), names.rdn("OU", second), "DC=example,DC=test")
    assert names.parse(dn)[:2] == (("CN", first), ("OU", second))


@given(VALUES)
def test_two_ways_of_escaping_are_one_name(value: str) -> None:
    hexadecimal = "".join(f"\\{byte:02x}" for byte in value.encode())
    assert names.key(names.rdn("CN", value)) == names.key(f"cn={hexadecimal}")


@given(st.text('abcXYZ ,+"\\<>;=#()*&%.', min_size=1, max_size=12).filter(lambda text: text.strip() == text))
def test_the_client_library_escapes_to_the_same_name(value: str) -> None:
    assert names.parse(f"CN={escape_rdn(value)}") == (("CN", value),)
    assert parse_dn(names.rdn("CN", value) + ",DC=x")[0][0] == "CN"


@pytest.mark.parametrize("text", ["no name", "CN=", "=x", "CN=a,,DC=b", "CN=a+OU=b", "CN=a\\", "C N=a"])
def test_text_that_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="distinguished name"):
        names.parse(text)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("CN=A,DC=x", "cn=a, dc=X", True),
        (r"CN=A\,B,DC=x", r"CN=A\2CB,DC=x", True),
        ("CN=SERVER1,DC=x", "CN=SERVER10,DC=x", False),
        ("CN=A,OU=B,DC=x", "CN=A,DC=x", False),
    ],
)
def test_names_are_compared_by_component(one: str, other: str, equal: bool) -> None:
    assert (names.key(one) == names.key(other)) is equal


def test_a_name_is_below_its_parents_only() -> None:
    child, parent = names.key("CN=A,OU=Staff,DC=x"), names.key("OU=Staff,DC=x")
    assert names.is_below(child, parent)
    assert names.is_below(parent, parent)
    assert not names.is_below(parent, child)
    assert not names.is_below(names.key("CN=A,OU=BigStaff,DC=x"), names.key("Staff=1,DC=x"))
