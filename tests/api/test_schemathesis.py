"""The API called as its own description says, and as it says not to: every answer is one that is described."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode

from console.api.site import description
from console.models import Cluster, Operation
from console.services import tokens
from tests import personas
from tests.api.calling import Program
from tests.services import making
from tests.web import world

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.django_db]
ADDRESSES = sorted((method.upper(), path) for path, methods in description()["paths"].items() for method in methods)
EXAMPLES = 30


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """The requests stay in the test's own transaction, as those of Django's test client do."""
    around = (request_started, request_finished)
    for signal in around:
        signal.disconnect(close_old_connections)
    yield
    for signal in around:
        signal.connect(close_old_connections)


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Program:
    """One that may start what there is: a cluster that was observed, and an operation with a journal."""
    monkeypatch.setattr(tokens, "FAILURES", 10**9)
    cluster = making.cluster()
    world.observed(cluster)
    world.filled(world.ended(cluster, "succeeded"), 3)
    return Program(personas.olga(), right="operate")


def without_tokens() -> dict[str, Any]:
    """The description for who has a token: that there is nothing without one has tests of its own."""
    told = description()
    for methods in told["paths"].values():
        for operation in methods.values():
            assert operation.pop("security") == [{"TokenAuth": []}]
    return told


def there(path: str) -> dict[str, Any]:
    """The parameters of an address that lead to something."""
    operation = Operation.objects.get()
    number = operation.plan_id if "/plans/" in path else operation.pk
    return {"name": Cluster.objects.get().name} if "{name}" in path else {"number": number}


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("method", "path"), ADDRESSES, ids=lambda part: part)
def test_every_answer_is_as_described(program: Program, method: str, path: str, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_dict(without_tokens())
    schema.app = WSGIHandler()
    found = there(path)
    statuses: set[int] = set()

    @given(case=schema[path][method].as_strategy(generation_mode=mode))
    @settings(max_examples=EXAMPLES, database=None, suppress_health_check=list(HealthCheck))
    def call(case: schemathesis.Case) -> None:
        if mode is GenerationMode.POSITIVE and case.path_parameters:
            case.path_parameters.update(found)
        statuses.add(case.call_and_validate(headers=program.headers).status_code)

    call()
    assert all(status < 500 for status in statuses)
    if mode is GenerationMode.POSITIVE:
        assert statuses & {200, 202, 409}, statuses
