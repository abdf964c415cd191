"""A look compares only what was read for it; it finds what one finds that begins with nothing."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils import timezone

from console.domain.inventory import SiteSpec
from console.models import Alarm, Cluster, ObservationRecord
from console.services.inventory import save_site
from console.web import overview_keys
from console.web.overview_keys import Inventory, Look, look
from console.web.overview_rows import ROWS
from console.web.plain_rows import Asked, moment, plain_of
from tests.services import making
from tests.web import world
from tests.web.test_overview import CHANGES, fine, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def three() -> list[Cluster]:
    """One that was just observed, one whose facts are old, one that nobody has seen."""
    made = [making.cluster(name, number) for number, name in enumerate(("ALPHA", "BRAVO", "CAIRO"), 1)]
    fine(made[0])
    world.observed(made[1], ago=9999)
    return made


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_look_after_a_change_finds_what_one_finds_that_knows_nothing(
    three: list[Cluster], change: Callable[[Cluster], object]
) -> None:
    inventory = Inventory()
    before = look(inventory, Look())
    change(three[0])
    after = look(inventory, before)
    assert after.keys == look(Inventory(), Look()).keys
    assert after.changed
    assert after.changed == {pk: key for pk, key in after.keys.items() if before.keys[pk] != key}
    assert not look(inventory, after).changed


def test_what_was_going_on_and_is_over_is_a_change(three: list[Cluster]) -> None:
    alarm = Alarm.objects.create(cluster=three[0], key="x", text="t", remedy="r", raised_at=timezone.now())
    inventory = Inventory()
    before = look(inventory, Look())
    Alarm.objects.filter(pk=alarm.pk).update(acknowledged_at=timezone.now())
    after = look(inventory, before)
    assert (set(after.changed), after.keys) == ({three[0].pk}, look(Inventory(), Look()).keys)


def test_clusters_that_come_and_go_are_a_change(three: list[Cluster]) -> None:
    inventory = Inventory()
    before = look(inventory, Look())
    added = making.cluster("DELTA", 4)
    ObservationRecord.objects.filter(cluster=three[1]).delete()
    Cluster.objects.filter(pk=three[2].pk).delete()
    after = look(inventory, before)
    assert set(after.keys) == {three[0].pk, three[1].pk, added.pk}
    assert set(after.changed) == {three[1].pk, added.pk}
    assert after.keys == look(Inventory(), Look()).keys


@pytest.mark.parametrize("every", [1, 30, 100])
def test_each_fact_becomes_old_in_its_time_though_nothing_is_observed(
    three: list[Cluster], every: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    fine(three[2], ago=60)
    inventory, start = Inventory(), timezone.now()
    now = look(inventory, Look())
    old = []
    for after in range(0, 400, every):
        at = start + timedelta(seconds=after)
        monkeypatch.setattr("django.utils.timezone.now", lambda at=at: at)
        now = look(inventory, now)
        assert now.keys == look(Inventory(), Look()).keys
        old.append(sum(key.is_stale for key in now.keys.values()))
    assert (old[0], old[-1]) == (1, 3)


def test_a_cluster_whose_row_could_not_be_made_is_looked_at_again(
    three: list[Cluster], monkeypatch: pytest.MonkeyPatch
) -> None:
    ROWS.forget()
    with monkeypatch.context() as away:
        away.setattr("console.web.overview_rows._cards", lambda *_, **__: [])
        assert ROWS.now().rows == {}
    assert set(ROWS.now().rows) == {cluster.pk for cluster in three}


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 9])
def test_a_question_about_keys_answers_for_each_of_them_once(count: int) -> None:
    made = [making.cluster(f"C{number}", number + 1) for number in range(10)][:count]
    for cluster in made:
        world.observed(cluster)
    keys = [cluster.pk for cluster in made]
    assert sorted(pk for pk, _ in plain_of(_times, keys)) == keys
    assert all(moment(at) <= timezone.now() for _, at in plain_of(_times, keys))


def _times(clusters: Sequence[int]) -> Asked:
    of = ObservationRecord.objects.order_by().filter(cluster__in=clusters)
    return of.values_list("cluster_id", Cast("at", TextField()))


def test_the_times_of_all_observations_are_read_from_an_index() -> None:
    if connection.vendor == "sqlite":
        assert "USING COVERING INDEX observations_by_time" in overview_keys._observed().explain()
        return
    # PostgreSQL decides by how full its tables are whether to use it.
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, ObservationRecord._meta.db_table)
    assert constraints["observations_by_time"]["columns"] == ["at", "cluster_id"]


def test_a_cluster_is_seen_as_soon_as_it_was_added_or_observed_and_no_longer_than_it_is_there(
    tokyo: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview_keys, "INVENTORY_SECONDS", 60.0)
    ROWS.forget()
    assert len(ROWS.now().rows) == 1
    added = making.cluster("KYOTO", 3)
    save_site(SiteSpec("renamed"), making.actor(role="administrator"), added.site)
    assert row(added).name == "KYOTO"
    observed = making.cluster("OSAKA", 4)
    fine(observed)
    assert row(observed).name == "OSAKA"
    observed.delete()
    assert [one.name for one in ROWS.now().rows.values()] == ["KYOTO", "TOKYO"]
