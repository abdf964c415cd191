"""Every page in every language: full, empty, after a form that is wrong, and where there is nothing; none breaks."""

import re
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone

from console.models import ApiToken, GroupMapping, SignInDirectory, SignInFailures
from tests import personas
from tests.access.conftest import signed_in_now
from tests.access.routes import Route, a_world, routes
from tests.access.test_walk import STREAMED
from tests.api.calling import Program
from tests.api.world import ADDRESSES
from tests.api.world import a_world as a_world_of_programs
from tests.journeys.pages import EMPTY
from tests.services import making

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

LANGUAGES = [code for code, _ in settings.LANGUAGES]
IN_ENGLISH = {"operation-record-file"}
"""A record reads the same for everyone."""
LEFT_OPEN = re.compile(r"%\(\w+\)[sd]|(?<![\w/{])\{\w*\}(?!\})")
"""What a text has that nothing was put into."""
NOT_TOLD = re.compile(r"<(script|style|pre|code|textarea)\b.*?</\1>|<[^>]*>", re.DOTALL)
JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


def answered(signed_in: Client, method: str, address: str, language: str) -> HttpResponseBase:
    """The answer in that language, with everything taken back that it may have changed."""
    client = Client(raise_request_exception=False)
    client.cookies = signed_in.cookies.copy()  # type: ignore[assignment]
    headers = {"accept-language": language, "accept": "text/html"}
    with transaction.atomic():
        answer: HttpResponseBase = client.generic(method, address, headers=headers)
        transaction.set_rollback(True)
    return answer


def troubles(answer: HttpResponseBase, language: str) -> list[str]:
    """What is wrong with an answer: it broke, it speaks another language, or a value is missing in a text of it."""
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return [f"{answer.status_code}"]
    if answer.streaming or not answer["Content-Type"].startswith("text/html"):
        return []
    page = answer.content.decode()  # type: ignore[attr-defined]
    wrong = [] if "<html" not in page or f'<html lang="{language}"' in page else ["speaks another language"]
    return wrong + [f"left open: {found[0]}" for found in LEFT_OPEN.finditer(NOT_TOLD.sub(" ", page))]


def methods(route: Route) -> list[str]:
    """Those that the route takes, and one that it does not."""
    assert route.door is not None
    return [one for one in ("GET", "POST") if one in route.door.methods or route.name == "overview"]


def signing_in() -> None:
    """Something in every list of the page of sign-ins."""
    now = timezone.now()
    for kind in SignInFailures.Kind:
        SignInFailures.objects.create(
            kind=kind, key="192.0.2.7", failures=10, since=now, locked_until=now + timedelta(hours=1)
        )
    domain = SignInDirectory.objects.create(directory=making.cluster("KYOTO", 3).directory, domain="corp.example")
    GroupMapping.objects.create(domain=domain, outside="CN=Mail", group=Group.objects.create(name="mail"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_opens_and_every_value_is_put_in(language: str) -> None:
    world = a_world()
    signing_in()
    assert isinstance(world.people["administrator"], User)
    client, wrong = signed_in_now(world.people["administrator"]), []
    for route in routes():
        if route.name not in STREAMED | IN_ENGLISH and not route.signed:
            for method in methods(route):
                answer = answered(client, method, world.address(route), language)
                wrong += [f"{method} {route.path}: {one}" for one in troubles(answer, language)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_an_empty_console_opens_too(language: str) -> None:
    client, wrong = signed_in_now(personas.person("olga", "administrator")), []
    for look in EMPTY:
        answer = answered(client, "GET", look.address, language)
        wrong += [f"{look.address}: {one}" for one in troubles(answer, language)]
        assert answer.status_code == look.status, look.address
    assert not wrong, "\n".join(wrong)


def test_no_program_is_answered_in_another_language() -> None:
    """Every address, with what it is sent, and with a body that it refuses."""
    made, wrong = a_world_of_programs(), []
    olga = personas.person("olga", "administrator")
    usual = Program(olga, right=ApiToken.Right.ALL)
    administering = Program(olga, name="administering", right=ApiToken.Right.ADMINISTER)
    for address in ADDRESSES:
        program = administering if address.right == "administer" else usual
        path, body, headers = made.sent(address, program)
        for sent in [body] if address.method == "get" else [body, {"no-such": "field"}]:
            with transaction.atomic():
                call = getattr(program.client, address.method)
                said = {**headers, "accept-language": "ja"}
                answer = call(path, sent, content_type="application/json", headers=said)
                text = answer.getvalue().decode()
                transaction.set_rollback(True)
            if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or JAPANESE.search(text):
                wrong.append(f"{address}: {answer.status_code} {text[:200]}")
    assert not wrong, "\n".join(wrong)
