"""The pages of maintenance and incidents, and what the page of a cluster says of them."""

from collections.abc import Callable
from datetime import timedelta

from django.test import Client

from console.models import Cluster, IncidentCare, MaintenanceWindow, ScheduledMove
from console.services import alarms, schedules, windows
from console.services.clock import database_now
from tests import personas
from tests.services import making
from tests.web import world
from tests.web.conftest import signed_in
from tests.windows.opening import demanding, due, opened

Page = Callable[..., str]


def at(minutes: float) -> str:
    """A time from now, as a browser sends it."""
    return (database_now() + timedelta(minutes=minutes)).astimezone(windows.zone()).strftime("%Y-%m-%dT%H:%M")


def test_a_window_is_made_seen_and_ended(olga: Client, rita: Client, tokyo: Cluster, page: Page) -> None:
    said = {"of": f"cluster:{tokyo.pk}", "starts": at(-10), "ends": at(120), "reason": "<b>patches</b>"}
    assert olga.post("/maintenance/windows/add/", said).status_code == 302
    for address in ("/maintenance/", "/clusters/TOKYO/"):
        assert "&lt;b&gt;patches&lt;/b&gt;" in page(rita, address)
    assert "In maintenance until" in page(rita, "/clusters/TOKYO/")
    window = MaintenanceWindow.objects.get()
    assert (window.owner_name, window.weekly) == ("olga", False)
    address = f"/maintenance/windows/{window.pk}/end/"
    assert rita.post(address, {"reason": "x"}).status_code == 403
    olga.post(address, {"reason": " "})
    assert windows.open_now(tokyo) is not None
    olga.post(address, {"reason": "done"})
    assert "In maintenance until" not in page(rita, "/clusters/TOKYO/")
    assert "olga had ended it already" in olga.post(address, {"reason": "again"}, follow=True).content.decode()


def test_mistakes_stand_beside_their_fields(olga: Client, tokyo: Cluster) -> None:
    said = {"of": f"cluster:{tokyo.pk}", "starts": at(60), "ends": at(30), "reason": "patches"}
    response = olga.post("/maintenance/windows/add/", said)
    assert response.status_code == 422
    assert "It ends before it begins." in response.content.decode()
    assert "Write the time as" in olga.post("/maintenance/windows/add/", said | {"starts": "soon"}).content.decode()
    assert not MaintenanceWindow.objects.exists()


def test_a_cluster_that_demands_windows_says_so_and_when_the_next_one_opens(
    olga: Client, tokyo: Cluster, page: Page
) -> None:
    demanding(tokyo)
    assert "None is open or to come." in page(olga, "/clusters/TOKYO/")
    opened(tokyo, begins=90)
    assert "The next one opens" in page(olga, "/clusters/TOKYO/")
    assert "Moved in a window only" in page(olga, "/maintenance/")


def test_a_move_is_scheduled_shown_and_cancelled(olga: Client, tokyo: Cluster, page: Page) -> None:
    said = {"kind": "failover", "target": "", "at": at(20), "reason": "patches"}
    response = olga.post("/clusters/TOKYO/schedule/", said)
    assert response.status_code == 422
    assert "No maintenance window of TOKYO is open" in response.content.decode()
    opened(tokyo)
    assert olga.post("/clusters/TOKYO/schedule/", said).status_code == 302
    assert "if everything is in order then" in page(olga, "/clusters/TOKYO/")
    row = ScheduledMove.objects.get()
    olga.post(f"/maintenance/moves/{row.pk}/cancel/", {"reason": "no time"})
    assert "olga cancelled it: no time" in page(olga, "/maintenance/")
    assert olga.post("/maintenance/moves/999/cancel/", {"reason": "x"}).status_code == 404


def test_why_a_move_was_given_up_stands_on_the_page(olga: Client, tokyo: Cluster, page: Page) -> None:
    due(tokyo, ago=10_000)
    schedules.sweep()
    text = page(olga, "/maintenance/")
    assert "given up" in text
    assert "never starts late" in text


def test_alarms_in_maintenance_are_quieter_but_there(olga: Client, tokyo: Cluster, page: Page) -> None:
    alarms.sound(tokyo, "no-go", "a node waits", "look")
    alarms.sound(tokyo, "two-actives", "both want to", "look")
    opened(tokyo)
    for address in ("/clusters/TOKYO/", "/"):
        text = page(olga, address)
        assert text.count("In maintenance: alarm") == 1, address
        assert text.index("both want to") < text.index("a node waits"), "what nothing explains comes first"


def test_an_incident_is_taken_on_laid_by_and_let_go(olga: Client, rita: Client, tokyo: Cluster, page: Page) -> None:
    alarm = alarms.sound(tokyo, "no-go", "a node <i>waits</i>", "look")
    assert "a node &lt;i&gt;waits" in page(rita, "/incidents/")
    address = f"/incidents/alarm/{alarm.pk}/"
    assert rita.post(address, {"reason": "x"}).status_code == 403
    assert olga.post(address, {"reason": ""}).status_code == 422
    assert olga.post(address, {"reason": "a part is on its way", "until": at(-5)}).status_code == 409
    assert olga.post(address, {"reason": "a part is on its way", "until": at(60)}).status_code == 302
    text = page(rita, "/incidents/")
    assert "Nothing to look into" in text
    assert text.index("Laid by") < text.index("a part is on its way")
    assert "Laid by: alarm" in page(rita, "/clusters/TOKYO/")
    olga.post(f"{address}let-go/", {"reason": "somebody else"})
    assert IncidentCare.objects.get().over_at is not None
    olga.post(f"/alarms/{alarm.pk}/acknowledge/", {"reason": "replaced"})
    assert olga.get(address).status_code == 404


def test_an_operation_that_ended_uncertain_is_an_incident_with_its_way_out(
    olga: Client, tokyo: Cluster, page: Page
) -> None:
    operation = world.ended(tokyo, "uncertain", ending_remedy="Look at both nodes.")
    text = page(olga, "/incidents/")
    assert "Look at both nodes." in text
    assert f'href="/operations/{operation.pk}/"' in text
    assert olga.get(f"/incidents/operation/{operation.pk}/").status_code == 200


def test_nobody_sees_what_is_not_theirs(tokyo: Cluster, page: Page) -> None:
    osaka = making.cluster("OSAKA", 2)
    alarm = alarms.sound(tokyo, "no-go", "a node of TOKYO waits", "look")
    window = opened(tokyo)
    guest = signed_in(personas.person("guest", "operator", on=osaka))
    for address in ("/readiness/", "/maintenance/", "/incidents/"):
        assert "TOKYO" not in page(guest, address)
    assert guest.post(f"/maintenance/windows/{window.pk}/end/", {"reason": "x"}).status_code == 404
    assert guest.get(f"/incidents/alarm/{alarm.pk}/").status_code == 404
    assert 'value="cluster:' in page(guest, "/maintenance/windows/add/")
    assert f'value="cluster:{tokyo.pk}"' not in page(guest, "/maintenance/windows/add/")
