"""Applying and exporting: everything or nothing, nothing twice, and no secret anywhere."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from console.domain.inventory import SiteSpec
from console.domain.secrets import Secret
from console.models import AuditRecord, Cluster, Credential, Directory, Node, Operation, PlanRecord, Site
from console.services import audit
from console.services.inventory import (
    ClusterBusy,
    InventoryRefused,
    addresses_of,
    delete,
    open_operation,
    save_cluster,
    save_credential,
    save_site,
)
from console.services.inventory_apply import Applied, apply_inventory
from console.services.inventory_export import export_inventory
from console.services.inventory_rows import spec_of
from tests import factories
from tests.inventory.test_file import MISTAKEN
from tests.personas import at_page

pytestmark = pytest.mark.django_db

Audited = Callable[[], list[str]]


def apply(content: str, **options: Any) -> Applied:
    return apply_inventory(content, audit.SYSTEM, **options)


def test_a_file_is_applied_with_one_record_per_object(right: str, audited: Audited) -> None:
    applied = apply(right)

    assert [(change.kind, change.name, change.done) for change in applied.changes] == [
        ("site", "Tokyo", "created"),
        ("credential", "nodes", "created"),
        ("credential", "directory", "created"),
        ("directory", "example.com", "created"),
        ("cluster", "MAIL1", "created"),
    ]
    assert audited()[-1] == "inventory:cluster:created"
    assert len(audited()) == 5


def test_applying_again_changes_nothing(right: str, audited: Audited) -> None:
    apply(right)
    before = audited()

    assert apply(right).changes == []
    assert audited() == before


def test_export_then_apply_changes_nothing(right: str, audited: Audited) -> None:
    apply(right)
    factories.cluster("MAIL2", 3, generation="2007", timing=(("move_group", 0.5),), extra_services=("MSExchangeIMAP4",))
    exported, before = export_inventory(), audited()

    assert apply(exported, prune=True).as_json()["result"] == "unchanged"
    assert audited() == before
    assert export_inventory() == exported


def test_an_empty_inventory_is_exported_and_applied_too() -> None:
    assert apply(export_inventory(), prune=True).as_json()["result"] == "unchanged"


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=30)


@how(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(username=TEXTS, ca=st.text(st.characters(codec="ascii", exclude_categories=["C"]), max_size=80))
def test_any_text_survives_export_and_apply(username: str, ca: str) -> None:
    Directory.objects.all().delete()
    Credential.objects.all().delete()
    factories.credential(username=username)
    directory = factories.directory()
    directory.ca = ca.strip()
    directory.save()

    assert apply(export_inventory(), prune=True).as_json() == Applied().as_json()


def test_a_file_with_mistakes_applies_nothing(audited: Audited) -> None:
    applied = apply(MISTAKEN.read_text())

    assert len(applied.mistakes) >= 10
    assert applied.as_json()["result"] == "refused"
    assert not Site.objects.exists()
    assert not Credential.objects.exists()
    assert audited() == []


def test_a_dry_run_tells_the_changes_and_makes_none(right: str, audited: Audited) -> None:
    assert len(apply(right, dry_run=True).changes) == 5
    assert not Cluster.objects.exists()
    assert audited() == []


def test_only_what_changed_is_audited_with_before_and_after(right: str) -> None:
    apply(right)
    apply(right.replace("address: 10.0.0.1\n", "address: 10.0.0.7\n").replace('"X:"', '"y:"'))

    last = AuditRecord.objects.first()
    assert last is not None
    assert last.action == "inventory:cluster:changed"
    assert last.cluster_name == "MAIL1"
    assert last.before == {"primary.address": "10.0.0.1", "partitions": ["X:"]}
    assert last.after == {"primary.address": "10.0.0.7", "partitions": ["Y:"]}


def test_two_nodes_can_swap_what_must_differ(right: str) -> None:
    apply(right)
    swapped = right.replace("10.0.0.1", "hold").replace("10.0.0.2", "10.0.0.1").replace("hold", "10.0.0.2")

    assert [change.done for change in apply(swapped).changes] == ["changed"]
    assert Node.objects.get(name="SERVER1").address == "10.0.0.2"


def test_a_node_keeps_its_row_when_it_is_changed(right: str) -> None:
    apply(right)
    before = Node.objects.get(name="SERVER1").pk
    apply(right.replace("10.0.0.1", "10.0.0.9"))

    assert Node.objects.get(name="SERVER1").pk == before


def test_what_the_file_does_not_name_stays_unless_it_is_pruned(right: str, audited: Audited) -> None:
    apply(right)
    save_site(SiteSpec("Osaka"), audit.SYSTEM)

    assert apply(right).changes == []
    assert [(change.name, change.done) for change in apply(right, prune=True).changes] == [("Osaka", "deleted")]
    assert audited()[-1] == "inventory:site:deleted"


def test_a_file_may_refer_to_what_is_already_known(right: str) -> None:
    apply(right)
    clusters = "clusters:\n" + right.split("clusters:\n")[1]

    assert apply(clusters).as_json()["result"] == "unchanged"
    assert len(apply(clusters, prune=True).mistakes) == 4  # site, directory and two credentials would be gone


def test_a_file_cannot_take_a_node_of_another_cluster(right: str) -> None:
    factories.cluster("OTHER", 1)

    told = [mistake.message for mistake in apply(right).mistakes]

    assert any("node name server1 is also used by cluster OTHER" in message for message in told)


def busy(cluster: Cluster) -> Operation:
    now = timezone.now()
    plan = PlanRecord.objects.create(cluster=cluster, kind="failover", state="ready")
    return Operation.objects.create(
        cluster=cluster, kind="failover", source="SERVER1", target="SERVER2", plan=plan, status="running",
        requested_by_name="olga", origin="page", reason="", confirmed_at=now, claim_before=now,
    )  # fmt: skip


def test_a_cluster_with_an_open_operation_is_neither_changed_nor_pruned(right: str) -> None:
    apply(right)
    cluster = Cluster.objects.get()
    operation = busy(cluster)

    assert open_operation(cluster) == f"operation {operation.pk} (failover)"
    changed = apply(right.replace("10.0.0.1", "10.0.0.9"))
    assert [(m.line, "is under way" in m.message) for m in changed.mistakes] == [(15, True)]
    assert apply(right).as_json()["result"] == "unchanged"
    assert apply(right.split("clusters:")[0], prune=True).mistakes
    with pytest.raises(ClusterBusy):
        save_cluster(factories.cluster_spec(group="OTHER"), audit.SYSTEM, cluster)
    with pytest.raises(ClusterBusy):
        delete(cluster, audit.SYSTEM)

    Operation.objects.update(status="succeeded")
    assert len(apply(right.replace("10.0.0.1", "10.0.0.9")).changes) == 1


def test_a_cluster_with_a_history_cannot_be_deleted(right: str) -> None:
    apply(right)
    operation = busy(Cluster.objects.get())
    Operation.objects.filter(pk=operation.pk).update(status="succeeded")

    with pytest.raises(InventoryRefused, match="still used by"):
        delete(Cluster.objects.get(), audit.SYSTEM)


def test_what_is_referred_to_cannot_be_deleted() -> None:
    cluster = factories.cluster()
    for row in (cluster.site, cluster.directory, Credential.objects.get()):
        with pytest.raises(InventoryRefused, match="still used by"):
            delete(row, audit.SYSTEM)


def test_a_stored_password_is_kept_by_apply_and_never_exported(ada_at_page: audit.Actor) -> None:
    spec = factories.credential_spec("nodes", source="stored", reference="")
    save_credential(spec, ada_at_page, password=Secret("gr3at s3cret"))
    before = Credential.objects.get().ciphertext
    exported = export_inventory()
    apply(exported)

    assert "stored: true" in exported
    assert Credential.objects.get().ciphertext == before != ""
    for text in (
        exported,
        before,
        repr(Credential.objects.values()),
        *AuditRecord.objects.values_list("body", flat=True),
    ):
        assert "gr3at" not in text
    assert before not in exported


def test_leaving_the_stored_source_forgets_the_password(ada_at_page: audit.Actor) -> None:
    stored = factories.credential_spec(source="stored", reference="")
    row = save_credential(stored, ada_at_page, password=Secret("gr3at s3cret"))
    save_credential(factories.credential_spec(), ada_at_page, row)

    assert Credential.objects.get().ciphertext == ""


def test_a_service_refuses_with_every_problem_and_writes_nothing(audited: Audited) -> None:
    factories.cluster()
    before = audited()
    with pytest.raises(InventoryRefused) as refused:
        save_cluster(factories.cluster_spec("MAIL2", 1, group='"'), audit.SYSTEM)

    assert {problem.path[0] for problem in refused.value.problems} == {"group", "floating_ips", "nodes"}
    assert audited() == before
    assert Cluster.objects.count() == 1


def test_a_name_can_be_changed_but_not_to_another_ones() -> None:
    row = factories.site()
    save_site(SiteSpec("Osaka"), audit.SYSTEM)

    assert save_site(SiteSpec("TOKYO"), audit.SYSTEM, row).name == "TOKYO"
    with pytest.raises(InventoryRefused, match="another site"):
        save_site(SiteSpec("osaka"), audit.SYSTEM, Site.objects.get(pk=row.pk))


def test_a_failure_half_way_leaves_nothing_behind(
    right: str, monkeypatch: pytest.MonkeyPatch, audited: Audited
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("console.services.inventory_rows._write_node", fail)
    with pytest.raises(RuntimeError):
        apply(right)

    assert not Site.objects.exists()
    assert audited() == []


def test_what_is_exported_says_what_is_stored(right: str) -> None:
    apply(right)

    assert spec_of(Cluster.objects.get()) == factories.cluster_spec(nodes=tuple(
        factories.node_spec(role, number) for role, number in (("primary", 1), ("standby", 2))
    ))  # fmt: skip


def test_a_name_that_leads_to_the_floating_ip_is_refused_by_the_real_resolver(right: str) -> None:
    (address,) = addresses_of(["localhost"])["localhost"] - {"::1"}
    wrong = right.replace("10.0.1.1", address).replace("address: 10.0.0.1", "address: localhost")

    assert [m.message for m in apply(wrong).mistakes] == [
        f"cluster MAIL1: localhost resolves to the floating IP address {address}."
    ]


def test_a_name_server_that_is_silent_costs_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.services.inventory.RESOLVE_WITHIN", 0.2)
    monkeypatch.setattr("socket.getaddrinfo", lambda *_: time.sleep(1) or [])
    before = time.monotonic()

    assert addresses_of(f"node{number}.example.com" for number in range(20)) == {}
    assert time.monotonic() - before < 0.9


@pytest.fixture
def ada_at_page(administrator: User) -> audit.Actor:
    """Ada deciding on a page."""
    return at_page(administrator)
