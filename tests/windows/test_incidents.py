"""Incidents: found, taken on, laid by, due again; gone when they are acknowledged."""

from datetime import timedelta

import pytest

from console.domain.checks import Refusal
from console.models import AuditRecord, Cluster, IncidentCare, Notice
from console.services import alarms, incidents
from console.services.access import NotAllowed
from console.services.clock import database_now
from tests.services import making
from tests.web import world

pytestmark = pytest.mark.django_db


def standing() -> list[incidents.Incident]:
    """Those of every cluster."""
    return incidents.standing(Cluster.objects.all(), database_now())


@pytest.fixture
def alarm() -> incidents.Incident:
    """An alarm of TOKYO."""
    alarms.sound(making.cluster(), "no-go", "a node waits", "look")
    return standing()[0]


def soon(minutes: float = 30) -> dict[str, object]:
    """Laid by for so long."""
    return {"until": database_now() + timedelta(minutes=minutes)}


def test_everything_is_found_that_a_person_has_to_look_into_and_nothing_else() -> None:
    tokyo = making.cluster()
    alarms.sound(tokyo, "no-go", "a node waits", "look")
    for number, (status, columns) in enumerate(
        [
            ("uncertain", {}),
            ("failed", {"todo": [{"what": "a mailbox", "why": "x", "remedy": "y"}]}),
            ("failed", {}),
            ("succeeded", {"automatic": True}),
            ("succeeded", {}),
            ("uncertain", {"acknowledged_at": database_now()}),
        ],
        2,
    ):
        world.ended(making.cluster(f"C{number}X", number), status, **columns)  # type: ignore[arg-type]
    assert [(one.kind, one.cluster.name) for one in standing()] == [
        ("uncertain", "C2X"),
        ("alarm", "TOKYO"),
        ("incomplete", "C3X"),
        ("unplanned", "C5X"),
    ]


def test_somebody_takes_it_on_and_hands_it_over_and_all_of_it_is_on_record(alarm: incidents.Incident) -> None:
    pat = making.account("pat")
    incidents.take(alarm, making.actor(), "I drive there")
    incidents.take(alarm, making.actor(), "my shift is over", owner=pat)
    (one,) = standing()
    assert one.care is not None
    assert (one.care.owner_name, one.care.by_name) == ("pat", "olga")
    assert IncidentCare.objects.filter(over_at__isnull=True).count() == 1
    assert [row.reason for row in incidents.history([alarm.cluster], 9)] == ["my shift is over", "I drive there"]
    incidents.let_go(one, making.actor(), "somebody else")
    assert standing()[0].care is None
    found = AuditRecord.objects.filter(action__startswith="incident:").order_by("seq")
    assert [row.action.split(":")[-1] for row in found] == ["taken", "taken", "let-go"]


def test_what_is_laid_by_comes_last_and_is_due_again_at_its_time(alarm: incidents.Incident) -> None:
    alarms.sound(alarm.cluster, "flapping", "again", "look")
    incidents.take(alarm, making.actor(), "a part is on its way", **soon())  # type: ignore[arg-type]
    assert [one.alarm.key for one in standing() if one.alarm] == ["flapping", "no-go"]
    assert incidents.sweep() == 0
    IncidentCare.objects.update(until=database_now() - timedelta(seconds=1))
    assert incidents.sweep() == 1
    assert incidents.sweep() == 0
    notice = Notice.objects.get(event="incident.again")
    assert "olga had laid by" in notice.text
    assert not any(one.laid_by(database_now()) for one in standing())


def test_what_was_acknowledged_meanwhile_is_not_told_again(alarm: incidents.Incident) -> None:
    incidents.take(alarm, making.actor(), "a part is on its way", **soon())  # type: ignore[arg-type]
    assert alarm.alarm is not None
    alarms.acknowledge(alarm.alarm, making.actor(), "replaced")
    assert standing() == []
    IncidentCare.objects.update(until=database_now())
    assert incidents.sweep() == 0
    assert not Notice.objects.filter(event="incident.again").exists()


def test_what_is_missing_is_refused(alarm: incidents.Incident) -> None:
    sam = making.account("sam", "viewer")
    for reason, more, key in (
        (" ", {}, "incident.reason"),
        ("x", soon(-1), "incident.until"),
        ("x", soon(15 * 24 * 60), "incident.until"),
        ("x", {"owner": sam}, "incident.owner"),
    ):
        with pytest.raises(Refusal) as refused:
            incidents.take(alarm, making.actor(), reason, **more)  # type: ignore[arg-type]
        assert [one.key for one in refused.value.reasons] == [key]
    with pytest.raises(NotAllowed):
        incidents.take(alarm, making.actor("rita", "viewer"), "x")
    assert not IncidentCare.objects.exists()
