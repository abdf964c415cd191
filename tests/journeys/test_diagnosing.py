"""A cluster whose set-up left things undone, by clicking: diagnosed, repaired, diagnosed clean; and a log handed in."""

import re

from playwright.sync_api import expect

from console.lab.mscs.equipment import MEDIA
from tests.journeys.looks import troubles
from tests.journeys.person import Person
from tests.journeys.stack import LabCluster
from tests.setup_log.samples import OLD_SHARE

FOUND = ("A cluster file is missing", "EXCLUADM.DLL is not registered as a COM class", "An event source is missing")


def test_what_a_set_up_left_undone_is_found_explained_and_mended(olga: Person, kyoto: LabCluster) -> None:
    kyoto.fault(kyoto.primary, "com-unregistered")
    kyoto.fault(kyoto.primary, "cluster-file-missing", file="CLUSMSG.DLL")
    kyoto.fault(kyoto.standby, "source-missing", source="MSExchangeCluster")
    olga.opens(kyoto)
    diagnoses(olga, "Diagnose")
    olga.sees("3 errors", *FOUND, "The console can repair all of it")
    assert troubles(olga.page) == []

    olga.page.get_by_label("Installation source").fill(MEDIA)
    olga.page.get_by_role("button", name="Repair").click()
    olga.page.wait_for_url(re.compile(r"/plans/\d+/"))
    olga.waits_for_plan()
    olga.sees("regsvr32.exe /s", r"C:\WINDOWS\Cluster\CLUSMSG.DLL", "reg add HKLM")
    olga.page.get_by_label("Reason").fill("events are missing since the set-up")
    olga.page.get_by_role("button", name="Repair now").click()
    olga.page.wait_for_url(re.compile(r"/operations/\d+/"))
    olga.sees_ending("succeeded")

    diagnoses(olga, "Diagnose again")
    olga.sees("Everything was looked at, and nothing is wrong.", *(f"gone: {title}" for title in FOUND))
    assert troubles(olga.page) == []
    assert not olga.troubles


def test_a_set_up_log_is_handed_in_and_read(olga: Person) -> None:
    for address in ("/findings/", "/findings/cluster-files.missing/", "/set-up-logs/"):
        olga.page.goto(address)
        assert troubles(olga.page) == []
    file = {"name": "Exchange Server Setup Progress.log", "mimeType": "text/plain", "buffer": OLD_SHARE}
    olga.page.get_by_label("Set-up log").set_input_files(file)  # type: ignore[arg-type]
    olga.page.get_by_role("button", name="Read it").click()
    olga.page.wait_for_url(re.compile(r"/set-up-logs/\d+/"))
    expect(olga.page.get_by_role("heading", level=1)).to_have_text("Exchange Server Setup Progress.log")
    assert troubles(olga.page) == []
    assert not olga.troubles


def diagnoses(person: Person, press: str) -> None:
    """Press the button and wait for what was found."""
    person.page.get_by_role("button", name=press, exact=True).click()
    person.page.wait_for_url(re.compile(r"/operations/\d+/diagnosis/"))
    expect(person.page.locator(".diagnosis")).to_be_visible(timeout=45_000)
