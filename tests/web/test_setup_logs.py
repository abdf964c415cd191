"""Handing in a set-up log: read while it comes in, shown as a course with what went wrong, or refused with why."""

import asyncio
import html
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from console.models import AuditRecord, Cluster, SetupLogRecord
from console.web.upload_bound import BoundedUploads
from tests.web import world
from tests.web.diagnosis_world import kyoto

Page = Callable[..., str]
DIED = b"""[13:43:30] Entering ScSetupExchangeVirtualServer\r
[13:43:31]  Entering CAtomServices::ScStopAtomServices\r
[13:43:33]  CService::ScGetStatus (f:\\titanium\\admin\\src\\libs\\exsetup\\service.cxx:722)\r
           Error code 0XC0070424 (1060): The specified service does not exist as an installed service.\r
[13:43:33] === IGNORING PREVIOUS ERRORS === CServiceManager::ScStopService (f:\\titanium\\svcmgr.cxx:537)\r
           The operation has completed successfully.\r
[13:43:34]  Leaving CAtomServices::ScStopAtomServices\r
[13:43:40]  Interpreting file CLUSTER_SERVER.UNS\r
[13:43:41]  Interpreting file CLUSTER_SERVER.INS\r
[13:43:42]  Interpreting line <CreateProcess:C:\\WINDOWS\\system32;regsvr32.exe /s C:\\Exchsrvr\\bin\\excluadm.dll>\r
[13:43:43]  Process has exited with 00000003\r
[13:43:44]  Interpreting line <CreateProcess:C:\\WINDOWS\\cluster;cladmreg.exe /q excluadm.dll>\r
"""


def handed_in(client: Client, content: bytes, name: str = "Exchange Server Setup Progress.log", **more: str) -> Any:
    """The answer to a form with that file."""
    return client.post(reverse("set-up-logs"), {"log": SimpleUploadedFile(name, content), **more})


def test_a_log_is_read_kept_as_what_it_says_and_audited(olga: Client, page: Page) -> None:
    cluster = kyoto()
    response = handed_in(olga, DIED, cluster="Kyoto")
    record = SetupLogRecord.objects.get()
    assert response["Location"] == reverse("set-up-log", args=[record.pk])
    assert (record.size, record.by_name, record.cluster) == (len(DIED), "olga", cluster)
    assert AuditRecord.objects.filter(action="diagnosis:setup-log:read").count() == 1
    assert record.name in page(olga, reverse("diagnoses", args=["Kyoto"]))
    assert record.name in page(olga, reverse("set-up-logs"))


def test_a_large_one_passes_through_and_stays_on_no_disk(olga: Client, settings: Settings, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    filler = b'[13:43:30]  Attempting to get DOB for DN "/dc=LOCAL/dc=Corp/cn=Configuration"\r\n' * 50_000
    large = DIED[: DIED.index(b"[13:43:40]")] + filler + DIED[DIED.index(b"[13:43:40]") :]
    assert len(large) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    assert handed_in(olga, large).status_code == 302
    record = SetupLogRecord.objects.get()
    assert (record.size, record.report["lines"]) == (len(large), large.count(b"\n"))
    assert len(json.dumps(record.report)) < 20_000
    assert list(tmp_path.iterdir()) == []


def test_it_shows_the_course_where_it_died_what_went_wrong_and_what_was_ignored(olga: Client, page: Page) -> None:
    text = html.unescape(page(olga, handed_in(olga, DIED)["Location"]))
    assert "it stopped here" in text
    assert "The set-up did not finish, in the middle of: CLUSTER_SERVER.INS." in text
    course = text[text.index("Course") :]
    assert course.index("CLUSTER_SERVER.UNS") < course.index("CLUSTER_SERVER.INS") < course.index("CLUSTER_SHARED.INS")
    calls = text[text.index("Where it was") :]
    assert "ScSetupExchangeVirtualServer" in calls
    assert "regsvr32.exe /s C:\\Exchsrvr\\bin\\excluadm.dll" in text
    assert "Process has exited with 00000003" in text
    assert "2 lines with the exit of each" in text
    ignored = text[text.index("Errors that the set-up itself ignored") :]
    assert "The specified service does not exist" in ignored


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "It is empty."),
        (b"PK\x03\x04 and more", "It is an archive (zip)."),
        (b"Dear Sir or Madam,\nthank you for your letter.\n" * 50, "Expected is Exchange's set-up log"),
        (bytes(range(256)) * 20, "Expected is Exchange's set-up log"),
    ],
)
def test_what_is_no_set_up_log_is_refused_with_what_was_expected(olga: Client, content: bytes, says: str) -> None:
    response = handed_in(olga, content, "upload.bin")
    assert response.status_code == 422
    assert says in html.unescape(response.content.decode())
    assert not SetupLogRecord.objects.exists()


def test_a_form_without_a_file_says_so(olga: Client) -> None:
    response = olga.post(reverse("set-up-logs"), {})
    assert response.status_code == 422
    assert "Choose the file of the set-up log." in response.content.decode()


def test_who_only_sees_reads_what_others_handed_in(olga: Client, rita: Client, page: Page) -> None:
    address = handed_in(olga, DIED)["Location"]
    assert "CLUSTER_SERVER.INS" in page(rita, address)
    assert "The account rita may not" in page(rita, reverse("set-up-logs"))
    assert handed_in(rita, DIED).status_code == 403
    assert SetupLogRecord.objects.count() == 1


def test_a_log_that_there_is_not_says_where_they_are(olga: Client) -> None:
    response = olga.get(reverse("set-up-log", args=[7]))
    assert response.status_code == 404
    assert "lists those that were handed in" in response.content.decode()


def test_what_a_log_says_is_shown_as_text(olga: Client, page: Page) -> None:
    hostile = DIED.replace(b"excluadm.dll>", world.HOSTILE.encode())
    text = page(olga, handed_in(olga, hostile, "<b>log</b>.log")["Location"])
    assert "<script>alert" not in text
    assert "<b>log" not in text


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_beyond_the_bound_is_not_taken(declared: bool) -> None:
    """It is answered with 413; where it was not declared, the application is told that the other side has gone."""
    sent: list[Mapping[str, Any]] = []
    got: list[Mapping[str, Any]] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        while (message := await receive())["type"] != "http.disconnect" and message.get("more_body"):
            got.append(message)
        got.append(message)

    async def receive() -> Mapping[str, Any]:
        return {"type": "http.request", "body": b"x" * 60, "more_body": True}

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    headers = [(b"content-length", b"101")] if declared else []
    scope = {"type": "http", "path": "/set-up-logs/", "headers": headers}
    asyncio.run(BoundedUploads(application, largest=100)(scope, receive, send))
    assert sent[0]["status"] == 413
    assert b"manage.py diagnose --log FILE" in sent[1]["body"]
    assert [message["type"] for message in got] == ([] if declared else ["http.request", "http.disconnect"])


def test_a_cluster_that_there_is_not_is_refused(olga: Client, tokyo: Cluster) -> None:
    response = handed_in(olga, DIED, cluster="NOWHERE")
    assert response.status_code == 422
    assert not SetupLogRecord.objects.exists()
