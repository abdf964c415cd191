"""Every route as everybody: anonymous, a stranger, each role, and who has every right on another cluster alone."""

import re
from collections.abc import Callable

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from console.api.site import description
from console.domain.rights import ROLES, Right
from console.models import AuditRecord
from tests.access.conftest import signed_in_now
from tests.access.routes import Route, World, a_world, programs, routes

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.timeout(400)]

STREAMED = {"operation-events", "overview-events"}
"""Read by threads of its own, which do not see what a test has not committed: `test_live.py` has them."""
NOT_ONE_BY_ONE = {"viewer", "operator", "approver", "auditor", "elsewhere"}
"""Who need not try every method that a door does not take: a stranger and an administrator do."""
OF_THE_VISIT = {"Session", "UserSession", "AuditHead", "AuditRecord", "User", "SignInFailures", "HookRefusals"}
"""Tables in which a visit itself leaves traces: when somebody came, and that they read what is sensitive."""


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.fixture
def clients(world: World) -> dict[str, Callable[[], Client]]:
    """For each of the people, what makes a browser in which they have just signed in."""
    return {name: _browser(user) for name, user in world.people.items()}


def _browser(user: User | None) -> Callable[[], Client]:
    first = Client() if user is None else signed_in_now(user)

    def again() -> Client:
        client = Client(raise_request_exception=False)
        client.cookies = first.cookies.copy()  # type: ignore[assignment]
        return client

    return again


def asked(client: Client, method: str, address: str) -> HttpResponseBase:
    """The answer, with everything taken back that it may have changed."""
    with transaction.atomic():
        response: HttpResponseBase = client.generic(method, address)
        transaction.set_rollback(True)
    return response


def expected(route: Route, method: str, who: str) -> set[int] | None:
    """The statuses that the door promises; None: let through, whatever comes of it then."""
    door = route.door
    assert door is not None
    if route.signed:
        return {403, 405}
    if who == "":
        return None if door.anyone else {302}
    right: Right | None = (door.post or door.right) if method == "POST" else door.right
    if right is None or door.anyone:
        return None if method in door.methods else {405}
    if who == "stranger":
        return {403} if method in door.methods else {403, 405}
    if method not in door.methods:
        return {403, 405}
    if who == "elsewhere":
        return {"cluster": {404}, "somewhere": None, "everything": {403}}[door.where]
    return None if right in ROLES[who] else {403}


def test_every_route_declares_its_door() -> None:
    assert [route.path for route in routes() if route.door is None] == []


def test_every_address_of_the_api_is_described_and_so_walked_as_every_role() -> None:
    """The walk of the API (`tests/api/test_roles.py`) takes its addresses from the description."""
    described = {path.removeprefix("/") for path in description()["paths"]}
    found = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.path) for route in programs()}
    assert found == described | {"api/v1/openapi.json", "api/v1/", "^api/"}
    assert [Client().get(address).status_code for address in ("/api/v1/", "/api/else")] == [404, 404]


def test_every_door_lets_through_whom_it_says_and_nobody_else(
    world: World, clients: dict[str, Callable[[], Client]]
) -> None:
    wrong = []
    for route in routes():
        if route.name in STREAMED:
            continue
        address = world.address(route)
        for method in ("GET", "POST"):
            for who, client in clients.items():
                if method not in route.door.methods and who in NOT_ONE_BY_ONE:  # type: ignore[union-attr]
                    continue
                status = asked(client(), method, address).status_code
                due = expected(route, method, who)
                if (status in (403, 500)) if due is None else (status not in due):
                    wrong.append(f"{method} {route.path} as {who or 'nobody'}: {status}, not {due or 'let through'}")
    assert not wrong, "\n".join(wrong)


def test_nobody_else_is_told_more_of_a_cluster_than_of_one_that_is_not_there(
    world: World, clients: dict[str, Callable[[], Client]]
) -> None:
    """The page for what may not be seen differs from that for what is not there in nothing but the address."""
    for who in ("stranger", "elsewhere"):
        for route in (one for one in routes() if "<str:name>" in one.path and one.door and one.door.where == "cluster"):
            there = world.address(route)
            method = "GET" if "GET" in (route.door or 0).methods else "POST"  # type: ignore[union-attr]
            seen = asked(clients[who](), method, there)
            gone = asked(clients[who](), method, there.replace("TOKYO", "KYOTO"))
            assert seen.status_code == gone.status_code, route.path
            assert _text(seen).replace("TOKYO", "KYOTO") == _text(gone), route.path


def _text(response: HttpResponseBase) -> str:
    text: str = response.content.decode()  # type: ignore[attr-defined]
    return "\n".join(line for line in text.splitlines() if "csrf" not in line)


def test_nothing_changes_by_a_get(world: World, clients: dict[str, Callable[[], Client]]) -> None:
    """Every GET of every route, by who may do everything: the tables stay as they are, but for traces of the visit."""
    client, changed = clients["administrator"](), []
    before = tables()
    for route in routes():
        if route.name not in STREAMED:
            client.get(world.address(route))
            after = tables()
            changed += [f"GET {route.path} changed {name}" for name in before if before[name] != after[name]]
            before = after
    assert not changed, "\n".join(changed)
    written = set(AuditRecord.objects.filter(actor_name="the-administrator").values_list("action", flat=True))
    assert all(action.split(":")[-1] in ("exported", "read", "seen", "shown", "opened") for action in written), written


def tables() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, but for those of a visit."""
    models = [model for model in apps.get_models() if model.__name__ not in OF_THE_VISIT]
    return {model.__name__: list(model._default_manager.order_by("pk").values_list()) for model in models}


def test_the_address_of_every_page_of_rights_is_among_them() -> None:
    assert {"rights", "rights-roles", "rights-why", "people"} <= {route.name for route in routes()}
    assert reverse("rights") == "/rights/"
