"""The overview as it changes: who watches is sent the rows that are new to them, and nothing else."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import AsyncClient
from django.urls import reverse

from console.models import Cluster, Grant, Operation
from console.services import brakes
from console.web import overview_live
from tests import personas
from tests.services import making
from tests.web import world
from tests.web.test_live import Events, in_a_loop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks and beats in tenths of a second."""
    monkeypatch.setattr(overview_live, "PAUSE", 0.05)
    monkeypatch.setattr(overview_live, "BEAT", 0.3)


@pytest.fixture
def osaka(tokyo: Cluster) -> Cluster:
    """Another cluster."""
    return making.cluster("OSAKA", 2)


async def watching(query: str = "", user: User | None = None) -> Events:
    """The stream of somebody who watches; Olga when nobody is named."""
    client = AsyncClient()
    await client.aforce_login(user or await sync_to_async(personas.olga)())
    response = await client.get(f"{reverse('overview-events')}{query}")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/event-stream"
    return Events(aiter(response))


async def keys(events: Events) -> list[int]:
    """The clusters of the next rows."""
    return [row["pk"] for row in (await events.next("rows"))["rows"]]


@in_a_loop
async def test_first_comes_how_every_row_is_then_only_what_changes(tokyo: Cluster, osaka: Cluster) -> None:
    events = await watching()
    before = (await events.next("versions"))["versions"]
    assert before.keys() == {str(tokyo.pk), str(osaka.pk)}
    await sync_to_async(world.observed)(osaka, mail="down")
    (row,) = (await events.next("rows"))["rows"]
    assert (row["pk"], row["version"] != before[str(osaka.pk)]) == (osaka.pk, True)
    assert "mail down" in row["html"]
    await sync_to_async(world.observed)(tokyo)
    assert await keys(events) == [tokyo.pk]


@in_a_loop
async def test_while_nothing_changes_nothing_is_sent_but_that_it_lives(tokyo: Cluster) -> None:
    events = await watching()
    await events.next("versions")
    for _ in range(3):
        assert await events.name() == "beat"


@in_a_loop
async def test_twenty_who_watch_cost_one_look_each_time(tokyo: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    now = overview_live.ROWS.now

    def counted() -> Any:
        looks.append(1)
        return now()

    monkeypatch.setattr(overview_live, "PAUSE", 0.2)
    monkeypatch.setattr(overview_live.ROWS, "now", counted)
    viewers = [await watching() for _ in range(20)]
    for events in viewers:
        await events.next("versions")
    looks.clear()
    await sync_to_async(world.observed)(tokyo)
    for events in viewers:
        assert await keys(events) == [tokyo.pk]
    assert len(looks) < 10


@in_a_loop
async def test_who_wants_one_cluster_is_told_of_that_one(tokyo: Cluster, osaka: Cluster) -> None:
    events = await watching(f"?one={osaka.pk}")
    assert list((await events.next("versions"))["versions"]) == [str(osaka.pk)]
    await sync_to_async(world.observed)(tokyo)
    await sync_to_async(world.observed)(osaka)
    assert await keys(events) == [osaka.pk]


@in_a_loop
async def test_the_wall_is_sent_tiles(tokyo: Cluster) -> None:
    events = await watching("?form=tile")
    await events.next("versions")
    await sync_to_async(world.observed)(tokyo)
    assert (await events.next("rows"))["rows"][0]["html"].startswith("<li")


@in_a_loop
async def test_a_cluster_that_is_no_more_is_gone(tokyo: Cluster, osaka: Cluster) -> None:
    events = await watching()
    await events.next("versions")
    await sync_to_async(osaka.nodes.all().delete)()
    await Cluster.objects.filter(pk=osaka.pk).adelete()
    assert await events.next("gone") == {"gone": [osaka.pk]}


@in_a_loop
async def test_a_global_stop_is_told_though_it_is_of_no_row(tokyo: Cluster) -> None:
    events = await watching()
    await events.next("versions")
    actor = await sync_to_async(making.actor)("boss", "administrator")
    await sync_to_async(brakes.set_stop)(actor, "the storage is being serviced")
    assert await events.next("head") == {}


@in_a_loop
async def test_who_may_see_one_cluster_is_sent_nothing_of_another(tokyo: Cluster, osaka: Cluster) -> None:
    user = await sync_to_async(personas.person)("toko", "viewer", on=tokyo)
    events = await watching(user=user)
    assert list((await events.next("versions"))["versions"]) == [str(tokyo.pk)]
    await sync_to_async(world.observed)(osaka)
    await sync_to_async(world.observed)(tokyo)
    assert await keys(events) == [tokyo.pk]
    grant = await Grant.objects.aget(user=user)
    await sync_to_async(Grant.objects.create)(user=user, role="viewer", cluster=osaka)
    assert await keys(events) == [osaka.pk], "a right that was given shows its cluster"
    await grant.adelete()
    assert await events.next("gone") == {"gone": [tokyo.pk]}


@in_a_loop
async def test_a_stream_ends_with_its_session_and_with_the_last_right(tokyo: Cluster) -> None:
    for forget in (Session.objects, Grant.objects):
        events = await watching()
        await events.next("versions")
        await forget.all().adelete()
        assert await events.next("over") == {}


@in_a_loop
async def test_a_database_that_is_away_is_said_and_its_return_too(tokyo: Cluster) -> None:
    events = await watching()
    await events.next("versions")

    def away() -> None:
        raise OSError("no database")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(overview_live.ROWS, "now", away)
        while not (await events.next("beat"))["blind"]:
            pass
    while (await events.next("beat"))["blind"]:
        pass
    await sync_to_async(world.observed)(tokyo)
    assert await keys(events) == [tokyo.pk]


@in_a_loop
async def test_strangers_and_people_without_a_role_get_no_stream(tokyo: Cluster) -> None:
    address = reverse("overview-events")
    assert (await AsyncClient().get(address)).status_code == 302
    client = AsyncClient()
    await client.aforce_login(await sync_to_async(personas.sam)())
    assert (await client.get(address)).status_code == 403
    await client.aforce_login(await sync_to_async(personas.olga)())
    assert (await client.post(address)).status_code == 405


@in_a_loop
async def test_the_steps_of_an_operation_come_as_they_happen(tokyo: Cluster) -> None:
    operation = await sync_to_async(world.running)(tokyo)
    events = await watching()
    await events.next("versions")
    for done in (1, 2):
        await Operation.objects.filter(pk=operation.pk).aupdate(steps_done=done)
        assert f"{done} of 3 steps" in (await events.next("rows"))["rows"][0]["html"]
