"""Events are explained by rules of the catalog, counted, and told as missing where their source is broken."""

import pytest

from console.lab import event_log
from console.lab.faults import switch
from console.lab.presets import kyoto
from tests.doctor.clinic import Clinic

TIMEOUT = (
    "Exchange Information Store Instance - (KYO-EVS1): IsAlive checking for this resource failed due to a timeout."
)


@pytest.mark.parametrize(
    ("log", "source", "number", "message", "code"),
    [
        ("System", "MSExchangeCluster", 1012, TIMEOUT, "events.isalive-timeout"),
        ("Application", "MSExchangeCluster", 1019, "The resource could not be opened.", "events.cluster-resource"),
        ("System", "ClusSvc", 1069, "Cluster resource 'Disk X:' failed.", "events.resource-failed"),
        ("System", "ClusSvc", 1024, "The registry checkpoint could not be restored.", "events.resource-failed"),
        ("Application", "MSExchangeIS", 1087, "The database was restored.", "events.store-not-overwritable"),
        ("Application", "MSExchangeIS", 1121, "Error 0x96e connecting.", "events.store-without-directory"),
        ("Application", "MSExchangeSA", 9149, "Failed to start Exchange server.", "events.attendant-keys"),
        ("Application", "MSExchangeSA", 9317, "Failed to register.", "events.names-not-registered"),
        (
            "System",
            "Service Control Manager",
            7024,
            "The Microsoft Exchange Information Store service terminated with service-specific error 0.",
            "events.service-failed",
        ),
    ],
)
def test_an_event_that_tells_of_trouble_is_a_finding(
    log: str, source: str, number: int, message: str, code: str
) -> None:
    clinic = Clinic(kyoto())
    event_log.enter(clinic.world, clinic.world.nodes[1], log, source, number, message)
    (finding,) = clinic.diagnose().findings
    assert (finding.code, finding.node, finding.about) == (code, "KYO-N2", source)
    assert str(number) in finding.evidence
    assert message[:30] in finding.evidence


def test_equal_events_are_one_finding_with_their_number() -> None:
    clinic = Clinic(kyoto())
    for _ in range(3):
        event_log.enter(clinic.world, clinic.world.nodes[0], "System", "MSExchangeCluster", 1012, TIMEOUT)
    (finding,) = clinic.diagnose().findings
    assert finding.evidence.startswith("3 times since ")
    assert finding.data["count"] == "3"


@pytest.mark.parametrize(
    ("source", "number", "message"),
    [
        ("Service Control Manager", 7000, "The Print Spooler service failed to start."),
        ("MSExchangeSA", 9040, "has detected a discrepancy in the published security data for Exchange server 'X'"),
        ("Perflib", 1008, 'The Open Procedure for service "MSExchangeIS" in DLL "x.dll" failed.'),
        ("SomethingElse", 1069, "failed"),
    ],
)
def test_what_is_harmless_or_of_others_is_no_finding(source: str, number: int, message: str) -> None:
    clinic = Clinic(kyoto())
    event_log.enter(clinic.world, clinic.world.nodes[1], "System", source, number, message)
    assert clinic.diagnose().clean


def test_a_broken_source_says_whether_anything_arrives() -> None:
    clinic = Clinic(kyoto())
    switch(clinic.world, clinic.world.nodes[0], "source-missing", True, source="MSExchangeCluster")
    clinic.world.nodes[0].events.clear()
    (finding,) = clinic.diagnose().findings
    assert finding.evidence.endswith("No event came under it.")


def test_events_that_arrive_are_counted_though_they_are_information() -> None:
    diagnosis = Clinic(kyoto()).diagnose()
    assert any(text.startswith("KYO-N1: MSExchangeCluster has logged 1 event, at 20") for text in diagnosis.looked)
