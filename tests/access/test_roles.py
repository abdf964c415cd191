"""Who may do what: every role against every right, wherever it is given, with a reason that tells what to do."""

import os
import pwd

import pytest
from django.contrib.auth.models import AnonymousUser, Group, User
from hypothesis import given
from hypothesis import strategies as st

from console.domain.rights import ANY_KIND, EVERYTHING, OF_KINDS, RIGHTS, ROLES, Held, Place, Right
from console.models import Cluster, Grant, OsAccount
from console.services import access
from console.services.access import NotAllowed, actor_from_os, require, why_not
from tests.personas import ada, aki, olga, person, rita, sam

pytestmark = pytest.mark.django_db

ALLOWED: list[tuple[str, set[Right]]] = [
    ("viewer", {"view"}),
    ("operator", {"view", "operate"}),
    ("approver", {"view", "approve"}),
    ("auditor", {"view", "read-audit"}),
    ("administrator", {*RIGHTS}),
    ("", set()),
]


@pytest.mark.parametrize(("role", "rights"), ALLOWED)
def test_a_role_has_exactly_its_rights_wherever_it_is_asked(role: str, rights: set[Right], tokyo: Cluster) -> None:
    user = person("somebody", role)
    assert {right for right in RIGHTS if why_not(user, right) is None} == rights
    assert {right for right in RIGHTS if why_not(user, right, tokyo) is None} == rights


@pytest.mark.parametrize(("role", "rights"), ALLOWED[:-1])
def test_given_on_a_cluster_a_role_has_its_rights_there_and_nowhere_else(
    role: str, rights: set[Right], tokyo: Cluster, osaka: Cluster
) -> None:
    user = person("somebody", role, on=tokyo)
    assert {right for right in RIGHTS if why_not(user, right, tokyo) is None} == rights
    assert all(why_not(user, right, osaka) and why_not(user, right) for right in RIGHTS)
    assert {right for right in RIGHTS if access.why_nowhere(user, right) is None} == rights


def test_given_on_a_site_a_role_holds_for_its_clusters_those_to_come_too(tokyo: Cluster, osaka: Cluster) -> None:
    user = person("somebody")
    Grant.objects.create(user=user, role="operator", site=osaka.site)
    assert why_not(user, "operate", osaka) is None
    assert why_not(user, "operate", tokyo) is not None
    assert list(access.visible_clusters(user)) == [osaka]
    Cluster.objects.filter(pk=tokyo.pk).update(site=osaka.site)
    assert why_not(user, "operate", Cluster.objects.get(pk=tokyo.pk)) is None


def test_a_group_gives_its_members_what_it_holds(tokyo: Cluster) -> None:
    group, member = Group.objects.create(name="night shift"), sam()
    Grant.objects.create(group=group, role="operator", cluster=tokyo)
    assert why_not(member, "operate", tokyo) is not None
    member.groups.add(group)
    assert why_not(User.objects.get(pk=member.pk), "operate", tokyo) is None


def test_kinds_limit_what_is_started_and_approved_and_nothing_else(tokyo: Cluster) -> None:
    user = person("somebody", "operator", on=tokyo, kinds=("failover", "failback"))
    assert why_not(user, "view", tokyo) is None
    assert why_not(user, "operate", tokyo, "failover") is None
    assert why_not(user, "operate", tokyo, ANY_KIND) is None
    assert "of the kind takeover" in str(why_not(user, "operate", tokyo, "takeover"))
    assert why_not(user, "operate", tokyo) is not None  # a cooldown, a kit, the node scripts: no kind at all


def test_what_is_held_is_read_once_for_a_request(tokyo: Cluster, django_assert_num_queries: object) -> None:
    user = User.objects.get(pk=olga().pk)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert not any(why_not(user, "operate", tokyo, kind) for kind in ("failover", "failback", "undo", ""))


def test_a_refusal_names_the_account_the_cluster_the_role_and_who_can_give_it(tokyo: Cluster) -> None:
    ada()
    person("anton", "administrator", on=tokyo)
    assert why_not(rita(), "operate", tokyo) == (
        "The account rita may not start, stop or acknowledge operations on TOKYO. "
        "Ask an administrator (ada, anton) for the role operator."
    )
    assert "(ada) for" in str(why_not(rita(), "operate"))  # of everything only who administers everything


def test_of_many_administrators_a_refusal_names_three(tokyo: Cluster) -> None:
    for name in ("a", "b", "c", "d"):
        person(name, "administrator")
    assert "(a, b, c or another one)" in str(why_not(sam(), "view"))


def test_without_an_administrator_a_refusal_says_what_to_run_on_the_host(tokyo: Cluster) -> None:
    assert "manage.py account role NAME administrator" in str(why_not(rita(), "operate", tokyo))


def test_a_refusal_does_not_tell_a_stranger_the_name_of_a_cluster(tokyo: Cluster, osaka: Cluster) -> None:
    reason = why_not(person("somebody", "operator", on=osaka), "operate", tokyo)
    assert reason is not None
    assert "TOKYO" not in reason


def test_nobody_and_those_who_are_switched_off_may_nothing(tokyo: Cluster) -> None:
    user = ada()
    user.is_active = False
    for somebody in (None, AnonymousUser(), user, sam()):
        assert all(why_not(somebody, right) and why_not(somebody, right, tokyo) for right in RIGHTS)
        assert not access.visible_clusters(somebody)
        with pytest.raises(NotAllowed):
            require(somebody, "view")


def test_a_superuser_of_django_has_no_right_by_that() -> None:
    root = User.objects.create_superuser("root")
    assert all(why_not(root, right) for right in RIGHTS)


def test_who_may_is_told_with_groups_and_without_those_who_are_switched_off(tokyo: Cluster) -> None:
    group = Group.objects.create(name="night shift")
    Grant.objects.create(group=group, role="operator", cluster=tokyo, kinds=["failover"])
    for one in (sam(), aki()):
        one.groups.add(group)
    User.objects.filter(username="aki").update(is_active=False)
    olga()
    assert [u.username for u in access.people_who_may("operate", tokyo, "failover")] == ["olga", "sam"]
    assert [u.username for u in access.people_who_may("operate", tokyo, "takeover")] == ["olga"]


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


PLACES = st.builds(Place, st.sampled_from([1, 2]), st.sampled_from([10, 20])) | st.just(EVERYTHING)
GIVEN_ON = st.sampled_from([EVERYTHING, Place(site=1), Place(site=2), Place(cluster=10), Place(cluster=20)])
HELD = st.builds(Held, st.sampled_from(list(ROLES)), GIVEN_ON, st.sampled_from([(), ("failover",), ("undo", "repair")]))


@given(HELD, st.sampled_from(RIGHTS), PLACES, st.sampled_from(["", "failover", "undo", ANY_KIND]))
def test_a_grant_never_gives_more_than_its_role_its_place_and_its_kinds(
    held: Held, right: Right, place: Place, kind: str
) -> None:
    if held.gives(right, place, kind):
        assert right in ROLES[held.role]
        assert held.place == EVERYTHING or held.place.site == place.site or held.place.cluster == place.cluster
        assert held.place == EVERYTHING or place != EVERYTHING
        assert right not in OF_KINDS or not held.kinds or kind in (*held.kinds, ANY_KIND)
        assert Held(held.role, EVERYTHING).gives(right, place, kind)
