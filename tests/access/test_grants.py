"""Giving and taking roles: audited, refused for what is none, and never so that nobody administers."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from console.models import AuditRecord, Cluster, Grant, Site
from console.services import access, accounts, grants
from console.services.explaining import explain
from console.services.grants import EVERYTHING, GrantRefused, Scope
from tests.personas import ada, at_page, olga, person, rita, sam

pytestmark = pytest.mark.django_db
Browser = Callable[[User], Client]


def test_roles_are_given_and_taken_with_what_was_before_and_after_in_the_audit(tokyo: Cluster) -> None:
    user, scope = sam(), Scope(cluster=tokyo)
    grants.set_roles(user, scope, {"operator": ["failback", "failover"], "auditor": []}, at_page(ada()), "ticket 7")
    assert access.why_not(user, "operate", tokyo, "failover") is None
    assert access.why_not(user, "read-audit", tokyo) is None
    record = AuditRecord.objects.get()
    assert (record.action, record.cluster_name, record.reason) == ("account:rights:changed", "TOKYO", "ticket 7")
    assert record.before == {"on": "TOKYO", "roles": {}}
    assert record.after == {"on": "TOKYO", "roles": {"operator": ["failover", "failback"], "auditor": []}}
    grants.set_roles(user, scope, {}, at_page(ada()))
    assert access.why_not(user, "view", tokyo) is not None


def test_what_changes_nothing_leaves_no_record() -> None:
    grants.set_roles(olga(), EVERYTHING, {"operator": []}, at_page(ada()))
    assert not AuditRecord.objects.exists()


def test_the_last_administrator_cannot_be_undone_in_any_way() -> None:
    last = ada()
    group = Group.objects.create(name="admins")
    for act in (
        lambda: grants.set_roles(last, EVERYTHING, {}, at_page(last)),
        lambda: grants.set_roles(last, EVERYTHING, {"operator": ()}, at_page(last)),
        lambda: accounts.set_role(last, "viewer", at_page(last)),
        lambda: accounts.set_active(last, False, at_page(last)),
    ):
        with pytest.raises(GrantRefused, match="Nobody would administer"):
            act()
    assert access.why_not(User.objects.get(pk=last.pk), "administer") is None
    last.grants.all().delete()
    Grant.objects.create(group=group, role="administrator")
    group.user_set.add(last)
    for act in (
        lambda: accounts.set_members(group, User.objects.none(), at_page(last)),
        lambda: accounts.remove_group(group, at_page(last)),
    ):
        with pytest.raises(GrantRefused, match="Nobody would administer"):
            act()
    assert access.why_not(User.objects.get(pk=last.pk), "administer") is None


def test_an_administrator_may_go_when_another_stays() -> None:
    other = person("anton", "administrator")
    accounts.set_active(ada(), False, at_page(other), "left")
    assert access.why_not(User.objects.get(username="ada"), "view") is not None


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        ({"boss": []}, "'boss' is not a role"),
        ({"viewer": ["failover"]}, "cannot be limited"),
        ({"operator": ["party"]}, "no kind of operation 'party'"),
    ],
)
def test_what_is_no_role_or_kind_is_refused_with_those_there_are(roles: dict[str, list[str]], said: str) -> None:
    with pytest.raises(GrantRefused, match=said) as refused:
        grants.set_roles(sam(), EVERYTHING, roles, at_page(ada()))
    assert refused.value.remedy
    assert not Grant.objects.filter(user=sam()).exists()


def test_who_administers_one_cluster_gives_roles_there_and_nowhere_else(tokyo: Cluster, osaka: Cluster) -> None:
    local = person("local", "administrator", on=tokyo)
    grants.set_roles(sam(), Scope(cluster=tokyo), {"viewer": []}, at_page(local))
    for scope in (Scope(cluster=osaka), Scope(site=tokyo.site), EVERYTHING):
        with pytest.raises(access.NotAllowed):
            grants.set_roles(local, scope, {"administrator": []}, at_page(local))


def test_the_database_takes_one_holder_one_scope_and_each_grant_once(tokyo: Cluster) -> None:
    user, group = sam(), Group.objects.create(name="x")
    Grant.objects.create(user=user, role="viewer")
    for columns in (
        {"user": user},
        {"user": user, "group": group},
        {},
        {"user": user, "site": tokyo.site, "cluster": tokyo},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Grant.objects.create(role="viewer", **columns)


def test_why_names_the_grants_that_decide_and_what_the_others_say(tokyo: Cluster, osaka: Cluster) -> None:
    user = person("somebody", "operator", on=tokyo, kinds=("failover",))
    Grant.objects.create(user=user, role="viewer")
    Grant.objects.create(user=user, role="operator", cluster=osaka)
    yes = explain(user, "operate", tokyo, "failover", ada())
    assert yes.allowed
    assert yes.sentence.endswith("on TOKYO, of the kind failover: operator on TOKYO for failover.")
    no = explain(user, "operate", tokyo, "takeover", ada())
    assert not no.allowed
    assert sorted(ground.why for ground in no.grounds) == [
        "It is given elsewhere.",
        "It is limited to failover, and takeover is not among them.",
        "The role viewer lets nobody start, stop or acknowledge operations.",
    ]
    told = explain(user, "operate", tokyo, "failover", person("local", "administrator", on=tokyo))
    assert "OSAKA" not in str(told)


class TestPages:
    """The grid, a cell of it, people and groups, and the question why."""

    def test_the_grid_shows_who_has_what_where(self, browser: Browser, tokyo: Cluster, osaka: Cluster) -> None:
        olga(), person("mover", "operator", on=tokyo, kinds=("failover",))
        text = browser(ada()).get(reverse("rights")).content.decode()
        for word in ("TOKYO", "OSAKA", "Site Nishi", "Everything", "Roles of mover on TOKYO", "Fail over"):
            assert word in text
        only = browser(ada()).get(reverse("rights"), {"site": osaka.site_id, "q": "olg"}).content.decode()
        assert "Roles of olga on OSAKA" in only
        assert "TOKYO" not in only
        assert "mover" not in only

    def test_more_places_than_columns_fit_are_a_list_without_a_column_for_each(
        self, browser: Browser, tokyo: Cluster
    ) -> None:
        for number in range(40):
            Site.objects.create(name=f"Site-{number:02}")
        mover = person("mover")
        Grant.objects.create(user=mover, role="operator", site=tokyo.site)
        text = browser(ada()).get(reverse("rights")).content.decode()
        assert text.partition("</main>")[0].count('<th scope="col">') == 3
        assert text.count(f'aria-label="Roles of mover on all clusters of the site {tokyo.site.name}"') == 1
        assert (
            f"{reverse('rights-roles', args=['account', mover.pk])}?site={Site.objects.get(name='Site-39').pk}" in text
        )
        assert "TOKYO" not in text
        one = browser(ada()).get(reverse("rights"), {"site": tokyo.site_id}).content.decode()
        assert "Roles of mover on TOKYO: none" in one

    def test_who_administers_one_cluster_has_a_grid_of_that_one(
        self, browser: Browser, tokyo: Cluster, osaka: Cluster
    ) -> None:
        client = browser(person("local", "administrator", on=tokyo))
        text = client.get(reverse("rights")).content.decode()
        assert "Roles of local on TOKYO" in text
        assert "OSAKA" not in text
        assert "Roles of local on everything" not in text
        of = reverse("rights-roles", args=["account", sam().pk])
        statuses = [
            client.get(f"{of}{query}").status_code for query in ("", f"?cluster={osaka.pk}", "?site=99", "?site=x")
        ]
        assert statuses == [403, 404, 404, 404]
        assert client.get(f"{of}?cluster={tokyo.pk}").status_code == 200
        assert client.post(f"{of}?site={tokyo.site_id}", {"role-administrator": "on"}).status_code == 403

    def test_a_cell_keeps_roles_with_their_kinds_and_says_what_is_wrong(self, browser: Browser, tokyo: Cluster) -> None:
        client, of = browser(ada()), f"{reverse('rights-roles', args=['account', sam().pk])}?cluster={tokyo.pk}"
        none = client.post(of, {"role-operator": "on", "limit-operator": "some"})
        assert none.status_code == 422
        assert "Tick at least one kind" in none.content.decode()
        sent = {
            "role-operator": "on",
            "limit-operator": "some",
            "kinds-operator": ["failover"],
            "reason": "night shift",
        }
        assert client.post(of, sent)["Location"] == reverse("rights")
        row = Grant.objects.get(user=sam())
        assert (row.role, row.kinds, row.cluster) == ("operator", ["failover"], tokyo)
        assert (
            client.post(of, {"role-operator": "on", "limit-operator": "some", "kinds-operator": ["x"]}).status_code
            == 422
        )
        assert "checked" in client.get(of).content.decode()

    def test_the_last_administrator_is_told_so(self, browser: Browser) -> None:
        last = ada()
        answer = browser(last).post(reverse("rights-roles", args=["account", last.pk]), {"role-viewer": "on"})
        assert answer.status_code == 422
        assert "Give somebody else the role administrator on everything first." in answer.content.decode()
        answer = browser(last).post(reverse("people-switch", args=[last.pk]), {"active": "no"}, follow=True)
        assert "Nobody would administer the console any more" in answer.content.decode()
        assert User.objects.get(pk=last.pk).is_active

    def test_people_are_added_switched_off_and_put_into_groups(self, browser: Browser) -> None:
        client = browser(ada())
        assert client.post(reverse("people-add"), {"name": "nils", "role": "viewer"}).status_code == 302
        assert "already" in client.post(reverse("people-add"), {"name": "NILS"}).content.decode()
        client.post(reverse("people-add-group"), {"name": "night shift"})
        group, nils = Group.objects.get(), User.objects.get(username="nils")
        client.post(reverse("people-group", args=[group.pk]), {"members": [nils.pk]})
        assert list(group.user_set.all()) == [nils]
        assert client.post(reverse("people-group", args=[group.pk]), {"members": ["4711"]}).status_code == 422
        client.post(reverse("people-switch", args=[nils.pk]), {"active": "no"})
        assert not User.objects.get(pk=nils.pk).is_active
        client.post(reverse("people-remove-group", args=[group.pk]))
        tags = list(AuditRecord.objects.order_by("seq").values_list("action", flat=True))
        written = [f"account:{tag}" for tag in ("user:created", "group:created", "group:changed", "user:changed")]
        assert [tag for tag in tags if tag.startswith("account:")] == [*written, "account:group:removed"]

    @pytest.mark.parametrize("name", ["", " ", "x" * 151, "a\nb"])
    def test_a_group_needs_a_name(self, browser: Browser, name: str) -> None:
        text = browser(ada()).post(reverse("people-add-group"), {"name": name}, follow=True).content.decode()
        assert "A group needs a name" in text
        assert not Group.objects.exists()

    def test_why_answers_about_oneself_and_to_administrators_about_anybody(
        self, browser: Browser, tokyo: Cluster, osaka: Cluster
    ) -> None:
        mine = person("local", "operator", on=tokyo)
        asked = {"person": "local", "act": "operate", "cluster": "TOKYO", "kind": "failover"}
        text = browser(mine).get(reverse("rights-why"), asked).content.decode()
        assert "operator on TOKYO" in text
        for wrong in ({"person": "rita"}, {"cluster": "OSAKA"}, {"act": "party"}, {"kind": "party"}):
            rita()
            answer = browser(mine).get(reverse("rights-why"), asked | wrong)
            assert answer.status_code == 422, wrong
            assert "OSAKA</option>" not in answer.content.decode()
        text = browser(ada()).get(reverse("rights-why"), asked | {"person": "rita"}).content.decode()
        assert "The account rita may not start, stop or acknowledge operations on TOKYO, of the kind failover." in text
        assert "(ada)" in text

    def test_a_stranger_may_ask_too_and_is_told_of_no_cluster(self, browser: Browser, tokyo: Cluster) -> None:
        ada()
        client = browser(sam())
        assert reverse("rights-why") in client.get("/").content.decode()
        asked = {"person": "sam", "act": "view"}
        text = client.get(reverse("rights-why"), asked).content.decode()
        assert "Ask an administrator (ada) for the role viewer." in text
        assert client.get(reverse("rights-why"), asked | {"cluster": "TOKYO"}).status_code == 422
        assert client.get(reverse("rights-why"), asked | {"person": "ada"}).status_code == 422

    def test_changing_rights_takes_a_sign_in_of_just_now(self, settings: Settings) -> None:
        settings.FRESH_SECONDS = 0
        client = Client()
        client.force_login(ada())
        answer = client.post(reverse("rights-roles", args=["account", sam().pk]), {"role-administrator": "on"})
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
        assert not Grant.objects.filter(user=sam()).exists()
