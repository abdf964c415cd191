"""The audit by programs: searched, paged, taken away; and that it was read is on record."""

import json

import pytest

from console.models import AuditRecord, Cluster
from tests import personas
from tests.api.calling import Program
from tests.services import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def tokyo() -> Cluster:
    made = making.cluster()
    for kind in ("failover", "failback"):
        making.ready(made, kind)
    return made


@pytest.fixture
def aki(tokyo: Cluster) -> Program:
    """Reads the audit."""
    return Program(personas.aki(), right="audit")


def test_records_are_found_by_filters_page_by_page(aki: Program) -> None:
    first = aki.get("audit?action=operation:plan:asked&limit=1")
    second = aki.get(f"audit?action=operation:plan:asked&limit=1&before={first['next']}")
    assert [one["action"] for one in first["items"] + second["items"]] == ["operation:plan:asked"] * 2
    assert first["items"][0]["seq"] > second["items"][0]["seq"]
    record = aki.get(f"audit/{first['items'][0]['seq']}")
    assert json.loads(record["body"])["action"] == "operation:plan:asked"
    assert record["cluster"] == "TOKYO"
    assert aki.get("audit?cluster=tokyo&until=2001-01-01T00:00:00Z")["items"] == []


def test_that_it_was_read_or_taken_away_is_on_record(aki: Program) -> None:
    aki.get("audit")
    aki.get("audit")
    assert AuditRecord.objects.filter(action="page:sensitive:read", actor_name="aki by token program").count() <= 1
    before = AuditRecord.objects.count()
    aki.client.get("/api/v1/audit/export?form=csv", headers=aki.headers)
    assert AuditRecord.objects.count() == before + 1


def test_an_export_is_the_records_in_order_as_they_were_written(aki: Program) -> None:
    lines: list[str] = []
    address = "/api/v1/audit/export?limit=2"
    while address:
        answer = aki.client.get(address, headers=aki.headers)
        assert answer.headers["Content-Type"].startswith("application/jsonl")
        lines += answer.content.decode().splitlines()
        address = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")
    assert lines == list(AuditRecord.objects.order_by("seq").values_list("body", flat=True))


def test_a_token_for_some_clusters_or_for_something_else_reads_none(tokyo: Cluster) -> None:
    narrow = Program(personas.aki(), right="audit", clusters=[tokyo])
    assert "for some clusters" in narrow.get("audit", 403)["detail"]
    other = Program(personas.ada(), right="operate")
    for path in ("audit", "audit/1", "audit/export"):
        assert "may not read the audit" in other.get(path, 403)["detail"]


def test_who_reads_the_audit_of_one_cluster_reads_no_other(tokyo: Cluster) -> None:
    osaka = making.cluster("OSAKA", 2)
    making.ready(osaka)
    lena = Program(personas.person("lena", "auditor", on=osaka), right="audit")
    assert {one["cluster"] for one in lena.get("audit")["items"]} == {"OSAKA"}
    hidden = AuditRecord.objects.filter(cluster_id=tokyo.pk)[0]
    lena.get(f"audit/{hidden.seq}", 404)
