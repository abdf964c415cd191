"""Signing in with Active Directory's names and passwords, against a real domain controller, through nested groups."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ldap3
import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from console.lab.directory import Forest
from console.models import AuditRecord, Credential, Directory, DirectoryAccount, GroupMapping, SignInDirectory
from tests import personas
from tests.directory.backends import Backend, samba_backend
from tests.directory.samba import SambaFactory, SambaUnavailable
from tests.sign_in.browsers import actions, sign_in, text_of

pytestmark = [pytest.mark.samba, pytest.mark.django_db]
PASSWORD = "Right-Horse-2003!"
BASE = "DC=example,DC=test"
DISABLED, NORMAL = 514, 512
ODD = "Ops (all) *, Osaka"
"""A group whose name holds what filters and distinguished names are made of."""


class Domain:
    """The directory as its administrator changes it."""

    def __init__(self, backend: Backend) -> None:
        self.admin: Any = backend.connect("administrator")
        self.backend = backend

    def done(self, worked: bool) -> None:
        assert worked, self.admin.result

    def person(self, name: str, flags: int = NORMAL, **attributes: str) -> str:
        dn = f"CN={ldap3.utils.dn.escape_rdn(name)},CN=Users,{BASE}"
        password = f'"{PASSWORD}"'.encode("utf-16-le")
        told = {"sAMAccountName": name, "unicodePwd": password, "userAccountControl": str(flags), **attributes}
        self.done(self.admin.add(dn, ["user"], told))
        return dn

    def group(self, name: str, *members: str) -> str:
        dn = f"CN={ldap3.utils.dn.escape_rdn(name)},CN=Users,{BASE}"
        told: dict[str, Any] = {"sAMAccountName": f"g{abs(hash(name))}", "member": list(members)}
        self.done(self.admin.add(dn, ["group"], told if members else {"sAMAccountName": told["sAMAccountName"]}))
        return dn

    def change(self, dn: str, attribute: str, *values: str, how: Any = ldap3.MODIFY_REPLACE) -> None:
        self.done(self.admin.modify(dn, {attribute: [(how, list(values))]}))


@contextmanager
def started(factory: SambaFactory) -> Iterator[Domain]:
    try:
        with samba_backend(Forest(), factory) as backend:
            yield Domain(backend)
    except SambaUnavailable as exc:
        pytest.fail(str(exc), pytrace=False)


@pytest.fixture(scope="module")
def people(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Domain]:
    """A domain with people: jo in a group in a group in a group, kim in none, and some who may not sign in."""
    cache = getattr(request.config, "cache", None)
    kept = cache.mkdir("samba-domain") if cache is not None else tmp_path_factory.mktemp("samba-cache")
    with started(SambaFactory(kept, tmp_path_factory.mktemp("samba"))) as domain:
        jo, lee = domain.person("jo"), domain.person("lee")
        domain.person("kim")
        off, gone, stale = domain.person("off", DISABLED), domain.person("gone"), domain.person("stale")
        domain.change(gone, "accountExpires", "130000000000000000")
        domain.change(stale, "pwdLastSet", "0")
        inner = domain.group("Night shift", jo, off, gone, stale)
        domain.group("Mail operators", domain.group("All shifts", inner))
        domain.group(ODD, lee)
        yield domain


@pytest.fixture(autouse=True)
def trusted(people: Domain) -> Group:
    """The console lets that domain's people in who are in the outermost group."""
    credential = Credential.objects.create(name="nobody", username="nobody", source="env", reference="NOT_SET_ANYWHERE")
    directory = Directory.objects.create(
        name="EXAMPLE",
        host="localhost",
        port=people.backend.address.tls_port,
        ca=people.backend.authority.read_text(),
        credential=credential,
    )
    domain = SignInDirectory.objects.create(directory=directory, domain="example.test")
    group = Group.objects.create(name="mail people")
    GroupMapping.objects.create(domain=domain, outside=f"cn=mail operators, cn=users, {BASE.lower()}", group=group)
    return group


@pytest.mark.parametrize("name", ["jo", "JO@example.test", "jo@EXAMPLE.TEST", "EXAMPLE\\jo"])
def test_a_person_comes_in_with_the_group_that_holds_a_group_that_holds_him(name: str, trusted: Group) -> None:
    client = sign_in(name, PASSWORD)
    assert client.last["Location"] == "/"  # type: ignore[attr-defined]
    user = User.objects.get()
    assert (user.username, list(user.groups.all()), user.has_usable_password()) == ("jo@example.test", [trusted], False)
    assert actions() == ["account:user:groups-taken-over", "account:session:signed-in"]
    assert PASSWORD not in "".join(AuditRecord.objects.values_list("body", flat=True))


def test_a_group_whose_name_looks_like_a_filter_is_only_a_name(people: Domain) -> None:
    cooks = Group.objects.create(name="cooks")
    outside = f"CN={ldap3.utils.dn.escape_rdn(ODD)},CN=Users,{BASE}"
    GroupMapping.objects.create(domain=SignInDirectory.objects.get(), outside=outside, group=cooks)
    sign_in("lee", PASSWORD)
    assert list(User.objects.get().groups.all()) == [cooks]


def test_who_is_in_no_group_that_means_something_is_told_so_and_has_no_account() -> None:
    assert "in no group that may use this console" in text_of(sign_in("kim", PASSWORD))
    assert not User.objects.exists()


def test_who_leaves_the_group_is_kept_out_and_loses_what_it_gave(people: Domain, trusted: Group) -> None:
    assert sign_in("jo", PASSWORD).last.status_code == 302  # type: ignore[attr-defined]
    inner = f"CN=Night shift,CN=Users,{BASE}"
    people.change(inner, "member", f"CN=jo,CN=Users,{BASE}", how=ldap3.MODIFY_DELETE)
    try:
        assert "in no group" in text_of(sign_in("jo", PASSWORD))
        assert not User.objects.get().groups.exists()
    finally:
        people.change(inner, "member", f"CN=jo,CN=Users,{BASE}", how=ldap3.MODIFY_ADD)


@pytest.mark.parametrize(
    ("name", "told"),
    [("off", "switched off in the directory"), ("gone", "has expired"), ("stale", "must be changed first")],
)
def test_only_who_knows_the_password_is_told_what_is_wrong_with_the_account(name: str, told: str) -> None:
    assert told in text_of(sign_in(name, PASSWORD))
    stranger = text_of(sign_in(name, "not the password"))
    assert told not in stranger
    assert "do not fit" in stranger


@pytest.mark.parametrize(
    "name", ["*", "jo)(objectClass=*", "jo*", "j\x00o", "jo@elsewhere.test", "OTHER\\jo", "jo,CN=Users"]
)
def test_a_name_that_is_none_lets_nobody_in(name: str) -> None:
    assert "do not fit" in text_of(sign_in(name, PASSWORD))
    assert not User.objects.exists()


def test_no_password_is_no_anonymous_sign_in() -> None:
    assert "do not fit" in text_of(sign_in("jo", ""))


def test_a_local_account_of_that_name_is_not_the_persons(people: Domain) -> None:
    personas.person("jo")
    assert "do not fit" in text_of(sign_in("jo", PASSWORD))
    assert sign_in("jo@example.test", PASSWORD).last.status_code == 302  # type: ignore[attr-defined]
    assert sorted(User.objects.values_list("username", flat=True)) == ["jo", "jo@example.test"]


def test_the_account_outlives_a_domain_that_is_removed_and_added_again(people: Domain, trusted: Group) -> None:
    sign_in("jo", PASSWORD)
    row = SignInDirectory.objects.get()
    row.delete()
    assert "do not fit" in text_of(sign_in("jo", PASSWORD))
    again = SignInDirectory.objects.create(directory=row.directory, domain=row.domain)
    GroupMapping.objects.create(domain=again, outside=f"CN=Mail operators,CN=Users,{BASE}", group=trusted)
    assert sign_in("jo", PASSWORD).last.status_code == 302  # type: ignore[attr-defined]
    assert User.objects.count() == 1


def test_who_gets_the_name_of_somebody_gone_does_not_get_the_account(people: Domain) -> None:
    sign_in("jo", PASSWORD)
    DirectoryAccount.objects.update(guid="00000000-0000-0000-0000-000000000001")
    assert "which is not yours" in text_of(sign_in("jo", PASSWORD))


def test_a_directory_account_signs_in_again_by_the_directory(people: Domain) -> None:
    client = sign_in("jo", PASSWORD)
    again = reverse("account_reauthenticate")
    assert "do not fit" in client.post(again, {"password": "wrong"}).content.decode()
    assert client.post(again, {"password": PASSWORD, "next": "/account/"})["Location"] == "/account/"
    assert client.get(reverse("change-password")).status_code == 404
    assert "example.test" in client.get(reverse("account")).content.decode()


def test_a_controller_that_is_not_trusted_gets_no_password() -> None:
    Directory.objects.update(ca="")
    begun = time.monotonic()
    assert "could not be asked" in text_of(sign_in("jo", PASSWORD))
    assert time.monotonic() - begun < 10
    assert "not trusted" in str((AuditRecord.objects.get().after or {})["why"])


def test_an_account_that_was_switched_off_here_stays_out() -> None:
    sign_in("jo", PASSWORD)
    User.objects.update(is_active=False)
    assert "is switched off" in text_of(sign_in("jo", PASSWORD))
    assert Client().get("/").status_code == 302
