"""The page says what checks weigh, and where the score is bounded."""

from pathlib import Path

from console.domain.readiness import MOST_WITH_FAIL, MOST_WITH_UNKNOWN, USUAL, WEIGHTS, State
from tests.docs.test_truth import keys_in_code, table

PAGE = (Path(__file__).parents[2] / "docs/readiness.md").read_text(encoding="utf-8")


def test_every_weight_is_told_and_is_of_a_check_that_there_is() -> None:
    rows = {row[0].strip("`"): int(row[1]) for row in table(PAGE, "The score")}
    assert rows == {**WEIGHTS, "any other": USUAL}
    assert WEIGHTS.keys() <= keys_in_code()


def test_every_state_and_every_bound_is_told() -> None:
    assert all(f"| `{state}` |" in PAGE for state in State)
    assert f"| `asks` | {MOST_WITH_UNKNOWN} at most |" in PAGE
    assert f"| `not-ready` | {MOST_WITH_FAIL} at most |" in PAGE
