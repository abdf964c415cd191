"""The adapter's tables: filters, ranges, identifiers, result codes, encryption."""

import ssl
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ldap3.utils.conv import unescape_filter_chars

from console.adapters.ldap import LdapDirectories
from console.adapters.ldap.entries import Range, entry_of, guid_text, sid_text
from console.adapters.ldap.errors import RESULTS, SIGN_IN, of_result, one_line
from console.adapters.ldap.filters import write
from console.adapters.ldap.opening import tls_context
from console.adapters.ldap.settling import concerns_one
from console.adapters.ldap.wire import Answer, RawEntry
from console.domain.errors import AccessDenied
from console.domain.filters import AllOf, AnyOf, AtLeast, Equal, Not, Present
from console.domain.secrets import Secret
from console.domain.topology import Credential, Directory
from console.lab.directory import Cluster, Forest
from tests.adapters.ldap.site import cluster_of, view_of
from tests.directory.backends import lab_backend

DIRECTORY = Directory("d", "dc1", 636, "ldaps", Credential("c", "u", Secret("p")))


@given(st.text(st.characters(codec="utf-8")))
def test_a_value_is_never_read_as_a_pattern(value: str) -> None:
    text = write(Equal("cn", value))
    inside = text.removeprefix("(cn=").removesuffix(")")
    assert not set(inside) & set("()*\0")
    assert unescape_filter_chars(inside) == value.encode()


def test_filters_nest() -> None:
    what = AllOf((Equal("a", "(1)"), AtLeast("n", 7), AnyOf((Present("b"), Not(Equal("c", "*"))))))
    assert write(what) == "(&(a=\\281\\29)(n>=7)(|(b=*)(!(c=\\2a))))"


@pytest.mark.parametrize(
    ("name", "part"),
    [("member;range=0-1499", Range("member", 1499)), ("m;range=1500-*", Range("m", None)), ("member", None)],
)
def test_a_range_is_read_from_the_attributes_name(name: str, part: Range | None) -> None:
    assert Range.of(name) == part


def test_a_ranged_attribute_is_read_to_its_end() -> None:
    parts = {
        "member;range=2-*": {"member;range=2-3": [b"c", b"d"]},
        "member;range=4-*": {"member;range=4-*": [b"e"]},
    }
    first = RawEntry("CN=G", {"member": [], "member;range=0-1": [b"a", b"b"]})
    entry = entry_of(first, lambda dn, wanted: RawEntry(dn, parts[wanted]))
    assert entry.all("member") == ("a", "b", "c", "d", "e")


def test_very_many_values_of_one_attribute_arrive_complete(directories: LdapDirectories) -> None:
    with lab_backend(Forest(clusters=(Cluster("mail", "2003", "EXCHA", "EXCHB", mailboxes=3400),))) as backend:
        cluster = cluster_of(backend)
        with directories.open(cluster.directory) as session:
            stores = [store.dn for store in view_of(session, cluster).primary.stores if not store.public]
            entries = [session.read(store, ["homeMDBBL"]) for store in stores]
    counts = [len(set(entry.all("homeMDBBL"))) for entry in entries if entry]
    assert max(counts) > 1500
    assert sum(counts) >= 3400


def test_values_that_are_not_text_are_left_out() -> None:
    guid = uuid.uuid4()
    mixed = [b"\xff", b"t"]
    raw = RawEntry("CN=A", {"objectGUID": [guid.bytes_le], "cn": [b"A"], "blob": [b"\xff\xfe"], "Mixed": mixed})
    entry = entry_of(raw, lambda dn, wanted: None)
    assert entry.guid == str(guid)
    assert dict(entry.attributes) == {"cn": ("A",), "mixed": ("t",)}
    assert guid_text([b"short"]) == guid_text([]) == ""


def test_security_identifiers_are_written_as_people_know_them() -> None:
    assert sid_text(bytes.fromhex("01020000000000052000000020020000")) == "S-1-5-32-544"


@pytest.mark.parametrize(("data", "words"), SIGN_IN.items())
def test_a_refused_sign_in_is_explained(data: str, words: str) -> None:
    text = f"80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data {data}, v4563\0"
    error = of_result(49, text, (), where="dc1", doing="signing in")
    assert isinstance(error, AccessDenied)
    assert words in error.message
    assert error.remedy


@pytest.mark.parametrize("code", [*RESULTS, 33, 99])
def test_every_result_is_an_error_that_says_what_where_and_what_to_do(code: int) -> None:
    error = of_result(code, "", (), where="The controller dc1", doing="reading X")
    assert error.message.startswith("The controller dc1, reading X: ")
    assert error.remedy
    assert not error.may_have_run


def test_what_concerns_one_object_is_told_from_what_concerns_all() -> None:
    alone = {code for code in range(100) if concerns_one(Answer(code=code), has_written=False)}
    assert alone == {0, 16, 19, 20, 21, 32, 34, 50, 64, 65, 67, 71}
    assert concerns_one(Answer(code=53), has_written=True)


def test_a_long_diagnostic_text_is_made_one_short_line() -> None:
    assert one_line("a\n\tb\0 c") == "a b c"
    assert len(one_line("x" * 5000)) == 300


def test_encryption_is_always_checked_and_its_floor_is_a_choice() -> None:
    usual, old = tls_context(DIRECTORY), tls_context(Directory(**{**vars(DIRECTORY), "allow_old_tls": True}))
    for context in (usual, old):
        assert context.verify_mode == ssl.CERT_REQUIRED
        assert context.check_hostname
    assert usual.minimum_version == ssl.TLSVersion.TLSv1_2
    assert old.minimum_version != ssl.TLSVersion.TLSv1_2
