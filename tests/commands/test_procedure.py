"""`manage.py procedure`: reading the set-up procedures in a terminal."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from console.lab.server import Lab
from tests.commands.conftest import Told, one_object

Manage = Callable[..., Told]


def test_the_list_names_every_procedure_with_its_steps(manage: Manage) -> None:
    code, out, _ = manage("procedure", "list")
    assert code == 0
    assert "exchange-2003-setup: Set up Exchange Server 2003 on both nodes; 24 steps, 9 automated, 14 checked" in out
    told = one_object(manage("procedure", "list", "--json"))["procedures"]
    assert {one["key"]: one["steps"] for one in told} == {
        "exchange-2003-setup": 24,
        "exchange-2007-setup": 22,
        "exchange-2007-service-pack": 5,
    }


def test_a_procedure_is_shown_step_by_step_and_with_its_parts_when_asked(manage: Manage) -> None:
    _, steps, _ = manage("procedure", "show", "exchange-2003-setup")
    assert "   8 [automated, primary] Make the folders on the switching partition" in steps
    assert "proved by partition.folders, done by folders.make" in steps
    assert "why a person says so: The product keeps the account" in steps
    assert "BadMail" not in steps
    _, parts, _ = manage("procedure", "show", "exchange-2003-setup", "--parts")
    assert "bullet-5 [automated, primary] X:\\Exchsrv\\vs1\\BadMail" in parts
    told = one_object(manage("procedure", "show", "exchange-2003-setup", "--json"))
    assert len(told["steps"]) == 157
    first = told["steps"][0]
    assert (first["key"], first["side"], first["mode"], first["proof"]) == (
        "network",
        "both",
        "checked",
        "network.order",
    )


def test_an_unknown_procedure_is_refused_with_those_that_there_are(manage: Manage) -> None:
    code, _, err = manage("procedure", "show", "exchange-5.5")
    assert code == 2
    assert "exchange-2003-setup" in err


@pytest.mark.django_db
def test_a_procedure_is_proved_on_a_cluster_and_what_is_lacking_is_named(
    person: User, tokyo: Lab, manage: Manage
) -> None:
    code, out, _ = manage("procedure", "check", "tokyo", "exchange-2003-setup")
    assert code == 1
    assert "[fail] Give the group its script resource\n     On TYO-EX1 the group runs no script." in out
    assert "What to do: Add the script resource in the builder" in out
    assert "[pass] Put the standby node's stores on the partition" in out
    told = one_object(manage("procedure", "check", "tokyo", "exchange-2003-setup", "--json"))
    assert told["result"] == "failed"
    assert {step["at"].partition(".")[0] for step in told["steps"] if step["verdict"] == "fail"} == {"22", "23"}
    assert sum(told["counts"].values()) == len(told["steps"]) == 157


@pytest.mark.django_db
def test_a_procedure_of_another_generation_is_refused_with_those_that_fit(
    person: User, tokyo: Lab, manage: Manage
) -> None:
    code, _, err = manage("procedure", "check", "tokyo", "exchange-2007-setup")
    assert code == 2
    assert "exchange-2003-setup" in err
