"""`manage.py account unlock` and `second-factor`: for who cannot sign in, from the console's host."""

import io
import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command

from console.models import AuditRecord, SignInFailures
from console.services import sign_in_failures
from tests import personas
from tests.sign_in.browsers import actions, with_app

pytestmark = pytest.mark.django_db


def account(*words: str) -> dict[str, Any]:
    """What the command told as JSON."""
    out = io.StringIO()
    call_command("account", *words, "--json", stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


@pytest.mark.parametrize(("more", "key"), [((), "olga"), (("--address",), "10.0.0.9")])
def test_it_unlocks_a_name_or_an_address(more: tuple[str, ...], key: str) -> None:
    sign_in_failures.attempt("Olga", "10.0.0.9")
    assert account("unlock", key, "--reason", "called", *more)["result"] == "unlocked"
    assert not SignInFailures.objects.filter(key=key).exists()
    assert SignInFailures.objects.count() == 1
    assert (actions(), AuditRecord.objects.get().reason) == (["account:session:unlocked"], "called")
    assert account("unlock", key, *more)["result"] == "not-locked"


def test_it_takes_the_second_factors_away() -> None:
    with_app(personas.olga())
    told = account("second-factor", "olga", "--reason", "lost it")
    assert told["factors"] == ["authenticator app", "recovery codes"]
    assert not Authenticator.objects.exists()
    assert account("second-factor", "olga", "--reason", "again")["factors"] == []


def test_it_refuses_an_account_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        account("second-factor", "nobody", "--reason", "lost it")
    assert left.value.code == 2
