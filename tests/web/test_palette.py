"""The palette: what it finds, for whom, in which order; that each of its ways is open; and that no page is left out."""

import html
import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from console.domain.rights import ROLES
from console.models import Cluster, GlobalStop, Operation
from console.web.overview_rows import ROWS
from console.web.palette_places import PAGES
from console.web.palette_search import AT_ONCE, Part, found
from tests import personas
from tests.access.conftest import signed_in_now
from tests.access.routes import routes
from tests.journeys.pages import NO_PAGE
from tests.services import making
from tests.web import world

pytestmark = pytest.mark.django_db

NOT_THERE = {
    "sign-in/": "who looks is signed in",
    "sign-in/again/": "comes by itself where it is asked for",
    "palette/": "it is the palette",
}
"""Pages that nobody jumps to, and why."""
SECOND_FACTORS = "account/second-factor/"
"""One of its pages leads to the others, by what the person has."""


@pytest.fixture(autouse=True)
def _fresh_rows() -> None:
    """Of the clusters of another test nothing is kept."""
    ROWS.forget()


@pytest.fixture
def tokyo() -> Cluster:
    made = making.cluster()
    world.observed(made)
    return made


def names(parts: list[Part], title: str) -> list[str]:
    return [entry.name for part in parts if part.title == title for entry in part.entries]


def titles(parts: list[Part]) -> list[str]:
    return [part.title for part in parts]


def addresses(parts: list[Part]) -> list[str]:
    return [entry.address for part in parts for entry in part.entries]


def test_every_page_that_stands_for_itself_is_in_it() -> None:
    mine = {resolve(reverse(place.route, args=place.args)).route for place in PAGES}
    alone = {
        route.path
        for route in routes()
        if route.door and not route.door.anyone and "GET" in route.door.methods and "<" not in route.path
    }
    left_out = alone - mine - NOT_THERE.keys() - NO_PAGE.keys()
    assert {path for path in left_out if not path.startswith(SECOND_FACTORS)} == set()


@pytest.mark.slow
@pytest.mark.parametrize("role", [*ROLES, ""])
def test_whatever_it_offers_to_a_role_is_open_to_it(tokyo: Cluster, role: str) -> None:
    world.running(tokyo)
    user = personas.person(f"the-{role or 'stranger'}", role)
    client = signed_in_now(user)
    offered = {address for question in ("", "tokyo", "a", "e") for address in addresses(found(user, question))}
    assert len(offered) > (20 if role else 3)
    refused = {address: client.get(address.partition("#")[0]).status_code for address in offered}
    assert {address: status for address, status in refused.items() if status != 200} == {}


def test_an_action_is_offered_only_to_who_may_do_it(tokyo: Cluster) -> None:
    assert names(found(personas.olga(), "fail over tokyo"), "Actions")[0] == "Fail over TOKYO to TOK-EX2"
    assert names(found(personas.rita(), "fail over tokyo"), "Actions") == []
    assert names(found(personas.rita(), "stop everything"), "Actions") == []
    assert names(found(personas.aki(), "audit tokyo"), "Actions") == ["Audit of TOKYO"]
    assert names(found(personas.olga(), "audit tokyo"), "Actions") == []


def test_who_may_only_fail_over_is_not_offered_to_fail_back(tokyo: Cluster) -> None:
    world.observed(tokyo, active="TOK-EX2")
    nina = personas.person("nina", "operator", kinds=("failover",))
    assert "Fail back TOKYO to TOK-EX1" in names(found(personas.olga(), "fail tokyo"), "Actions")
    assert not [name for name in names(found(nina, "fail tokyo"), "Actions") if name.startswith("Fail back")]


def test_what_one_may_not_see_is_not_there(tokyo: Cluster) -> None:
    osaka = making.cluster("OSAKA", 2)
    hidden = world.running(osaka)
    olga = personas.person("otto", "operator", on=tokyo)
    for question in ("", "osaka", f"#{hidden.pk}", str(hidden.plan_id), "fail over"):
        found_here = found(olga, question)
        assert "OSAKA" not in str(found_here), question
    assert titles(found(personas.sam(), "tokyo")) == []


def test_a_move_leads_to_its_button_and_starts_nothing(tokyo: Cluster, page: Callable[..., str]) -> None:
    (entry,) = (one for part in found(personas.olga(), "fail over tokyo tok-ex2") for one in part.entries[:1])
    address, _, anchor = entry.address.partition("#")
    button = re.search(rf'<button id="{anchor}"[^>]*>.*?</button>', page(signed_in_now(personas.olga()), address))
    assert button
    assert "Fail over" in button[0]
    assert not Operation.objects.exists()


def test_a_move_that_something_known_is_in_the_way_of_is_not_offered(tokyo: Cluster) -> None:
    world.running(tokyo)
    offered = names(found(personas.olga(), "tokyo"), "Actions")
    assert not [name for name in offered if name.startswith(("Fail over TOKYO", "Fail back TOKYO"))]


def test_the_best_fit_comes_first_and_its_group_too(tokyo: Cluster) -> None:
    making.cluster("AUDIT-TOKYO", 2)
    Cluster.objects.filter(pk=making.cluster("SECOND", 3).pk).update(name="TOKYO-2")
    olga = personas.ada()
    assert names(found(olga, "tokyo"), "Clusters") == ["TOKYO", "TOKYO-2", "AUDIT-TOKYO"]
    assert titles(found(olga, "tokyo"))[0] == "Clusters"
    assert titles(found(olga, "audit"))[0] == "Pages"
    assert titles(found(olga, "take over"))[0] == "Actions"
    assert names(found(olga, "sessions locked"), "Pages") == ["Sign-ins"], "by words that are not in the name"


def test_an_operation_is_found_while_it_is_open_and_by_its_number_ever_after(tokyo: Cluster) -> None:
    olga = personas.olga()
    over = world.ended(tokyo, "succeeded")
    doubtful = world.ended(tokyo, "uncertain")
    Operation.objects.filter(pk=doubtful.pk).update(acknowledged_at=None)
    assert reverse("operation", args=[doubtful.pk]) in addresses(found(olga, ""))
    assert reverse("operation", args=[over.pk]) not in addresses(found(olga, "tokyo"))
    for question in (str(over.pk), f"#{over.pk}"):
        assert reverse("operation", args=[over.pk]) in addresses(found(olga, question))
    assert reverse("plan", args=[over.plan_id]) in addresses(found(olga, str(over.plan_id)))
    assert found(olga, "9" * 90) == []


def test_of_many_the_first_are_shown_and_the_rest_is_counted() -> None:
    for number in range(AT_ONCE + 3):
        making.cluster(f"M{number:02}-MAIL", number + 1)
    (part,) = (one for one in found(personas.olga(), "mail") if one.title == "Clusters")
    assert ([entry.name for entry in part.entries][-1], part.more) == (f"M{AT_ONCE - 1:02}-MAIL", 3)


def test_the_global_stop_is_set_or_lifted_there(tokyo: Cluster) -> None:
    ada = personas.ada()
    (address,) = (one for one in addresses(found(ada, "global stop")) if "#" in one)
    page = signed_in_now(ada).get("/").content.decode()
    assert f'id="{address.partition("#")[2]}"' in page
    GlobalStop.objects.create(set_by="ada", set_at=timezone.now(), reason="fire")
    assert "Lift the global stop" in names(found(ada, "global stop"), "Actions")


def test_without_scripts_it_is_a_page_of_links(tokyo: Cluster, page: Callable[..., str]) -> None:
    text = page(signed_in_now(personas.olga()), "/palette/?q=readiness+tokyo")
    assert f'href="{reverse("cluster-readiness", args=["TOKYO"])}"' in text
    assert 'role="option"' not in text
    nothing = page(signed_in_now(personas.olga()), "/palette/?q=%3Cb%3Enowhere")
    assert "“&lt;b&gt;nowhere”" in nothing


def test_its_list_says_how_much_it_holds(tokyo: Cluster, page: Callable[..., str]) -> None:
    text = page(signed_in_now(personas.olga()), "/palette/options?q=tokyo")
    count = len(re.findall('role="option"', text))
    assert f'data-palette-count="{count}"' in text
    assert f">{count} entries<" in text
    assert len(set(re.findall(r' id="([^"]+)"', text))) == len(re.findall(r' id="', text)), "each has its own name"
    assert "try fewer" in html.unescape(page(signed_in_now(personas.olga()), "/palette/options?q=xyzzy")).casefold()


@pytest.mark.parametrize("clusters", [1, 40])
def test_it_asks_no_more_often_however_many_clusters_there_are(
    clusters: int, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(clusters):
        world.observed(making.cluster(f"M{number:02}-MAIL", number + 1))
    user = User.objects.get(pk=personas.ada().pk)
    found(user, "")
    fresh: User = User.objects.get(pk=user.pk)
    with django_assert_max_num_queries(23):  # type: ignore[attr-defined]
        found(fresh, "mail")


def test_nobody_else_learns_of_it() -> None:
    assert Client().get("/palette/options?q=a").status_code == 302
