"""Who may do what: every role against every right, with a reason that tells what to do."""

import os
import pwd

import pytest
from django.contrib.auth.models import AnonymousUser, Group

from console.models import OsAccount
from console.services.access import (
    ROLES,
    WHAT,
    NotAllowed,
    Right,
    actor_from_os,
    ensure_roles,
    require,
    role_of,
    why_not,
)
from tests import factories
from tests.personas import ada, aki, olga, person, rita, sam

pytestmark = pytest.mark.django_db

ALLOWED: list[tuple[str, set[Right]]] = [
    ("viewer", {"view"}),
    ("operator", {"view", "operate"}),
    ("auditor", {"view", "read-audit"}),
    ("administrator", {"view", "operate", "change-inventory", "read-audit", "administer"}),
    ("", set()),
]


@pytest.mark.parametrize(("role", "rights"), ALLOWED)
def test_a_role_has_exactly_its_rights(role: str, rights: set[Right]) -> None:
    user = person("somebody", role)

    assert {right for right in WHAT if why_not(user, right) is None} == rights


def test_a_refusal_names_the_account_the_cluster_and_the_roles_that_may() -> None:
    reason = why_not(rita(), "operate", factories.cluster())

    assert reason is not None
    for word in ("rita", "MAIL1", "operator", "administrator"):
        assert word in reason


def test_nobody_and_those_who_are_switched_off_may_nothing() -> None:
    user = ada()
    user.is_active = False
    for somebody in (None, AnonymousUser(), user, sam()):
        assert all(why_not(somebody, right) for right in WHAT)
        with pytest.raises(NotAllowed):
            require(somebody, "view")


def test_roles_are_made_by_migration_and_made_right_again() -> None:
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)
    Group.objects.get(name="viewer").permissions.set(Group.objects.get(name="administrator").permissions.all())
    ensure_roles()

    assert why_not(rita(), "administer") is not None
    assert [role_of(user) for user in (olga(), aki(), sam())] == ["operator", "auditor", ""]


def test_the_os_user_is_told_by_the_kernel_and_not_by_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    real = pwd.getpwuid(os.getuid()).pw_name
    OsAccount.objects.create(os_user=real, user=olga())
    OsAccount.objects.create(os_user="boss", user=ada())
    for variable in ("USER", "LOGNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(variable, "boss")

    assert actor_from_os() == olga()


def test_an_os_user_without_a_mapping_has_no_right_and_is_told_what_to_do() -> None:
    with pytest.raises(NotAllowed) as refused:
        actor_from_os()

    assert "manage.py account map" in refused.value.remedy
