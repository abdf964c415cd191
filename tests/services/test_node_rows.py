"""The nodes of a cluster as rows say what the models say, as it is now."""

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from console.models import Cluster, Node
from console.services.node_rows import NodeRow, node_rows
from tests.services import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def tokyo() -> Cluster:
    making.cluster("OSAKA", 2)
    return making.cluster()


@pytest.mark.parametrize("change", [{}, {"allow_clear_text": True, "port": 5986, "codepage": 932, "tls_name": "é'%"}])
def test_a_row_has_every_value_of_its_node(tokyo: Cluster, change: dict[str, object]) -> None:
    Node.objects.filter(cluster=tokyo).update(**change)
    rows = node_rows(tokyo.pk)
    assert sorted(row.role for row in rows) == ["primary", "standby"]
    for row in rows:
        node = Node.objects.get(cluster=tokyo, role=row.role)
        assert row.server == node.server.name
        for name in set(NodeRow._fields) - {"server", "credential"}:
            assert (getattr(row, name), type(getattr(row, name))) == (getattr(node, name), type(getattr(node, name)))
        for name in ("name", "username", "source", "reference", "ciphertext"):
            assert getattr(row.credential, name) == getattr(node.credential, name)


def test_a_change_is_there_at_the_next_look_and_each_look_is_one_question(
    tokyo: Cluster, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    node_rows(tokyo.pk)
    Node.objects.filter(cluster=tokyo, role="primary").update(address="192.0.2.77")
    with django_assert_num_queries(1):
        rows = {row.role: row for row in node_rows(tokyo.pk)}
    assert rows["primary"].address == "192.0.2.77"


def test_a_cluster_that_is_gone_has_none(tokyo: Cluster) -> None:
    assert node_rows(tokyo.pk + 1000) == []
