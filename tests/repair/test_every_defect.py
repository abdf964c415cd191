"""Every defect of cluster set-up, and pairs of them: diagnosed, repaired, clean, and nothing left to repair."""

from dataclasses import replace

import pytest

from console import catalog
from console.domain import planner
from console.domain.checks import Refusal
from console.domain.outcome import Status
from console.lab.mscs.equipment import MEDIA
from tests.doctor.defects import Defect, all_expected, defects, pairs
from tests.repair.surgery import Surgery, suffering

GENERATIONS = ("2003", "2007")
PARTS = 4


def is_mended(surgery: Surgery, *chosen: Defect) -> None:
    """Every finding goes; a file in use waits until the groups have moved. Then there is nothing to repair."""
    names = " and ".join(defect.name for defect in chosen)
    expected = all_expected(surgery.world, chosen)
    found = {(one.code, one.node, one.about) for one in surgery.diagnose().findings}
    assert found == expected, names
    for _ in range(3):
        if not surgery.mend():
            break
    left = surgery.diagnose()
    assert left.clean, f"{names}: {left.findings} {left.unread}"
    with surgery.field() as field, pytest.raises(Refusal) as refused:
        planner.make_repair(field, catalog.findings(), source=MEDIA)
    assert [reason.key for reason in refused.value.reasons] == ["repair.nothing"]
    assert surgery.ending is not None
    assert surgery.ending.status is Status.SUCCEEDED


@pytest.mark.slow
@pytest.mark.parametrize("generation", GENERATIONS)
def test_the_repair_of_every_defect_leaves_nothing(generation: str):
    for defect in defects(generation):
        with suffering(generation, defect) as surgery:
            is_mended(surgery, defect)


def of_each_sort(generation: str) -> list[Defect]:
    """One defect of each sort, and every way in which a set-up can break off."""
    sorts = {(one.fault, one.value if one.fault == "setup-log" else ""): one for one in reversed(defects(generation))}
    return list(reversed(sorts.values()))


def chosen_pairs(generation: str) -> list[tuple[Defect, Defect]]:
    """Every pair of sorts, and each sort on both nodes. That the doctor finds every pair shows `tests/doctor`."""
    sorts = of_each_sort(generation)
    known = {(one.fault, one.value) for one in sorts}
    mixed = [pair for pair in pairs(generation) if all((one.fault, one.value) in known for one in pair)]
    twice = [one for one in sorts if not one.shared and one.fault != "binaries-missing"]  # told by the other node
    return mixed + [(one, replace(one, at=1 - one.at)) for one in twice]


@pytest.mark.parametrize("generation", GENERATIONS)
def test_resources_that_all_have_forgotten_what_they_need_go_offline_in_an_order_that_works(generation: str):
    """A service that runs on keeps another one from stopping, as long as the cluster does not know of it."""
    lost = [defect for defect in defects(generation) if defect.fault == "dependency-missing"]
    with suffering(generation, *lost) as surgery:
        is_mended(surgery, *lost)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_where_no_type_is_left_the_types_come_before_the_extension_that_is_entered_with_them(generation: str):
    lost = [defect for defect in defects(generation) if defect.fault == "type-missing"]
    with suffering(generation, *lost) as surgery:
        is_mended(surgery, *lost)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("generation", GENERATIONS)
def test_the_repair_of_pairs_of_defects_leaves_nothing(generation: str, part: int):
    for pair in chosen_pairs(generation)[part::PARTS]:
        with suffering(generation, *pair) as surgery:
            is_mended(surgery, *pair)
