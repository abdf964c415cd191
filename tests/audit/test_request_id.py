"""What one request records has one id, which the answer carries; nobody else can choose it."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client
from django.urls import reverse

from console.models import AuditRecord
from console.services import audit
from console.web.request_id import HEADER, RequestIdMiddleware
from tests.personas import aki


@pytest.mark.django_db
def test_the_answer_names_the_id_of_what_was_recorded(client: Client) -> None:
    client.force_login(aki())
    answers = [client.get(reverse("audit-export", args=["csv"]), headers={HEADER: "mine"}) for _ in range(2)]

    records = AuditRecord.objects.filter(action="audit:records:exported").order_by("seq")
    assert [record.request_id for record in records] == [answer.headers[HEADER] for answer in answers]
    assert len({record.request_id for record in records} - {"mine", ""}) == 2
    assert audit.request_id.get() == ""


def test_requests_side_by_side_keep_their_own_ids() -> None:
    async def view(request: HttpRequest) -> HttpResponse:
        before = audit.request_id.get()
        await asyncio.sleep(0.01)
        inside = await sync_to_async(audit.request_id.get)()
        return HttpResponse(f"{before} {audit.request_id.get()} {inside}")

    async def both() -> list[HttpResponse]:
        middleware = RequestIdMiddleware(view)
        return await asyncio.gather(*(middleware(HttpRequest()) for _ in range(2)))  # type: ignore[arg-type]

    first, second = asyncio.run(both())
    for answer in (first, second):
        assert set(answer.content.decode().split()) == {answer.headers[HEADER]}
    assert first.headers[HEADER] != second.headers[HEADER]


def test_an_answer_without_a_record_has_one_too() -> None:
    async def ask() -> str:
        return (await AsyncClient().get(reverse("sign-in"))).headers[HEADER]

    assert len(asyncio.run(ask())) == 32
