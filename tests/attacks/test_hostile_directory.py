"""A directory that lies, never ends or answers nonsense, over the wire: refused with what to do, soon, and in words."""

import time
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from console.adapters.ldap import LdapDirectories
from console.adapters.ldap.limits import Limits
from console.domain.errors import ChangeoverError
from console.domain.filters import Equal
from console.domain.secrets import Secret
from console.domain.topology import Credential, Directory
from console.models import AuditRecord, SignInDirectory
from console.models import Directory as DirectoryRow
from tests.adapters.ldap.site import SteppingClock
from tests.attacks import hostile_directory
from tests.attacks.hostile_directory import ATTACKS, MARKUP, NAME, Answers, Attack, controller, entry, result
from tests.services import making

pytestmark = pytest.mark.slow

SOON = 20
"""Seconds for the slowest of them on a busy machine."""
LIMITS = Limits(connect=5, answer=0.5, page=100, objects=10_000, tries=2)


def here(port: int, folder: Path) -> Directory:
    credential = Credential("service", "svc@corp.example", Secret("a password"))
    given = {"port": port, "security": "ldaps", "tls_name": NAME, "ca_file": str(folder / "ca.pem")}
    return Directory("corp", "127.0.0.1", credential=credential, **given)  # type: ignore[arg-type]


def searched(directory: Directory) -> None:
    with LdapDirectories(SteppingClock(), LIMITS).open(directory) as session:
        list(session.search("DC=corp,DC=example", Equal("objectClass", "user"), ("cn", "member")))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_whatever_a_directory_answers_ends_soon_with_what_to_do(attack: Attack, tmp_path: Path) -> None:
    started = time.monotonic()
    with controller(tmp_path, attack) as port, pytest.raises(ChangeoverError) as raised:
        searched(here(port, tmp_path))
    assert time.monotonic() - started < SOON
    assert raised.value.remedy
    assert raised.value.message.isprintable(), "it is one line of a log, whatever was sent"
    assert "a password" not in raised.value.message


def lies_about_itself(number: int) -> Answers:
    """Numbers, times and identifiers that are none."""
    facts = {
        "systemFlags": b"many",
        "currentTime": b"99999999999999.0Z",
        "tokenGroups": b"\x01\xff\x00",
        "nCName": b"?",
    }
    yield entry(number, MARKUP, defaultNamingContext=MARKUP.encode(), namingContexts=b"\xff", **facts) + result(number)


def test_what_it_says_of_itself_is_taken_on_no_faith(tmp_path: Path) -> None:
    directories = LdapDirectories(SteppingClock(), LIMITS)
    with controller(tmp_path, lies_about_itself) as port, directories.open(here(port, tmp_path)) as session:
        found = session.controller()
        assert (found.clock_offset, found.domain_contexts) == (0.0, ())
        assert session.bound_as()[1] is None


def somebody_else(number: int) -> Answers:
    """Another person than the one who typed their password."""
    yield entry(number, "CN=Ada", sAMAccountName=b"ada", objectGUID=b"0123456789abcdef") + result(number)


def nameless(number: int) -> Answers:
    """Nobody in particular."""
    yield entry(number, "CN=Ada", sAMAccountName=MARKUP.encode(), objectGUID=b"0123456789abcdef") + result(number)


SIGN_INS = (
    *(somebody_else, nameless, hostile_directory.referral, hostile_directory.markup, hostile_directory.wrong_ids),
    *(hostile_directory.nonsense, hostile_directory.same_values_again),
)


@pytest.mark.django_db
@pytest.mark.parametrize("attack", SIGN_INS, ids=lambda attack: attack.__name__)
def test_nobody_signs_in_by_a_directory_that_lies_and_the_page_says_so(attack: Attack, tmp_path: Path) -> None:
    making.cluster()
    with controller(tmp_path, attack) as port:
        ca = (tmp_path / "ca.pem").read_text()
        DirectoryRow.objects.update(port=port, security="ldaps", tls_name=NAME, ca=ca)
        SignInDirectory.objects.create(directory=DirectoryRow.objects.get(), domain="corp.example")
        client = Client()
        response = client.post(reverse("sign-in"), {"username": "olga@corp.example", "password": "a password"})
    text = response.content.decode()
    assert response.status_code == 200
    assert "The directory could not be asked." in text
    assert "<script>alert" not in text
    assert "_auth_user_id" not in client.session
    why = str(AuditRecord.objects.get(action="account:session:refused").after["why"])
    assert why.isprintable()
    assert client.get(reverse("sign-in")).status_code == 200
