"""Paths that lead out of where a file belongs: in addresses of downloads, in names of uploads, in headers."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from console.models import Cluster, SetupLogRecord
from tests.web import diagnosis_world, world

pytestmark = pytest.mark.slow

UP = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%252f", "..\\", "..%5c", "....//", "%c0%ae%c0%ae/", "//", "/./../"]
TARGETS = ["console/settings.py", "manage.py", "etc/passwd", "var/secret-key"]
NAMES = [
    *("../../../../tmp/evil.log", "..\\..\\evil.log", "/etc/cron.d/evil", "C:\\evil.log"),
    *("a\x00b.log", "a\r\nX-Evil: 1.log", "." * 300),
]
TELLING = (b"SECRET_KEY", b"root:", b"DJANGO_SETTINGS_MODULE")


def bodies(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.parametrize("up", UP)
def test_no_address_leads_to_a_file_outside(ada: Client, up: str) -> None:
    for start in ("/static/", "/static/console/", "/set-up-logs/", "/audit/export.", "/inventory/", "/operations/1/"):
        for depth in (1, 3, 6):
            for target in TARGETS:
                response = ada.get(f"{start}{up * depth}{target}")
                body = bodies(response)
                assert response.status_code in (301, 400, 403, 404), response.request["PATH_INFO"]
                assert not [word for word in TELLING if word in body]


def test_a_download_of_a_node_that_is_none_is_no_file(ada: Client) -> None:
    operation = diagnosis_world.found(diagnosis_world.kyoto(), [diagnosis_world.SOURCE])
    good = reverse("event-sources", args=[operation.pk, "KYO-N2"])
    for name in ("..", "%2e%2e", "..%2f..%2fKYO-N2", "KYO-N2%00", 'KYO-N2"', "KYO-N2%0d%0aX-Evil:1", "*"):
        response = ada.get(good.replace("KYO-N2", name))
        assert response.status_code in (301, 404)
        assert "X-Evil" not in response.headers


@pytest.mark.parametrize(
    "name",
    [
        "../../../../tmp/evil.log",
        "..\\..\\evil.log",
        "/etc/cron.d/evil",
        "C:\\evil.log",
        "a\x00b.log",
        "a\r\nX-Evil: 1.log",
        "." * 300,
    ],
)
def test_the_name_of_an_upload_is_only_a_name(olga: Client, settings: Settings, tmp_path: Path, name: str) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    settings.FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
    content = b"[13:43:30] Entering ScSetupExchangeVirtualServer\r\n"
    part = f'--x\r\nContent-Disposition: form-data; name="log"; filename="{name}"\r\nContent-Type: text/plain\r\n\r\n'
    body = part.encode() + content + b"\r\n--x--\r\n"
    response = olga.generic("POST", reverse("set-up-logs"), body, "multipart/form-data; boundary=x")
    assert response.status_code in (302, 422)
    assert list(tmp_path.rglob("*")) == []
    for record in SetupLogRecord.objects.all():
        assert not set(record.name) & set("/\\\r\n\x00")
        assert len(record.name) <= 255


def test_the_name_of_a_download_is_ours(ada: Client, tokyo: Cluster) -> None:
    operation = world.running(tokyo)
    for address in (reverse("operation-journal", args=[operation.pk]), reverse("audit-export", args=["csv"])):
        said = ada.get(address).headers["Content-Disposition"]
        assert said.startswith("attachment; filename=")
        assert not set(said.split("=", 1)[1].strip('"')) & set('/\\"\r\n;')
