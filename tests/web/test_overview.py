"""The overview of many clusters: problems first, filters in the address, rows kept until something of them changes."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.domain.checks import Check, Verdict
from console.domain.inventory import SiteSpec
from console.models import Alarm, Cluster, Grant, MaintenanceWindow, Node, ObservationRecord, Operation, Site
from console.services.inventory import save_site
from console.web import overview, overview_keys, overview_rows
from console.web.forms.overview import OverviewFilter
from console.web.overview_row import Row
from console.web.overview_rows import ROWS
from tests import personas
from tests.services import making
from tests.web import world
from tests.web.conftest import signed_in

Page = Callable[..., str]


def row(cluster: Cluster) -> Row:
    """Its row as it is now."""
    return ROWS.now().rows[cluster.pk]


@pytest.fixture
def many(olga: Client) -> dict[str, Cluster]:
    """One that is fine, one down, one that nobody has seen, one that runs something, one whose facts are old."""
    made = {
        name: making.cluster(name, number)
        for number, name in enumerate(("ALPHA", "BRAVO", "CAIRO", "DELTA", "ELBA"), 1)
    }
    for name in ("ALPHA", "DELTA"):
        fine(made[name])
    world.observed(made["BRAVO"], mail="down")
    world.observed(made["ELBA"], ago=9999)
    world.running(made["DELTA"])
    west = Site.objects.create(name="west")
    Cluster.objects.filter(name__in=("BRAVO", "CAIRO")).update(site=west)
    return made


def fine(cluster: Cluster, **changes: object) -> None:
    """Everything about the cluster was read just now, and is good."""
    world.observed(cluster, **changes)  # type: ignore[arg-type]
    record = ObservationRecord.objects.get(cluster=cluster)
    at = record.status["at"]
    services = {"key": "services", "label": "Services", "value": "15 of 15 running", "tone": "good", "at": at}
    for node in record.status["nodes"]:
        node["facts"].append(services | {"node": node["name"], "detail": ""})
    record.checks = [Check("a", "A", Verdict.PASS, "so").to_json()]
    record.save()


def shown(text: str) -> list[str]:
    """The names of the rows that are not hidden, in their order."""
    lines = [part.split(">", 1)[0] for part in text.split("<tr class=")[1:]]
    return [
        line.split('data-name="')[1].split('"')[0].upper()
        for line in lines
        if "data-name" in line and " hidden" not in line
    ]


def test_problems_come_first_then_names(olga: Client, many: dict[str, Cluster], page: Page) -> None:
    assert shown(page(olga, "/")) == ["BRAVO", "CAIRO", "ELBA", "DELTA", "ALPHA"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=alpha", ["ALPHA"]),
        ("q=bra-ex2", ["BRAVO"]),
        ("q=127.9.3", ["CAIRO"]),
        ("q=WEST+bra", ["BRAVO"]),
        ("q=nothing-like-it", []),
        ("state=down", ["BRAVO"]),
        ("state=unknown", ["BRAVO", "CAIRO", "ELBA"]),
        ("state=problems", ["BRAVO", "CAIRO", "ELBA"]),
        ("state=running", ["DELTA"]),
        ("state=fine", ["ALPHA"]),
        ("state=no-such", ["BRAVO", "CAIRO", "ELBA", "DELTA", "ALPHA"]),
        ("site=west", ["BRAVO", "CAIRO"]),
        ("site=west&state=down", ["BRAVO"]),
    ],
)
def test_the_address_says_what_is_shown(
    olga: Client, many: dict[str, Cluster], page: Page, query: str, names: list[str]
) -> None:
    text = page(olga, f"/?{query}")
    assert shown(text) == names
    assert ('id="nothing" hidden' in text) == bool(names)


def test_sites_stand_together_and_the_one_with_the_worst_comes_first(
    olga: Client, many: dict[str, Cluster], page: Page
) -> None:
    text = page(olga, "/?group=site")
    assert shown(text) == ["BRAVO", "CAIRO", "ELBA", "DELTA", "ALPHA"]
    assert text.index('<tbody data-site="west"') < text.index('<tbody data-site="main"')
    narrow = page(olga, "/?group=site&site=main")
    assert '<tbody data-site="west"' not in narrow


def test_the_page_comes_with_its_first_rows_and_can_be_turned_without_scripts(
    olga: Client, many: dict[str, Cluster], page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "AT_FIRST", 2)
    first = page(olga, "/?group=site")
    assert shown(first) == ["BRAVO", "CAIRO"]
    assert 'data-count="5"' in first
    assert "5 clusters:" in first
    assert 'href="?group=site&amp;page=2"' in first
    assert shown(page(olga, "/?group=site&page=2")) == ["ELBA", "DELTA"]
    assert shown(page(olga, "/?q=main&page=2")) == ["ALPHA"]
    assert '<div id="pages" hidden>' in page(olga, "/?state=down")


def test_a_look_is_shared_for_a_second_and_not_after_somebody_changed_something_here(
    olga: Client, tokyo: Cluster, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview_rows, "FRESH", 60.0)
    fine(tokyo)
    ROWS.due()
    assert "line--fine" in page(olga, "/")
    world.observed(tokyo, mail="down")
    assert "line--fine" in page(olga, "/")
    olga.post(reverse("observe-all"))
    assert "line--down" in page(olga, "/")


def test_a_look_asks_as_often_for_many_clusters_as_for_one(
    tokyo: Cluster,
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(overview_keys, "INVENTORY_SECONDS", 60.0)
    for number in range(2, 9):
        fine(making.cluster(f"C{number}", number))
    world.running(tokyo)
    ROWS.forget()
    with django_assert_max_num_queries(23):
        for one in ROWS.now().rows.values():
            one.render("line")
    with django_assert_max_num_queries(11):
        ROWS.now()


def test_a_cluster_is_everything_that_it_is_the_worst_first(many: dict[str, Cluster]) -> None:
    assert row(many["BRAVO"]).states[0] == "down"
    assert row(many["CAIRO"]).states == ("unknown",)
    assert row(many["DELTA"]).states == ("running",)
    assert row(many["ALPHA"]).states == ("fine",)


@pytest.mark.parametrize(
    ("checks", "words", "tone"),
    [
        (["pass", "pass"], "ready, 100", "good"),
        (["pass", "warn"], "ready, 87", "warn"),
        (["pass", "unknown"], "1 unknown", "unknown"),
        (["fail", "unknown", "fail"], "2 in the way", "bad"),
        ([], "unknown", "unknown"),
    ],
)
def test_readiness_is_never_better_than_what_was_checked(
    tokyo: Cluster, checks: list[str], words: str, tone: str
) -> None:
    fine(tokyo)
    ObservationRecord.objects.update(checks=[Check("a", "A", Verdict(verdict), "so").to_json() for verdict in checks])
    cell = row(tokyo).cells.readiness
    assert (cell.words, cell.tone) == (words, tone)


def test_nothing_old_is_good(tokyo: Cluster) -> None:
    fine(tokyo, ago=9999)
    assert {cell.tone for cell in row(tokyo).cells} == {"stale"}
    assert row(tokyo).state == "unknown"


CHANGES: dict[str, Callable[[Cluster], object]] = {
    "an observation": lambda cluster: world.observed(cluster, mail="down"),
    "its name": lambda cluster: Cluster.objects.filter(pk=cluster.pk).update(name="OTHER"),
    "its site": lambda cluster: Site.objects.update(name="renamed"),
    "a node": lambda cluster: Node.objects.filter(cluster=cluster, role="primary").update(name="NEW-EX1"),
    "an operation": lambda cluster: world.running(cluster),
    "an alarm": lambda cluster: Alarm.objects.create(
        cluster=cluster, key="x", text="t", remedy="r", raised_at=timezone.now()
    ),
    "an ending to look into": lambda cluster: world.ended(cluster, "uncertain"),
    "what began by itself": lambda cluster: world.ended(cluster, "succeeded", automatic=True),
    "maintenance": lambda cluster: MaintenanceWindow.objects.create(
        cluster=cluster, starts_at=timezone.now(), ends_at=timezone.now() + timedelta(hours=1), made_at=timezone.now()
    ),
    "a cooldown": lambda cluster: Operation.objects.filter(pk=world.ended(cluster, "succeeded").pk).update(
        kind="takeover"
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_row_is_kept_until_something_that_it_shows_changes(
    tokyo: Cluster, osaka: Cluster, change: Callable[[Cluster], object]
) -> None:
    fine(tokyo)
    before = ROWS.now()
    assert ROWS.now() is before
    change(tokyo)
    after = ROWS.now()
    assert after.rows[tokyo.pk].version != before.rows[tokyo.pk].version
    assert (after.rows[osaka.pk] is before.rows[osaka.pk]) == (tokyo.site.name == Site.objects.get().name)


def test_the_inventory_is_asked_for_anew_when_something_was_decided_and_after_seconds_at_the_latest(
    tokyo: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview_keys, "INVENTORY_SECONDS", 60.0)
    ROWS.forget()
    before = row(tokyo)
    save_site(SiteSpec("renamed"), making.actor(role="administrator"), tokyo.site)
    assert (before.site, row(tokyo).site) == ("main", "renamed")
    Site.objects.update(name="by another way")
    assert row(tokyo).site == "renamed"
    later = time.monotonic() + 61
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert row(tokyo).site == "by another way"


def test_what_is_only_observed_anew_has_its_new_observation_and_the_rest_as_it_was(tokyo: Cluster) -> None:
    fine(tokyo)
    before = row(tokyo)
    world.observed(tokyo, mail="down")
    after = row(tokyo)
    assert (before.mail_tone, after.mail_tone) == ("good", "bad")
    assert after.card.cluster is before.card.cluster
    assert after.pair == before.pair


@pytest.fixture
def osaka(tokyo: Cluster) -> Cluster:
    """Another cluster, with which nothing happens."""
    return making.cluster("OSAKA", 2)


def test_each_step_of_an_operation_is_a_change(tokyo: Cluster) -> None:
    operation = world.running(tokyo)
    before = row(tokyo).version
    Operation.objects.filter(pk=operation.pk).update(current_step="move", steps_done=1)
    assert row(tokyo).version != before
    assert "1 of 3 steps" in row(tokyo).render("line")


def test_time_alone_makes_a_row_old(tokyo: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    fine(tokyo)
    before = row(tokyo).version
    later = timezone.now() + timedelta(days=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert row(tokyo).version != before
    assert "mail was up" in row(tokyo).render("line")


def test_the_age_is_that_of_the_moment_in_which_a_row_is_shown(tokyo: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    fine(tokyo)
    kept = row(tokyo)
    kept.render("line")
    later = timezone.now() + timedelta(seconds=35)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert row(tokyo) is kept
    assert ">40 s ago<" in kept.render("line") or ">41 s ago<" in kept.render("line")


def test_rows_are_given_by_their_keys_to_who_may_see_them(olga: Client, many: dict[str, Cluster]) -> None:
    address = reverse("overview-rows")
    versions = olga.get(address).json()["versions"]
    assert versions == {str(c.pk): row(c).version for c in many.values()}
    bravo, delta = many["BRAVO"].pk, many["DELTA"].pk
    rows = olga.get(address, {"of": f"{bravo},{delta},4711,x"}).json()["rows"]
    assert [one["pk"] for one in rows] == [bravo, delta]
    assert rows[0]["version"] == versions[str(bravo)]
    assert rows[0]["html"].startswith("<tr")
    assert olga.get(address, {"of": str(bravo), "form": "tile"}).json()["rows"][0]["html"].startswith("<li")


def test_who_sees_one_cluster_is_given_nothing_of_another(many: dict[str, Cluster], page: Page) -> None:
    user = personas.person("brave", "viewer", on=many["BRAVO"])
    Grant.objects.filter(user=user).exclude(cluster=many["BRAVO"]).delete()
    client = signed_in(user)
    assert list(client.get(reverse("overview-rows")).json()["versions"]) == [str(many["BRAVO"].pk)]
    assert client.get(reverse("overview-rows"), {"of": str(many["ALPHA"].pk)}).json() == {"rows": []}
    for address in ("/", reverse("overview-head"), reverse("wall")):
        assert "ALPHA" not in page(client, address)
    assert "1 cluster:" in page(client, reverse("overview-head"))


def test_the_head_tells_what_needs_a_person_and_folds_what_is_too_much(olga: Client, page: Page) -> None:
    for number in range(1, 9):
        world.ended(making.cluster(f"C{number}", number), "succeeded", automatic=True)
    text = page(olga, reverse("overview-head"))
    assert text.count("While nobody looked") == 8
    assert "2 more clusters need a person" in text


def test_order_is_by_rank_and_name(many: dict[str, Cluster]) -> None:
    names = [one.name for one in ROWS.now().rows.values()]
    assert names == ["BRAVO", "CAIRO", "ELBA", "DELTA", "ALPHA"]


def test_what_an_address_cannot_mean_lets_everything_through() -> None:
    assert not OverviewFilter.of(QueryDict("state=%00&group=planet&q=%20")).narrows


# --- the wall


def test_the_wall_shows_what_is_wrong_large_and_has_nothing_to_press(
    olga: Client, many: dict[str, Cluster], page: Page
) -> None:
    text = page(olga, reverse("wall"))
    assert "1 down" in text
    assert text.index("tile--down") < text.index("tile--fine")
    assert "<button" not in text
    assert "<input" not in text


def test_the_wall_says_loudly_when_its_data_is_old(olga: Client, tokyo: Cluster, page: Page) -> None:
    fine(tokyo)
    assert "OLD DATA" not in page(olga, reverse("wall"))
    fine(tokyo, ago=9999)
    text = page(olga, reverse("wall"))
    assert "OLD DATA: nothing has been observed since" in text
    assert "Mail is up everywhere" not in text


def test_the_wall_comes_with_its_first_tiles_and_with_all_of_them_where_scripts_do_not_run(
    olga: Client, many: dict[str, Cluster], page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "TILES_AT_FIRST", 3)
    first, whole = page(olga, reverse("wall")), page(olga, reverse("wall") + "?all=1")
    assert (first.count('<li class="tile'), whole.count('<li class="tile')) == (3, 5)
    assert "ALPHA" not in first
    assert '<noscript><meta http-equiv="refresh" content="0; url=?all=1"></noscript>' in first
    assert '<noscript><meta http-equiv="refresh" content="15"></noscript>' in whole
    newest = max(one.read_at for one in ROWS.now().rows.values())
    for text in (first, whole):
        assert "1 down" in text
        assert f'data-newest="{newest}"' in text, "though its tile comes later"
        assert "OLD DATA" not in text


def test_a_wall_without_clusters_is_not_good(olga: Client, page: Page) -> None:
    text = page(olga, reverse("wall"))
    assert "No clusters" in text
    assert "tone-good" not in text


# --- one cluster


def test_the_matrix_has_a_cell_for_every_server_and_resource(olga: Client, tokyo: Cluster, page: Page) -> None:
    fine(tokyo)
    text = page(olga, reverse("cluster", args=["TOKYO"]))
    part = text[text.index('id="resources"') : text.index("</table>", text.index('id="resources"'))]
    assert part.count("matrix__cell ") == 2 * part.count('<tr><th scope="row"')
    assert "elsewhere" in part


def test_in_the_matrix_nobody_has_what_nobody_knows_of(olga: Client, tokyo: Cluster, page: Page) -> None:
    fine(tokyo, active="")
    text = page(olga, reverse("cluster", args=["TOKYO"]))
    line = text[text.index("Group EXCHANGE") : text.index("</tr>", text.index("Group EXCHANGE"))]
    assert line.count("matrix__cell--unknown") == 2


def test_the_picture_is_drawn_and_said(olga: Client, tokyo: Cluster, page: Page) -> None:
    fine(tokyo)
    text = page(olga, reverse("cluster", args=["TOKYO"]))
    assert '<svg class="drawing"' in text
    assert 'aria-describedby="picture-words"' in text
    assert "TOK-EX1 (primary by design): active; services 15 of 15 running." in text
