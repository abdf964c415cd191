"""The guide's functional range before a planned move: what is used outside of it, and what is not moved."""

from collections.abc import Iterator

import pytest

from console.catalog import generation
from console.domain.checks import Check
from console.domain.errors import Garbled
from console.domain.functional_range import SERVICES, read_used
from console.domain.plan import Plan
from console.domain.ports import CommandResult
from console.lab import presets
from tests.moves.ground import Ground

pytestmark = pytest.mark.slow

SUPPORTED = {"2003": 7 + 2, "2007": 6 + 2}
"""The items of the guide's lists; its one for POP3, SMTP and IMAP4 is three here."""
UNSUPPORTED = {"2003": 6, "2007": 9}
OUTSIDE = [
    (key, name)
    for key in SUPPORTED
    for function in generation(key).functions
    if not function.supported
    for name in function.services
]


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Ground]]:
    """A cluster of each generation; nothing here moves it."""
    folder = tmp_path_factory.mktemp("labs")
    made = {"2003": Ground(folder / "2003", presets.tokyo()), "2007": Ground(folder / "2007", presets.osaka())}
    yield made
    for ground in made.values():
        ground.close()


def told(plan: Plan, key: str) -> list[Check]:
    return [check for check in plan.checks if check.key == key]


@pytest.mark.parametrize("key", SUPPORTED)
def test_both_lists_of_the_guide_are_there_whole(key: str) -> None:
    functions = generation(key).functions
    assert sum(function.supported for function in functions) == SUPPORTED[key]
    assert sum(not function.supported for function in functions) == UNSUPPORTED[key]
    assert all(function.consequence for function in functions)


@pytest.mark.parametrize("key", SUPPORTED)
def test_a_cluster_as_the_guide_sets_it_up_passes_both(grounds: dict[str, Ground], key: str) -> None:
    plan = grounds[key].plan("failover")
    for check in ("range.outside", "range.covered"):
        assert [found.verdict.value for found in told(plan, check)] == ["pass"]


@pytest.mark.parametrize(("key", "name"), OUTSIDE)
def test_each_function_outside_warns_with_its_consequence(grounds: dict[str, Ground], key: str, name: str) -> None:
    ground = grounds[key]
    existing = ground.lab.world.node(ground.target).service(name)
    if existing is not None:
        before, existing.start = existing.start, 2
    else:
        ground.lab.fault(ground.target, "service-installed", service=name)
    try:
        (only,) = told(ground.plan("failover"), "range.outside")
    finally:
        if existing is not None:
            existing.start = before
        ground.lab.fault(ground.target, "service-installed", on=False)
    assert only.verdict.value == "warn"
    assert f"{name} on {ground.target}" in only.reason
    assert only.remedy


@pytest.mark.parametrize(("key", "name"), [("2003", "IMAP4Svc"), ("2007", "MSExchangeIMAP4")])
def test_imap_that_is_used_but_not_moved_warns(grounds: dict[str, Ground], key: str, name: str) -> None:
    ground = grounds[key]
    both = [service for node in ground.lab.world.nodes if (service := node.service(name)) is not None]
    before = [service.start for service in both]
    for service in both:
        service.start = 2
    try:
        (only,) = told(ground.plan("failover"), "range.covered")
        moved = ground.plan("failover", cluster=ground.cluster(extra_services=(name,)))
    finally:
        for service, start in zip(both, before, strict=True):
            service.start = start
    assert only.verdict.value == "warn"
    assert name in only.remedy
    assert [check.verdict.value for check in told(moved, "range.covered")] == ["pass"]


@pytest.mark.parametrize(
    "printed", ["", "Name=a\r\n", "\r\nName=a\r\nStartMode=Auto\r\nState=\r\n", "something else\r\nentirely\r\n"]
)
def test_a_list_of_services_that_is_not_whole_is_unreadable(printed: str) -> None:
    with pytest.raises(Garbled):
        read_used(CommandResult(SERVICES, 0, printed))
