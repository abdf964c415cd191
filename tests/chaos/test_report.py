"""The sum and the tables say what came of the cases."""

import pytest

from tests.chaos import report
from tests.chaos.result import Result


def result(case: str = "failover/mailboxes/kill-sent", **what: object) -> Result:
    return Result(case, 0, **({"status": "succeeded"} | what))  # type: ignore[arg-type]


def test_the_last_line_counts_and_names_median_and_worst() -> None:
    found = report.last_line([result(resumed=2.0), result(resumed=3.0), result(resumed=9.0), result()])
    assert found == "4 cases, 0 lost, 0 twice, 0 stuck, resumed median 3.0 s worst 9.0 s"


@pytest.mark.parametrize(("word", "counted"), [("lost", "1 lost"), ("twice", "1 twice"), ("stuck", "1 stuck")])
def test_a_case_that_is_not_clean_is_counted_and_tells_how_to_repeat_it(word: str, counted: str) -> None:
    bad = result(**{word: ["this"]})
    assert counted in report.last_line([bad, result()])
    assert not bad.clean
    assert report.complaints(bad) == [
        f"  {word}: this",
        '  again: make chaos ARGS="--case failover/mailboxes/kill-sent --seed 0"',
    ]


def test_what_could_not_be_judged_does_not_count_as_well() -> None:
    assert "1 stuck" in report.last_line([result(status="broken", broken=["nobody came to the wire"])])


def test_a_table_has_a_row_a_step_and_a_column_a_fault() -> None:
    lines = list(report.tables([result(), result("failover/recheck/database", answers=["retry"])]))
    assert "| step | kill-sent | database |" in lines
    assert "| recheck |  | retry ✓ |" in lines
    assert "| mailboxes | ✓ |  |" in lines


def test_a_result_survives_the_way_between_processes() -> None:
    sent = result(answers=["happened"], resumed=1.5, twice=["Ä"])
    assert Result.from_line(sent.to_line()) == sent
