"""`make screenshots`: it runs every test that looks at a page, and shows every picture that was taken."""

from pathlib import Path

import pytest

from tests import screenshots
from tests.journeys.pages import ELSEWHERE
from tests.journeys.pictures import slug


def test_it_runs_the_tests_that_look_and_no_other() -> None:
    tests = screenshots.looking()
    files = {name.split("::")[0] for name in tests}
    assert {"tests/journeys/test_looks.py", "tests/journeys/test_looks_when_empty.py", *ELSEWHERE.values()} <= files
    assert "tests/journeys/test_moves.py" not in files
    assert "tests/journeys/test_diagnosing.py::test_a_set_up_log_is_handed_in_and_read" in tests


def test_every_page_that_has_its_pictures_is_shown_in_each_width_and_scheme(tmp_path: Path) -> None:
    taken = [f"{name}.{size}.{scheme}.png" for name in ("audit", "plans-ready") for size in screenshots.SIZES
             for scheme in screenshots.SCHEMES]  # fmt: skip
    for name in (*taken, "cut-short.phone.light.png"):
        (tmp_path / name).touch()
    names = screenshots.pages(tmp_path)
    shown = screenshots.index(names)
    assert names == ["audit", "plans-ready"]
    assert all(f'src="{name}"' in shown for name in taken)
    assert "cut-short" not in shown


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("/ ", "overview"),
        ("/clusters/{seen}/ by vera", "clusters-seen-by-vera"),
        ("/operations/17/diagnosis/", "operations-diagnosis"),
        ("/rights/?q=nobody-of-that-name ", "rights-q-nobody-of-that-name"),
    ],
)
def test_a_picture_has_the_same_name_in_every_run(told: str, name: str) -> None:
    assert slug(told) == name
