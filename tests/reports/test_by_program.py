"""A report, its moves and a comparison by the API, and by commands."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from console.models import Cluster, OsAccount
from console.services.access import os_user
from tests import personas
from tests.api.calling import Program
from tests.commands.conftest import Told, command, one_object
from tests.reports.test_reports import move
from tests.services import making

pytestmark = pytest.mark.django_db
SPAN = ("--since", "2026-03-01", "--until", "2026-03-31")


@pytest.fixture
def tokyo() -> Cluster:
    """Two clusters; three moves of the first and one of the second, in March."""
    made, osaka = making.cluster(), making.cluster("OSAKA", 2)
    for seconds in (10.0, 20.0, 400.5):
        move(made, seconds)
    move(osaka, 30.0, "failed")
    return made


@pytest.fixture
def rita(tokyo: Cluster) -> Program:
    return Program(personas.rita())


@pytest.fixture
def manage(tokyo: Cluster) -> Callable[..., Told]:
    """Commands as somebody who reads."""
    OsAccount.objects.create(os_user=os_user(), user=personas.rita())
    return command()


def test_a_program_reads_the_report_of_a_period(rita: Program) -> None:
    told = rita.get("reports?since=2026-03-01T00:00:00Z&until=2026-04-01T00:00:00Z")
    assert (told["all"]["moves"], told["all"]["success_rate"]) == (4, 0.75)
    by_name = {one["cluster"]: one for one in told["clusters"]}
    assert by_name["TOKYO"]["outage"] == {"count": 3, "p50": 20.0, "p95": 400.5, "longest": 400.5}
    assert [one["month"] for one in told["months"] if one["moves"]] == ["2026-03"]
    assert told["longest"][0]["seconds"] == 400.5
    assert rita.get("reports?cluster=osaka&since=2026-03-01T00:00:00Z")["all"]["moves"] == 1


def test_a_program_takes_the_moves_as_a_table(rita: Program) -> None:
    answer = rita.client.get("/api/v1/reports/moves?since=2026-03-01T00:00:00Z", headers=rita.headers)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    lines = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [line["outage_seconds"] for line in lines] == ["10.000", "20.000", "400.500", "30.000"]


def test_a_token_for_one_cluster_reports_that_one(tokyo: Cluster) -> None:
    bound = Program(personas.rita(), clusters=[tokyo])
    told = bound.get("reports?since=2026-03-01T00:00:00Z")
    assert [one["cluster"] for one in told["clusters"]] == ["TOKYO"]
    assert told["all"]["moves"] == 3


def test_a_move_is_held_against_the_last_good_one(rita: Program, tokyo: Cluster) -> None:
    latest, before, first = tokyo.operations.order_by("-pk")
    told = rita.get(f"operations/{latest.pk}/comparison")
    assert (told["before"], told["outage_seconds"], told["outage_seconds_before"]) == (before.pk, 400.5, 20.0)
    assert rita.get(f"operations/{latest.pk}/comparison?beside={first.pk}")["before"] == first.pk
    rita.get(f"operations/{latest.pk}/comparison?beside={latest.pk}", 404)


def test_commands_report_the_same(manage: Callable[..., Told], tokyo: Cluster, tmp_path: Path) -> None:
    code, out, _ = manage("report", "period", *SPAN)
    assert code == 0
    assert "all: 4 moves, 75.0 % succeeded, mail down 4 times: median 20.0 s" in out
    told = one_object(manage("report", "period", "--cluster", "tokyo", *SPAN, "--json"))
    assert told["report"]["all"]["moves"] == 3
    file = tmp_path / "moves.csv"
    assert manage("report", "moves", "--output", str(file), *SPAN)[0] == 0
    assert file.read_bytes().decode() == manage("report", "moves", *SPAN)[1]
    latest = tokyo.operations.order_by("-pk")[0]
    code, out, _ = manage("report", "compare", str(latest.pk))
    assert code == 0
    assert "mail was down for 400.5 s (then 20.0 s)" in out


def test_commands_say_what_they_cannot_report(manage: Callable[..., Told], tmp_path: Path) -> None:
    for words, remedy in (
        (("report", "period", "--since", "March"), "Write it as 2026-01-31."),
        (("report", "compare", "999"), "The operations page lists them."),
        (("report", "moves", "--output", str(tmp_path / "no" / "x.csv")), "Name a file in a folder"),
    ):
        code, _, err = manage(*words)
        assert code == 2
        assert remedy in err
