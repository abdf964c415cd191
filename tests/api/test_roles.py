"""Every address of the API as the token of everybody: each role, a stranger, and who has every right elsewhere."""

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from console.domain.rights import ROLES
from console.models import ApiToken, AuditRecord
from console.services import tokens
from tests import personas
from tests.api.calling import Program
from tests.api.world import ADDRESSES, EVERYWHERE, FREE, Address, World, a_world
from tests.services import making

pytestmark = pytest.mark.django_db
LET_THROUGH = {200, 201, 202, 409}
"""Through the door: done, begun, or refused because of how things stand."""


class Programs:
    """Two of one person: one for everything but administering, and one for that."""

    def __init__(self, user: User) -> None:
        self.usual = Program(user, right=ApiToken.Right.ALL)
        self.administering = Program(user, name="administering", right=ApiToken.Right.ADMINISTER)

    def of(self, address: Address) -> Program:
        """The one that goes furthest there."""
        return self.administering if address.right == "administer" else self.usual


@pytest.fixture
def made() -> World:
    return a_world()


@pytest.fixture
def everybody(made: World) -> dict[str, Programs]:
    """Tokens for each, as wide as tokens can be."""
    osaka = making.cluster("OSAKA", 2)
    people = {role: personas.person(f"the-{role}", role) for role in ROLES}
    people |= {"stranger": personas.sam(), "elsewhere": personas.person("elsewhere", "administrator", on=osaka)}
    return {name: Programs(user) for name, user in people.items()}


def asked(program: Program, address: Address, made: World) -> tuple[int, str]:
    """Status and text of the answer, with everything taken back that it may have changed."""
    path, body, headers = made.sent(address, program)
    with transaction.atomic():
        call = getattr(program.client, address.method)
        answer = call(path, body, content_type="application/json", headers=headers)
        transaction.set_rollback(True)
    return answer.status_code, answer.content.decode()


def expected(address: Address, who: str) -> set[int]:
    """The statuses that the role leads to."""
    named = ("{" in address.path and address.operation not in (*FREE, "put_site")) or address.operation == "make_window"
    if who == "elsewhere":
        return {403} if address.operation in EVERYWHERE else {404} if named else LET_THROUGH
    if who == "stranger":
        closed = address.operation in FREE | EVERYWHERE or address.right == "read-audit"
        return {403} if closed else {404} if named else {200}
    return LET_THROUGH if address.right in ROLES[who] else {403}


@pytest.mark.slow
def test_each_address_answers_each_role_as_it_should(everybody: dict[str, Programs], made: World) -> None:
    wrong = []
    for address in ADDRESSES:
        for who, program in everybody.items():
            status, text = asked(program.of(address), address, made)
            if status not in expected(address, who):
                wrong.append(f"{address} as {who}: {status}, not {expected(address, who)}: {text[:300]}")
            elif who in ("stranger", "elsewhere") and "TOKYO" in text:
                wrong.append(f"{address} tells {who} of TOKYO: {text[:300]}")
    assert not wrong, "\n".join(wrong)


def test_nothing_changes_by_a_get_but_that_it_was_read(everybody: dict[str, Programs], made: World) -> None:
    before = AuditRecord.objects.count()
    for address in (one for one in ADDRESSES if one.method == "get"):
        program = everybody["administrator"].of(address)
        path, _, headers = made.sent(address, program)
        assert program.client.get(path, headers=headers).status_code == 200, path
    written = AuditRecord.objects.order_by("seq")[before:].values_list("action", flat=True)
    assert {action.split(":")[-1] for action in written} == {"read", "exported"}


def test_every_address_asks_for_a_token(
    everybody: dict[str, Programs], made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "FAILURES", len(ADDRESSES) + 1)  # one after the other, nobody is told to wait
    nobody = everybody["viewer"].usual
    nobody.headers = {}
    for address in [*ADDRESSES, Address("get", "/api/v1/openapi.json", "openapi")]:
        assert asked(nobody, address, made)[0] == 401, address
