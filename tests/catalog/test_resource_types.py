"""The resource types of clustered Exchange: in start order, each service known, each dependency there before it."""

import pytest

from console.catalog import cluster_product, cluster_products, generation, generations

OF_THE_CLUSTER = ("Network Name", "IP Address", "Physical Disk")


@pytest.mark.parametrize("key", generations())
def test_what_a_type_needs_comes_before_it(key: str) -> None:
    seen = list(OF_THE_CLUSTER)
    for kind in generation(key).resource_types:
        assert set(kind.needs) <= set(seen), kind.name
        assert kind.mark
        assert kind.dll.endswith(".DLL")
        seen.append(kind.name)
    assert len(seen) == len(set(seen)) > len(OF_THE_CLUSTER)


@pytest.mark.parametrize("key", generations())
def test_the_services_behind_types_are_described_and_the_store_is_among_them(key: str) -> None:
    needs = generation(key)
    named = {kind.service for kind in needs.resource_types if kind.service}
    services = needs.behind_types().services
    assert {service.name for service in services} == named
    assert [service.name for service in services if service.mounts_stores] == ["MSExchangeIS"]
    assert all(service.display and service.images for service in services)


def test_what_no_group_needs_to_have_has_an_optional_service() -> None:
    optional = {service.name for service in generation("2003").behind_types().services if service.optional}
    assert optional == {"IMAP4Svc", "POP3Svc", "MSSEARCH"}


def test_a_cluster_product_runs_each_generation_on_some_windows_or_as_the_guide_has_it() -> None:
    for product in cluster_products().values():
        offered = {one.generation for one in product.environments}
        assert offered in (set(), set(generations())), product.key
        assert product.group_rule.remedy


def test_only_exchange_2007_has_a_tool_of_its_own_and_the_catalog_says_why() -> None:
    product = cluster_product("mscs")
    assert [tool.generation for tool in product.tools] == ["2007"]
    tool = product.tool("2007")
    assert tool is not None
    assert "cluster.exe" in tool.why
    assert any("backup" in note for note in tool.notes)
    assert product.tool("2003") is None
    assert cluster_product("expresscluster").tool("2007") is None
