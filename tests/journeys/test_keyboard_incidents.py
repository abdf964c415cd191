"""By keyboard alone: what needs a person is taken on, let go and acknowledged; a cooldown and a stop are lifted."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys.person import Person
from tests.journeys.stack import LabCluster
from tests.journeys.test_by_itself import nothing_stopped as nothing_stopped

pytestmark = pytest.mark.usefixtures("keys")


def test_what_needs_a_person_is_taken_on_let_go_acknowledged_and_lifted(
    olga: Person, night: LabCluster, nothing_stopped: None
) -> None:
    night.power(night.primary, on=False)
    night.taken_over()
    olga.opens(night)
    olga.writes("Lift this cooldown", "the cause is mended").click()
    olga.sees(f"The cooldown of {night.name} is lifted.")
    olga.notice("Alarm, ").get_by_role("link", name="Take it on").click()
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    olga.page.get_by_label("Lay it by until").fill(f"{tomorrow:%Y-%m-%dT%H:%M}")
    olga.page.get_by_label("What is going on").fill("a cable is out")
    olga.page.get_by_role("button", name="Save").click()
    olga.sees("a cable is out")
    olga.page.goto("/incidents/")
    olga.page.get_by_role("link", name=re.compile(f"^Hand over or lay by.* of {night.name}$")).click()
    olga.writes("Nobody looks after it any more", "my shift ends").click()
    olga.opens(night)
    olga.writes("Acknowledge", "the cable is in", olga.notice("Alarm, ")).click()
    olga.sees("The alarm is acknowledged.")
    olga.page.goto("/")
    olga.writes("Stop everything", "fire drill").click()
    expect(olga.banner).to_contain_text("fire drill")
    olga.writes("Lift this stop", "over").click()
    expect(olga.banner).to_have_count(0)
