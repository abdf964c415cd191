"""Distinguished names by component, against ldap3's own reading of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ldap3.utils.dn import escape_rdn, parse_dn

from console.domain import dn

ATTRIBUTES = st.sampled_from(["CN", "OU", "DC"])
VALUES = st.text(
    st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from(' ,+"\\<>;=#/()*'), min_size=1, max_size=12
).filter(lambda value: value.strip(" "))
RDNS = st.tuples(ATTRIBUTES, VALUES)
NAMES = st.lists(RDNS, min_size=1, max_size=5)


def written(parts: list[tuple[str, str]]) -> str:
    """The parts as ldap3 writes them."""
    return ",".join(f"{attribute}={escape_rdn(value)}" for attribute, value in parts)


@given(NAMES)
def test_a_name_is_split_into_the_parts_it_was_made_of(parts: list[tuple[str, str]]) -> None:
    found = dn.split(written(parts))
    assert [rdn.partition("=")[0] for rdn in found] == [attribute for attribute, _ in parts]
    assert dn.leaf(written(parts)) == parts[0][1]
    assert dn.same(",".join(found), written(parts))


@given(st.lists(st.tuples(ATTRIBUTES, st.text("abcXYZ09 ,+\\;=-_()", min_size=1, max_size=9)), min_size=1, max_size=4))
def test_it_splits_where_ldap3_splits(parts: list[tuple[str, str]]) -> None:
    parts = [(attribute, value.strip(" ") or "x") for attribute, value in parts]
    text = written(parts)
    assert [rdn.partition("=")[2] for rdn in dn.split(text)] == [value for _, value, _ in parse_dn(text)]


@given(NAMES, NAMES)
def test_a_name_is_below_what_is_appended_to_it(parts: list[tuple[str, str]], above: list[tuple[str, str]]) -> None:
    text, base = written(parts), written(above)
    assert dn.is_below(f"{text},{base}", base)
    assert not dn.is_below(base, base)
    assert not dn.is_below(base, f"{text},{base}")


@given(NAMES)
def test_the_parent_is_the_rest(parts: list[tuple[str, str]]) -> None:
    assert dn.same(dn.parent(written(parts)), written(parts[1:]) if parts[1:] else "")


@given(RDNS, RDNS)
def test_two_values_are_the_same_only_without_regard_to_case_and_blanks(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    def plain(rdn: tuple[str, str]) -> tuple[str, str]:
        words = [word for word in rdn[1].casefold().split(" ") if word]
        return rdn[0].casefold(), " ".join(words)

    assert dn.same(written([one]), written([other])) == (plain(one) == plain(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CN=Doe\\, Jane,OU=X", "cn=doe\\2C jane, ou=x"),
        ('CN="Doe, Jane",OU=X', "CN=Doe\\, Jane,OU=X"),
        ("CN=A , OU=B", "CN=A,OU=B"),
        ("CN=\\e5\\b1\\b1,DC=x", "CN=山,DC=x"),
        ("CN=Store \\(1\\),DC=x", "CN=Store (1),DC=x"),
        ("CN=tail\\\\ ,DC=x", "CN=tail\\\\,DC=x"),
    ],
)
def test_the_same_object_written_in_two_ways(one: str, other: str) -> None:
    assert dn.same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CN=SERVER1,CN=Servers", "CN=SERVER10,CN=Servers"),
        ("CN=a\\,DC=x", "CN=a,DC=x"),
        ("CN=a\\=b", "OU=a\\=b"),
        ("CN=山田　太郎", "CN=山田 太郎"),
        ("CN=a,DC=x,DC=y", "CN=a,DC=y,DC=x"),
    ],
)
def test_different_objects_that_look_alike(one: str, other: str) -> None:
    assert not dn.same(one, other)


def test_an_escaped_comma_makes_no_ancestor() -> None:
    assert not dn.is_below("CN=a\\,DC=x", "DC=x")
    assert dn.is_below("CN=a,DC=x", "dc=X")


@pytest.mark.parametrize(
    ("text", "last"), [("CN=a\\ ,DC=x", "a "), ("CN=a\\\\\\ ,DC=x", "a\\ "), ("CN=a\\\\ ,DC=x", "a\\"), ("", "")]
)
def test_blanks_at_the_end_count_only_when_escaped(text: str, last: str) -> None:
    assert dn.leaf(text) == last
