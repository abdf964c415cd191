"""Services start after what they depend on, whatever the catalog says."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.catalog import generation
from console.domain.products import Service
from console.domain.service_order import CircularServices, order


def named(names: Sequence[str]) -> list[Service]:
    return [Service(name, name) for name in names]


@pytest.mark.parametrize(
    ("names", "needs", "expected"),
    [
        ("ABC", {}, "ABC"),
        ("ABC", {"A": ["C"]}, "BCA"),
        ("ABC", {"a": ["c"]}, "BCA"),
        ("ABC", {"A": ["elsewhere"]}, "ABC"),
        ("ABC", {"A": ["bridge"], "bridge": ["C"]}, "BCA"),
        ("ABCD", {"A": ["B"], "B": ["C"], "C": ["D"]}, "DCBA"),
        ("", {}, ""),
    ],
)
def test_dependencies_come_first_and_the_catalog_breaks_ties(
    names: str, needs: dict[str, list[str]], expected: str
) -> None:
    assert "".join(service.name for service in order(named(names), needs)) == expected


@pytest.mark.parametrize("needs", [{"A": ["B"], "B": ["A"]}, {"A": ["A"]}, {"A": ["x"], "x": ["A"]}])
def test_services_that_wait_for_each_other_are_named(needs: dict[str, list[str]]) -> None:
    with pytest.raises(CircularServices, match="A"):
        order(named("AB"), needs)


def test_the_guides_late_topology_service_is_pulled_forward_by_the_nodes_own_word() -> None:
    services = [s for s in generation("2007").services if s.name != "MSExchangeADTopology"]
    services.append(next(s for s in generation("2007").services if s.name == "MSExchangeADTopology"))
    ordered = [s.name for s in order(services, {"MSExchangeTransport": ["MSExchangeADTopology"]})]
    assert ordered.index("MSExchangeADTopology") < ordered.index("MSExchangeTransport")


@given(st.permutations("ABCDEF"), st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5))))
def test_any_graph_without_a_circle_is_ordered(names: list[str], edges: set[tuple[int, int]]) -> None:
    needs: dict[str, list[str]] = {}
    for low, high in ((min(edge), max(edge)) for edge in edges if edge[0] != edge[1]):
        needs.setdefault("ABCDEF"[high], []).append("ABCDEF"[low])
    ordered = [service.name for service in order(named(names), needs)]
    assert sorted(ordered) == list("ABCDEF")
    for name, before in needs.items():
        assert all(ordered.index(need) < ordered.index(name) for need in before)
