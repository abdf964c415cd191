"""What the guide says about the services of each generation."""

import pytest

from console.catalog import generation

GUIDE_2003 = ["MSExchangeSA", "MSExchangeMGMT", "MSExchangeIS", "RESvc", "MSExchangeMTA", "SMTPSVC", "POP3Svc"]


def test_2003_starts_the_seven_services_of_the_guide_in_its_order() -> None:
    assert [service.name for service in generation("2003").running_services(())] == GUIDE_2003


def test_2007_starts_the_topology_service_first_and_fifteen_in_all() -> None:
    names = [service.name for service in generation("2007").running_services(())]
    assert names[:4] == ["MSExchangeADTopology", "MSExchangeSA", "MSExchangeIS", "msftesql-Exchange"]
    assert len(names) == 15


@pytest.mark.parametrize(("key", "imap"), [("2003", "IMAP4Svc"), ("2007", "MSExchangeIMAP4")])
def test_imap_runs_only_where_it_is_asked_for(key: str, imap: str) -> None:
    assert imap not in [service.name for service in generation(key).running_services(())]
    assert [service.name for service in generation(key).running_services((imap.lower(),))][-1] == imap


@pytest.mark.parametrize("key", ["2003", "2007"])
def test_one_service_mounts_the_stores_and_each_has_an_image(key: str) -> None:
    services = generation(key).services
    assert [service.name for service in services if service.mounts_stores] == ["MSExchangeIS"]
    assert all(service.images and service.display for service in services)


def test_only_2003_carries_public_stores_and_only_2007_needs_x64() -> None:
    assert (generation("2003").has_public_stores, generation("2003").needs_x64) == (True, False)
    assert (generation("2007").has_public_stores, generation("2007").needs_x64) == (False, True)
