"""A live journal asks for rights when it is opened, and goes on asking while it is followed."""

import pytest
from asgiref.sync import sync_to_async
from django.test import AsyncClient
from django.urls import reverse

from console.models import Cluster, Grant, Operation
from console.web import live
from tests import personas
from tests.web import world
from tests.web.test_live import Events, follow, in_a_loop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operation(tokyo: Cluster) -> Operation:
    """Runs on TOKYO."""
    return world.running(tokyo)


@in_a_loop
async def test_who_holds_nothing_there_finds_no_stream(operation: Operation, osaka: Cluster) -> None:
    elsewhere = await sync_to_async(personas.person)("elsewhere", "administrator", on=osaka)
    for user, status in ((elsewhere, 404), (await sync_to_async(personas.sam)(), 403)):
        client = AsyncClient()
        await client.aforce_login(user)
        assert (await client.get(reverse("operation-events", args=[operation.pk]))).status_code == status


@in_a_loop
async def test_a_stream_ends_with_the_right_to_see(operation: Operation) -> None:
    events: Events = await follow(operation)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "BEAT", 0.05)
        patch.setattr(live, "ASK_AGAIN", 0.0)
        await events.next("beat")
        await sync_to_async(Grant.objects.all().delete)()
        with pytest.raises(StopAsyncIteration):  # it breaks off; "over" would say that the operation is
            await events.next("over")
