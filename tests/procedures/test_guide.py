"""The catalog has every numbered step of the guide's installation sections, and every part of each."""

import os
from collections import Counter
from pathlib import Path

import pytest

from console import catalog
from console.domain.procedures import Mode, ProcedureStep, Sort
from console.domain.procedures.proofs import PROOFS
from tests.procedures import page

PAGE = Path(__file__).parents[2] / "docs" / "procedures.md"

# Counted in the printed guide: L lettered, N numbered below a step, B bullets, n Notes, R Related information, and the
# facts of each Important. Step 6 of 2003 sets its two fixes apart without a mark, the service pack's step 2 its three
# errors; they count as bullets. Steps without parts are left out.
COUNTED = {
    "exchange-2003-setup": """1 B3 N5 n1|2 B2 I2|3 B1|4 L2 B3 I2|5 I4|6 B2|7 I1|8 B6|9 L9|10 L4 N26|11 L3|12 L15|13 L11
        |14 L15|16 L3|17 B1|18 L1|19 L1|20 L1|21 L1|22 L3|23 B1 n1|24 L3""",
    "exchange-2007-setup": """1 B3 N5 R1|2 B2 I2|3 B1|4 L2 B3 I2|6 N3 B14 I2 R1|7 I5|8 B8 n1|9 L3|10 L10|11 L13|12 L8
        |14 L3|15 B2|16 L1|17 L1|18 L1|19 L1|20 L3|21 B1|22 L3""",
    "exchange-2007-service-pack": "2 B3",
}
STEPS = {"exchange-2003-setup": 24, "exchange-2007-setup": 22, "exchange-2007-service-pack": 5}
MARKS = dict(zip(("lettered", "numbered", "bullet", "note", "related", "important"), "LNBnRI", strict=True))


def parts(steps: tuple[ProcedureStep, ...], number: int) -> str:
    """The parts of the step `number` in the way that the table counts them."""
    found = Counter(MARKS[step.sort] for step in steps if step.number == number and step.sort is not Sort.STEP)
    return " ".join(f"{mark}{found[mark]}" for mark in "LNBInR" if found[mark])


def test_every_section_of_the_guide_has_its_procedure() -> None:
    assert set(catalog.procedures()) == STEPS.keys() == COUNTED.keys()


@pytest.mark.parametrize("key", STEPS)
def test_every_numbered_step_and_every_part_of_it_is_there(key: str) -> None:
    procedure = catalog.procedure(key)
    assert [step.at for step in procedure.numbered] == [str(number + 1) for number in range(STEPS[key])]
    told = {n + 1: parts(procedure.steps, n + 1) for n in range(STEPS[key])}
    counted = dict(one.split(maxsplit=1) for one in COUNTED[key].split("|"))
    assert {str(n): set(text.split()) for n, text in told.items() if text} == {
        n: set(text.split()) for n, text in counted.items()
    }


@pytest.mark.parametrize("key", STEPS)
def test_at_most_one_in_five_rests_on_a_persons_word(key: str) -> None:
    procedure = catalog.procedure(key)
    for steps in (procedure.numbered, procedure.steps):
        assert sum(step.mode is Mode.CONFIRMED for step in steps) * 5 <= len(steps)


@pytest.mark.parametrize("key", STEPS)
def test_every_step_cites_its_place_and_says_what_to_do(key: str) -> None:
    procedure = catalog.procedure(key)
    assert len({procedure.cite(step) for step in procedure.steps}) == len(procedure.steps)
    assert all(step.title and (step.remedy or ".").endswith((".", "!")) for step in procedure.steps)
    untold = [step for step in procedure.steps if not step.remedy]
    assert all(step.mode is Mode.CONFIRMED and step.depth for step in untold)
    assert all(bool(step.proof) is (step.mode is not Mode.CONFIRMED) for step in procedure.steps)


def test_every_proof_and_action_that_is_listed_is_named_by_a_step() -> None:
    steps = [step for key in catalog.procedures() for step in catalog.procedure(key).steps]
    assert {proof.key for proof in catalog.means().proofs} == {step.proof for step in steps if step.proof}
    assert {action.key for action in catalog.means().actions} == {step.action for step in steps if step.action}


def test_the_console_asks_for_every_proof_that_is_listed_by_itself() -> None:
    assert set(PROOFS) == {proof.key for proof in catalog.means().proofs}


def test_the_text_of_a_step_holds_against_its_heading() -> None:
    """Printed headings 18 (2003) and 16 (2007) speak of the standby; their text, as the goal, of the active server."""
    assert catalog.procedure("exchange-2003-setup").by_key()["primary-stores"].at == "18"
    assert catalog.procedure("exchange-2003-setup").by_key()["primary-stores"].side == "primary"
    assert catalog.procedure("exchange-2007-setup").by_key()["primary-stores"].side == "primary"


def test_what_deletes_in_the_guide_is_done_when_the_primarys_stores_live_on_the_partition() -> None:
    for key, at in (("exchange-2003-setup", "17"), ("exchange-2007-setup", "15")):
        step = catalog.procedure(key).by_key()["clearing"]
        assert (step.at, step.proof, step.side, step.action) == (at, "stores.paths", "primary", "files.set-aside")


def test_the_page_lists_what_the_catalog_has() -> None:
    text = page.page()
    if os.environ.get("CHANGEOVER_WRITE_DOCS"):
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text, "run this test with CHANGEOVER_WRITE_DOCS=1, and read what changed"
