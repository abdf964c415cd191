"""Every address of the API as the token of everybody: each role, a stranger, and who has every right elsewhere."""

from typing import Any

import pytest
from django.db import transaction

from console.api.site import description
from console.domain.rights import ROLES
from console.models import AuditRecord, Cluster
from tests import personas
from tests.api.calling import Program
from tests.services import making
from tests.web import world

pytestmark = pytest.mark.django_db
ADDRESSES = sorted((method, path) for path, methods in description()["paths"].items() for method in methods)


@pytest.fixture
def everybody() -> dict[str, Program]:
    """A token for each, as wide as a token can be."""
    tokyo, osaka = making.cluster(), making.cluster("OSAKA", 2)
    world.observed(tokyo)
    world.ended(tokyo, "succeeded")
    people = {role: personas.person(f"the-{role}", role) for role in ROLES}
    people |= {"stranger": personas.sam(), "elsewhere": personas.person("elsewhere", "administrator", on=osaka)}
    return {name: Program(user, right="operate") for name, user in people.items()}


def asked(program: Program, method: str, address: str, body: Any) -> tuple[int, str]:
    """Status and text of the answer, with everything taken back that it may have changed."""
    headers = program.headers | {"idempotency-key": "a-key-of-mine"}
    with transaction.atomic():
        call = program.client.get if method == "get" else program.client.post
        answer = call(address, body, content_type="application/json", headers=headers)
        transaction.set_rollback(True)
    return answer.status_code, answer.content.decode()


def body_of(path: str, hash_: str) -> Any:
    """What is sent there by who knows what to send."""
    if path.endswith("/plans"):
        return {"kind": "failover"}
    return {"hash": hash_, "reason": "a walk"} if path.endswith("/confirm") else None


def expected(method: str, path: str, who: str) -> int:
    """The status that the role leads to."""
    named = "{" in path
    if who in ("stranger", "elsewhere"):
        return 404 if named else 200
    if method == "get":
        return 200
    return 202 if "operate" in ROLES[who] else 403


@pytest.mark.parametrize(("method", "path"), ADDRESSES, ids=lambda part: part)
def test_each_address_answers_each_role_as_it_should(everybody: dict[str, Program], method: str, path: str) -> None:
    tokyo = Cluster.objects.get(name="TOKYO")
    plan, operation = making.ready(tokyo, "failback"), tokyo.operations.get()
    number = plan.pk if "/plans/" in path else operation.pk
    address = path.replace("{name}", "TOKYO").replace("{number}", str(number))
    told = {who: asked(one, method, address, body_of(path, plan.hash)) for who, one in everybody.items()}
    assert {who: status for who, (status, _) in told.items()} == {w: expected(method, path, w) for w in everybody}
    for who in ("stranger", "elsewhere"):
        assert "TOKYO" not in told[who][1]


def test_nothing_changes_by_a_get(everybody: dict[str, Program]) -> None:
    program, before = everybody["administrator"], AuditRecord.objects.count()
    operation = Cluster.objects.get(name="TOKYO").operations.get()
    for _, path in (one for one in ADDRESSES if one[0] == "get"):
        number = operation.plan_id if "/plans/" in path else operation.pk
        program.get(path.removeprefix("/api/v1/").replace("{name}", "TOKYO").replace("{number}", str(number)))
    assert AuditRecord.objects.count() == before


def test_every_address_asks_for_a_token(everybody: dict[str, Program]) -> None:
    nobody = everybody["viewer"]
    nobody.headers = {}
    for method, path in [*ADDRESSES, ("get", "/api/v1/openapi.json")]:
        address = path.replace("{name}", "TOKYO").replace("{number}", "1")
        assert asked(nobody, method, address, body_of(path, "0" * 64))[0] == 401, address
