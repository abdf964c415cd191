"""The API called as its own description says, and as it says not to: every answer is one that is described."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from console.api.site import description
from console.services import tokens
from tests import personas
from tests.api.calling import Program
from tests.api.world import ADDRESSES, Address, a_world

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.django_db]
EXAMPLES = 8
PHASES = (Phase.explicit, Phase.generate)
"""What was found is told as it was found: to make it smaller takes longer than everything else together."""
UNCHECKED = list(HealthCheck)
JUDGED = {"put_inventory", "put_cluster_entry", "ask_node", "set_scripts", "hand_in_log", "read_configuration"}
JUDGED |= {"add_person", "add_group", "set_roles", "set_group_roles"}
"""Sound by their schema, what is sent there is still held against rules that no schema tells, and against an ETag."""


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
def programs(monkeypatch: pytest.MonkeyPatch) -> dict[bool, Program]:
    """Those that may do everything that a program can: one that administers, and one for all else."""
    monkeypatch.setattr(tokens, "FAILURES", 10**9)
    ada = personas.ada()
    return {True: Program(ada, right="administer", name="administering"), False: Program(ada, right="all")}


def without_tokens() -> dict[str, Any]:
    """The description for who has a token: that there is nothing without one has tests of its own."""
    told = description()
    for methods in told["paths"].values():
        for operation in methods.values():
            assert operation.pop("security") == [{"TokenAuth": []}]
    return told


@pytest.fixture(scope="module")
def schema() -> Any:
    """The description, read once."""
    found = schemathesis.openapi.from_dict(without_tokens())
    found.app = WSGIHandler()
    found.config.checks.negative_data_rejection.expected_statuses = ["4xx"]  # 412 and 413 too
    return found


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("tag", sorted({address.tag for address in ADDRESSES}))
def test_every_answer_is_as_described(
    programs: dict[bool, Program], schema: Any, tag: str, mode: GenerationMode
) -> None:
    made = a_world()
    for address in (one for one in ADDRESSES if one.tag == tag and (one.takes or mode is GenerationMode.POSITIVE)):
        program = programs[address.right == "administer"]
        statuses = called(program, schema, address, mode, made.parameters(address, program.row.pk))
        assert all(status < 500 for status in statuses), address
        if mode is GenerationMode.POSITIVE and address.operation not in JUDGED:
            assert statuses & {200, 201, 202, 409}, (address, statuses)


def called(program: Program, schema: Any, address: Address, mode: GenerationMode, there: dict[str, Any]) -> set[int]:
    """The statuses that came of calling it in many ways, each held against the description and taken back."""
    operation = schema[address.path][address.method.upper()]
    untold = [positive_data_acceptance] if address.operation in JUDGED else []
    statuses: set[int] = set()

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, suppress_health_check=list(HealthCheck), phases=PHASES
    )
    def call(case: schemathesis.Case) -> None:
        if mode is GenerationMode.POSITIVE and case.path_parameters:
            case.path_parameters.update(there)
        with transaction.atomic():
            answer = case.call_and_validate(headers=program.headers, excluded_checks=untold)
            transaction.set_rollback(True)
        statuses.add(answer.status_code)

    call()
    return statuses
