"""`manage.py diagnose CLUSTER` and `repair`: from defects on nodes to a clean second look, by a worker and the wire."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection

from console.lab import presets
from console.lab.assemble import assemble
from console.lab.mscs.equipment import MEDIA
from console.lab.server import Lab
from console.management.lab_inventory import lab_inventory
from console.models import AuditRecord, DiagnosisRecord, Operation
from console.services.execute import execute
from console.services.inventory_export import dump
from tests.commands.conftest import Told, one_object

Manage = Callable[..., Told]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Kyoto, with an event source that is missing on one node and a cluster file on the other."""
    world = presets.fast_definition(presets.kyoto(base="127.0.47"), presets.tokyo(base="127.0.48"))
    world.directory = {"mailboxes": 3}
    with assemble(world, tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture
def kyoto(lab: Lab, person: User, manage: Manage, tmp_path: Path) -> Lab:
    """The lab, with its inventory applied and Kyoto's defects in place."""
    path = tmp_path / "inventory.yaml"
    path.write_text(dump(lab_inventory(lab)), encoding="utf-8")
    assert manage("inventory", "apply", str(path))[0] == 0
    lab.fault("KYO-N1", "source-missing", source="MSExchangeCluster")
    lab.fault("KYO-N2", "cluster-file-missing", file="CLUSMSG.DLL")
    return lab


@pytest.fixture
def worker(settings: object) -> Iterator[None]:
    """A worker that takes whatever waits."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.1):
            for pk in Operation.objects.filter(status="queued").values_list("pk", flat=True):
                execute(pk, "worker")
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    over.set()
    thread.join(60)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_what_is_found_is_repaired_and_a_second_look_is_clean(kyoto: Lab, manage: Manage, worker: None) -> None:
    code, out, _ = manage("diagnose", "kyoto")
    assert code == 0
    for words in ("2 errors", "MSExchangeCluster on KYO-N1", "CLUSMSG.DLL on KYO-N2", "What to do:"):
        assert words in out
    assert manage("diagnose", "Kyoto", "--fail-on", "error")[0] == 1
    told = one_object(manage("diagnose", "Kyoto", "--json"))
    assert sorted(one["code"] for one in told["findings"]) == ["cluster-files.missing", "event-sources.missing"]
    assert {one["repair"] for one in told["findings"]} == {"files.copy", "sources.write"}

    code, out, _ = manage("repair", "Kyoto", "--source", MEDIA, "--show")
    assert code == 0
    assert "KYO-N2> " in out
    assert not Operation.objects.filter(kind="repair").exists()
    code, out, err = manage("repair", "Kyoto", "--source", MEDIA, "--yes", "--reason", "no events", "--wait")
    assert code == 0, out + err
    assert AuditRecord.objects.filter(action="operation:repair:confirmed", reason="no events").count() == 1

    code, out, _ = manage("diagnose", "Kyoto", "--fail-on", "note")
    assert code == 0, out
    assert "nothing is wrong" in out
    code, _, err = manage("repair", "Kyoto", "--yes")
    assert code == 2
    assert DiagnosisRecord.objects.count() == 4


@pytest.mark.django_db
def test_a_cluster_of_another_product_is_refused_with_the_reason(kyoto: Lab, manage: Manage) -> None:
    for words in (("diagnose", "Tokyo"), ("repair", "Tokyo", "--yes")):
        code, _, err = manage(*words)
        assert code == 2
        assert "EXPRESSCLUSTER X, for which Exchange is set up on each node as a server of its own" in err


@pytest.mark.django_db
@pytest.mark.parametrize("words", [(), ("Kyoto", "--log", "x.log")])
def test_either_a_cluster_or_a_log_is_named(person: User, manage: Manage, words: tuple[str, ...]) -> None:
    code, _, err = manage("diagnose", *words)
    assert code == 2
    assert "manage.py diagnose CLUSTER" in err


@pytest.mark.django_db
def test_who_only_sees_may_neither_diagnose_nor_repair(kyoto: Lab, person: User, manage: Manage) -> None:
    person.grants.update(role="viewer")
    for words in (("diagnose", "Kyoto"), ("repair", "Kyoto", "--yes")):
        code, _, err = manage(*words)
        assert code == 2
        assert "may not" in err
    assert not Operation.objects.exists()
