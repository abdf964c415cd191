"""Diagnoses as the pages' tests need them: found by nobody's node, kept as a worker keeps them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from console.domain.findings import Diagnosis, Finding, Unread
from console.domain.outcome import Ending, Status
from console.domain.ports import Control
from console.models import Cluster, Operation
from console.services import diagnosing
from console.services.execute import execute
from tests.services import making

MISSING = Finding("cluster-files.missing", "KYO-N1", "EXRES.DLL", r"C:\WINDOWS\Cluster\EXRES.DLL: no such file")
SOURCE = Finding("event-sources.missing", "KYO-N2", "MSExchangeCluster", "ERROR: the key was not found")
BY_HAND = Finding("binaries.two-builds", "", "store.exe", "6.5.7638.1 on KYO-N1, 6.5.7226.0 on KYO-N2")
NOTE = Finding("cluster-files.unused-missing", "KYO-N1", "EXTRAS.DLL", "no such file")
GAP = Unread("KYO-N2", "the registry", "Access is denied.", "Give the account the right to read it.")


def kyoto(name: str = "Kyoto", number: int = 16) -> Cluster:
    """A cluster of the cluster service, whose server's name moves with the group."""
    made = making.cluster(name, number)
    Cluster.objects.filter(pk=made.pk).update(driver="mscs", group=f"EVS {name}")
    for node, renamed in zip(made.nodes.order_by("role"), ("N1", "N2"), strict=True):
        node.name = f"{name[:3].upper()}-{renamed}"
        node.save()
    made.refresh_from_db()
    return made


def asked(of: Cluster) -> Operation:
    """A diagnosis that waits for a worker."""
    return diagnosing.ask(of, making.actor(), send=False)


def found(of: Cluster, findings: Sequence[Finding] = (), unread: Sequence[Unread] = ()) -> Operation:
    """A diagnosis that found that, as a worker carries it out."""
    operation = asked(of)
    looked = ("Every cluster file was looked at on both nodes.",)
    result = Diagnosis(of.name, datetime.now(UTC), tuple(findings), tuple(unread), looked)

    def look(operation: Operation, token: int, control: Control) -> Ending:
        return diagnosing.keep(operation, token, [result], Ending(Status.SUCCEEDED, "Looked."))

    assert execute(operation.pk, "worker", look)
    operation.refresh_from_db()
    return operation
