"""Windows: made, ended, asked for by clusters that demand them, and quiet for alarms."""

from dataclasses import replace
from datetime import timedelta

import pytest

from console.domain.checks import Refusal
from console.domain.windows import Times
from console.models import AuditRecord, Cluster, MaintenanceWindow, Notice, Operation
from console.services import alarms, plans, windows
from console.services.access import NotAllowed
from console.services.clock import database_now
from console.services.confirm import confirm
from console.services.notifications import telling
from tests.approvals import asking
from tests.services import making
from tests.windows.opening import demanding, opened

pytestmark = pytest.mark.django_db


def spec(of: Cluster, begins: float = 0, hours: float = 2, **changes: object) -> windows.Spec:
    """A window that begins so many hours from now."""
    start = database_now() + timedelta(hours=begins)
    made = windows.Spec(Times(start, start + timedelta(hours=hours)), "patches", of)
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_cluster_that_demands_windows_is_moved_in_an_open_one_only() -> None:
    tokyo = demanding(making.cluster())
    record = making.ready(tokyo)
    assert record.state == "refused"
    assert record.refusal is not None
    (reason,) = record.refusal["reasons"]
    assert "None is to come" in reason["text"]
    assert "manage.py window add --cluster TOKYO" in reason["remedy"]
    window = opened(tokyo)
    record = making.ready(tokyo)
    assert record.state == "ready"
    windows.end(window, making.actor(), "done early")
    with pytest.raises(Refusal, match="maintenance window only"):
        confirm(record, making.actor(), "maintenance")
    opened(tokyo)
    assert confirm(record, making.actor(), "maintenance").kind == "failover"


def test_the_refusal_says_when_the_next_one_opens() -> None:
    tokyo = demanding(making.cluster())
    later, sooner = opened(tokyo, begins=600), opened(tokyo, begins=120)
    found = windows.why_not(tokyo, "failback")
    assert found is not None
    assert windows.local(sooner.starts_at) in found.headline
    assert windows.local(later.starts_at) not in found.headline


@pytest.mark.parametrize("kind", ["takeover", "start", "undo", "directory-switch", "repair", "diagnose"])
def test_what_is_no_planned_move_never_waits_for_a_window(kind: str) -> None:
    assert windows.why_not(demanding(making.cluster()), kind) is None


def test_what_needs_an_approval_is_planned_before_and_begins_in_a_window_only() -> None:
    tokyo = demanding(making.cluster())
    asking.guarded(tokyo)
    approval = asking.approved(tokyo)
    with pytest.raises(Refusal, match="maintenance window only"):
        confirm(approval.plan, asking.olga(), "maintenance")
    opened(tokyo)
    assert confirm(approval.plan, asking.olga(), "maintenance").kind == "failover"


def test_a_takeover_is_planned_and_confirmed_without_one() -> None:
    tokyo = demanding(making.cluster())
    record = making.ready(tokyo, "takeover", target="TOK-EX2")
    sentence = "TOK-EX1 is down"
    operation = confirm(record, making.actor(), "power failure", typed="TOKYO", sentence=sentence)
    assert operation.status == Operation.Status.QUEUED


def test_a_window_of_a_site_is_one_of_its_clusters_and_of_no_others() -> None:
    tokyo, osaka = making.cluster(), making.cluster("OSAKA", 2)
    elsewhere = making.cluster("KYOTO", 3)
    elsewhere.site = type(tokyo.site).objects.create(name="west")
    elsewhere.save()
    window = windows.make(spec(tokyo, cluster=None, site=tokyo.site), making.actor())
    found = windows.open_for([tokyo, osaka, elsewhere], database_now())
    assert {pk: one.window for pk, one in found.items()} == {tokyo.pk: window, osaka.pk: window}


def test_of_several_that_are_open_the_one_counts_that_ends_last() -> None:
    tokyo = making.cluster()
    opened(tokyo, lasts=90)
    longest = opened(tokyo, lasts=500)
    opened(tokyo, lasts=200)
    found = windows.open_now(tokyo)
    assert found is not None
    assert found.window == longest


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"hours": -1}, "ends before it begins"),
        ({"hours": 24 * 32}, "too long"),
        ({"begins": -3}, "over already"),
        ({"begins": 24 * 400}, "too far ahead"),
        ({"reason": " "}, "No reason"),
        ({"cluster": None}, "of one place"),
    ],
)
def test_what_is_no_window_is_refused_with_a_remedy(changes: dict[str, object], says: str) -> None:
    tokyo = making.cluster()
    made = spec(tokyo, **changes)  # type: ignore[arg-type]
    actor = making.actor("ada", "administrator")
    with pytest.raises(Refusal) as refused:
        windows.make(made, actor)
    assert any(says in one.text for one in refused.value.reasons)
    assert all(one.remedy for one in refused.value.reasons)
    assert not MaintenanceWindow.objects.exists()


def test_making_and_ending_are_audited_and_take_the_right_to_operate() -> None:
    tokyo = making.cluster()
    with pytest.raises(NotAllowed):
        windows.make(spec(tokyo), making.actor("rita", "viewer"))
    window = windows.make(spec(tokyo), making.actor())
    with pytest.raises(Refusal):
        windows.end(window, making.actor(), "  ")
    windows.end(window, making.actor(), "done early")
    assert windows.open_now(tokyo) is None
    windows.end(window, making.actor(), "again")
    found = AuditRecord.objects.filter(action__startswith="maintenance:window:").order_by("seq")
    assert [(one.action.split(":")[-1], one.reason) for one in found] == [("made", "patches"), ("ended", "done early")]


def test_who_operates_on_one_cluster_makes_no_window_of_its_site() -> None:
    tokyo = making.cluster()
    making.account("one", "viewer")
    with pytest.raises(NotAllowed):
        windows.make(spec(tokyo, cluster=None, site=tokyo.site), making.actor("one", "viewer"))


def test_alarms_of_a_cluster_in_maintenance_are_told_quietly_but_for_those_that_nothing_explains() -> None:
    tokyo = making.cluster()
    telling.gather()
    opened(tokyo)
    alarms.sound(tokyo, "no-go", "a node waits", "look")
    alarms.sound(tokyo, "two-actives", "both want to", "look")
    telling.gather()
    found = dict(Notice.objects.filter(event="alarm.raised").values_list("facts__alarm", "severity"))
    assert found == {"no-go": 1, "two-actives": 3}
    assert Notice.objects.get(facts__alarm="no-go").text.startswith("In maintenance: Alarm: ")


def test_a_plan_is_asked_for_again_when_the_window_has_opened() -> None:
    tokyo = demanding(making.cluster())
    refused = making.ready(tokyo)
    opened(tokyo)
    again = plans.make(plans.prepare_again(refused, making.actor(), send=False).pk, making.planner())
    assert again.state == "ready"
