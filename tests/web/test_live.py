"""The live journal: every line once and in order, from where the reader left off, and an end."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import wraps
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.sessions.models import Session
from django.test import AsyncClient, Client
from django.urls import reverse

from console.models import Cluster, JournalLine, Operation
from console.web import journal, live, watch
from tests import personas
from tests.web import world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def in_a_loop(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run an asynchronous test; what it asks the database happens in the test's own thread."""

    @wraps(test)
    def run(**fixtures: Any) -> None:
        async_to_sync(test)(**fixtures)

    return run


class Events:
    """A reader of an event stream, as a browser reads it."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self._text = ""
        self.last_id = ""

    async def next(self, name: str) -> Any:
        """The data of the next event of that name."""
        while True:
            fields = await self._fields()
            if fields.get("event") == name:
                return json.loads(fields["data"])

    async def _fields(self) -> dict[str, str]:
        """The next event."""
        while "\n\n" not in self._text:
            self._text += (await asyncio.wait_for(anext(self._pieces), 10)).decode()
        event, self._text = self._text.split("\n\n", 1)
        fields = dict(line.split(": ", 1) for line in event.splitlines())
        self.last_id = fields.get("id", self.last_id)
        return fields

    async def name(self) -> str:
        """The name of the next event."""
        while True:
            fields = await self._fields()
            if "event" in fields:
                return fields["event"]

    async def lines(self, count: int) -> list[int]:
        """The numbers of the next `count` lines."""
        found: list[int] = []
        while len(found) < count:
            found += [line["seq"] for line in await self.next("lines")]
        return found


async def follow(operation: Operation, after: int | None = None, last_id: int | None = None) -> Events:
    """Olga's stream."""
    client = AsyncClient()
    await client.aforce_login(await sync_to_async(personas.olga)())
    headers = {} if last_id is None else {"Last-Event-ID": str(last_id)}
    query = "" if after is None else f"?after={after}"
    response = await client.get(f"{reverse('operation-events', args=[operation.pk])}{query}", headers=headers)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/event-stream"
    return Events(aiter(response))


write = sync_to_async(world.write)


def some(count: int) -> list[tuple[str, str, str]]:
    return [("output", "stop", f"text {number}\nwith <b>marks</b>") for number in range(count)]


@pytest.fixture
def operation(tokyo: Cluster) -> Operation:
    return world.running(tokyo)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beats and the stay after the ending in tenths of a second."""
    monkeypatch.setattr(live, "BEAT", 0.3)
    monkeypatch.setattr(live, "LINGER", 0.6)


@in_a_loop
async def test_lines_come_in_order_as_they_are_written(operation: Operation) -> None:
    await write(operation, some(3))
    events = await follow(operation)
    assert await events.lines(3) == [1, 2, 3]
    for first in (4, 6, 8):
        await write(operation, some(2))
        assert await events.lines(2) == [first, first + 1]
    assert events.last_id == "9"


@in_a_loop
async def test_a_long_backlog_comes_whole(operation: Operation) -> None:
    await write(operation, some(1700))
    events = await follow(operation)
    assert await events.lines(1700) == list(range(1, 1701))


@in_a_loop
async def test_a_reconnect_loses_nothing_and_repeats_nothing(operation: Operation) -> None:
    await write(operation, some(5))
    first = await follow(operation, after=2)
    assert await first.lines(3) == [3, 4, 5]
    await write(operation, some(4))
    second = await follow(operation, after=2, last_id=int(first.last_id))
    assert await second.lines(4) == [6, 7, 8, 9]


@in_a_loop
async def test_the_browser_s_place_wins_over_the_address_and_nonsense_begins_at_the_start(operation: Operation) -> None:
    await write(operation, some(4))
    assert await (await follow(operation, after=0, last_id=3)).lines(1) == [4]
    client = AsyncClient()
    await client.aforce_login(await sync_to_async(personas.olga)())
    address = reverse("operation-events", args=[operation.pk])
    response = await client.get(address, headers={"Last-Event-ID": "9" * 40})
    assert await Events(aiter(response)).lines(4) == [1, 2, 3, 4]


@in_a_loop
async def test_twenty_readers_get_every_line(operation: Operation) -> None:
    readers = [await follow(operation) for _ in range(20)]
    await write(operation, some(50))
    found = await asyncio.gather(*(reader.lines(50) for reader in readers))
    assert found == [list(range(1, 51))] * 20


@in_a_loop
async def test_what_many_wait_for_is_read_once(operation: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    await write(operation, some(5))
    readers = [await follow(operation) for _ in range(20)]
    assert await asyncio.gather(*(reader.lines(5) for reader in readers)) == [[1, 2, 3, 4, 5]] * 20
    asked: list[int] = []
    after = journal.after

    def counted(pk: int, place: int, limit: int = journal.BATCH) -> list[JournalLine]:
        asked.append(place)
        return after(pk, place, limit)

    monkeypatch.setattr(journal, "after", counted)
    await write(operation, some(30))
    assert await asyncio.gather(*(reader.lines(30) for reader in readers)) == [list(range(6, 36))] * 20
    assert asked == [5]


@pytest.mark.parametrize("kept", [10, 2000])
@in_a_loop
async def test_a_burst_that_is_not_kept_is_read_by_each_and_comes_whole(
    operation: Operation, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    monkeypatch.setattr(watch, "KEPT", kept)
    readers = [await follow(operation) for _ in range(3)]
    await write(operation, some(1))
    assert await readers[0].lines(1) == [1]
    await write(operation, some(1200))
    found = await asyncio.gather(readers[0].lines(1200), readers[1].lines(1201), readers[2].lines(1201))
    assert found == [list(range(2, 1202)), list(range(1, 1202)), list(range(1, 1202))]
    await write(operation, some(3))
    assert await asyncio.gather(*(reader.lines(3) for reader in readers)) == [[1202, 1203, 1204]] * 3


@in_a_loop
async def test_lines_alone_are_no_change_of_state(operation: Operation, quick: None) -> None:
    events = await follow(operation)
    await events.next("state")
    await write(operation, some(1))
    names = [await events.name() for _ in range(3)]
    assert names == ["lines", "beat", "beat"]


@in_a_loop
async def test_a_change_of_state_is_told_without_a_line(operation: Operation) -> None:
    events = await follow(operation)
    assert (await events.next("state"))["status"] == "running"
    await Operation.objects.filter(pk=operation.pk).aupdate(steps_done=2)
    assert (await events.next("state"))["status"] == "running"


@in_a_loop
async def test_a_silent_stream_shows_that_it_lives(operation: Operation, quick: None) -> None:
    events = await follow(operation)
    assert await events.next("beat") == {}
    assert await events.next("beat") == {}


@in_a_loop
async def test_it_ends_some_time_after_the_operation(operation: Operation, quick: None) -> None:
    events = await follow(operation)
    await write(operation, some(1))
    await Operation.objects.filter(pk=operation.pk).aupdate(status="succeeded")
    assert await events.lines(1) == [1]
    await write(operation, [("note", "", "a word after the ending")])
    assert await events.lines(1) == [2]
    assert await events.next("over") == {}
    with pytest.raises(StopAsyncIteration):
        await events.next("beat")


@in_a_loop
async def test_markup_and_line_breaks_stay_inside_their_line(operation: Operation) -> None:
    await write(operation, [("output", "stop", "a\n\nevent: over\ndata: {}\r\n\r\n</script>")])
    events = await follow(operation)
    line = (await events.next("lines"))[0]
    assert line["text"] == "a\n\nevent: over\ndata: {}\r\n\r\n</script>"


@in_a_loop
async def test_strangers_and_people_without_a_role_get_no_stream(operation: Operation) -> None:
    address = reverse("operation-events", args=[operation.pk])
    assert (await AsyncClient().get(address)).status_code == 302
    client = AsyncClient()
    await client.aforce_login(await sync_to_async(personas.sam)())
    assert (await client.get(address)).status_code == 403
    await client.aforce_login(await sync_to_async(personas.olga)())
    assert (await client.get(reverse("operation-events", args=[4711]))).status_code == 404
    assert (await client.post(address)).status_code == 405


@in_a_loop
async def test_a_stream_ends_with_the_session_that_it_was_opened_in(operation: Operation) -> None:
    events = await follow(operation)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "BEAT", 0.05)
        patch.setattr(live, "ASK_AGAIN", 0.0)
        await events.next("beat")
        await sync_to_async(Session.objects.all().delete)()
        with pytest.raises(StopAsyncIteration):  # it breaks off; "over" would say that the operation is
            await events.next("over")


def test_asking_gives_the_same_lines_in_batches(olga: Client, operation: Operation) -> None:
    world.write(operation, some(700))
    address = reverse("operation-lines", args=[operation.pk])
    first = olga.get(address, {"after": "0"}).json()
    second = olga.get(address, {"after": str(first["lines"][-1]["seq"])}).json()
    assert [line["seq"] for answer in (first, second) for line in answer["lines"]] == list(range(1, 701))
    assert (first["more"], second["more"], first["open"]) == (True, False, True)
    assert olga.get(address, {"after": "700"}).json()["lines"] == []
    assert len(olga.get(address, {"after": "; drop"}).json()["lines"]) == 500


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"from": "3", "to": "5"}, [3, 4, 5]),
        ({"from": "699", "to": "9999"}, [699, 700]),
        ({"from": "1", "to": "700"}, list(range(1, 501))),
        ({"from": "5", "to": "3"}, []),
        ({"from": "x", "to": "2"}, [1, 2]),
    ],
)
def test_lines_are_had_by_their_numbers(
    olga: Client, operation: Operation, asked: dict[str, str], found: list[int]
) -> None:
    world.write(operation, some(700))
    answer = olga.get(reverse("operation-lines", args=[operation.pk]), asked).json()
    assert [line["seq"] for line in answer["lines"]] == found


def test_who_has_no_role_may_not_ask_either(sam: Client, operation: Operation) -> None:
    assert sam.get(reverse("operation-lines", args=[operation.pk])).status_code == 403
