"""Repairs in every table that has to know them: page, catalog, steps, their ways back, what may be left out."""

import re
from pathlib import Path

from console import catalog
from console.domain.plan import Step
from console.domain.planner.repair_steps import WRITERS
from console.domain.planner.repair_undo import BACK
from console.domain.skipping import skip
from console.domain.steps import BEHAVIOURS
from console.domain.steps.repair import REPAIRS

PAGE = Path(__file__).parents[2] / "docs" / "repairs.md"


def test_the_page_lists_the_repairs_in_their_order():
    named = re.findall(r"^\| `([\w.-]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert named == list(WRITERS)


def test_every_repair_that_the_catalog_names_can_be_planned_and_no_other():
    assert {kind.repair for kind in catalog.findings().values() if kind.repair} == WRITERS.keys()


def test_every_kind_of_step_can_be_carried_out_and_every_repair_has_its_way_back():
    assert BEHAVIOURS.items() >= REPAIRS.items()
    acting = {kind for kind in REPAIRS if not kind.startswith(("repair.undo.", "repair.recheck"))}
    assert acting == BACK.keys()


def test_a_person_may_leave_out_any_repair_but_not_the_look_before_the_first():
    generation = catalog.generation("2003")
    for kind in REPAIRS:
        step = Step("one", kind, "Mend it", "repair")
        assert skip(step, generation).allowed == (kind != "repair.recheck")
