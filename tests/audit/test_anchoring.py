"""Signing on a schedule, and sending until a place has it: what is due, what is lacking, and who hears of a failure."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from console.domain.verify_audit import read_anchors
from console.models import AnchorAttempt, AuditRecord, SignedHead
from console.services import audit_anchors
from console.services.audit_anchors import LATEST, SOONEST, anchor_now, states, sweep, troubles
from console.services.audit_verify import verify
from tests.audit.tampering import written
from tests.personas import aki, rita

pytestmark = pytest.mark.django_db


@pytest.fixture
def anchored_at(settings: Any) -> Callable[[Path], None]:
    """Have heads left in that file."""

    def at(path: Path) -> None:
        settings.AUDIT_ANCHORS = {**settings.AUDIT_ANCHORS, "file": str(path)}

    return at


def later(by: timedelta) -> None:
    """Let that time pass for everything that was signed and tried."""
    for model in (SignedHead, AnchorAttempt):
        for row in model.objects.all():  # type: ignore[attr-defined]
            model.objects.filter(pk=row.pk).update(at=row.at - by)  # type: ignore[attr-defined]


def kept(path: Path) -> list[int]:
    return [anchor.seq for anchor in read_anchors(path.read_text().splitlines())]


def test_a_head_is_signed_when_it_is_time_and_there_is_something_new(
    tmp_path: Path, anchored_at: Callable[[Path], None], settings: Any
) -> None:
    path = tmp_path / "anchors.jsonl"
    anchored_at(path)
    written(2)
    assert [sweep(), sweep()] == [1, 0]
    written(3)
    assert sweep() == 0
    later(timedelta(seconds=settings.AUDIT_SIGN_EVERY))
    assert [sweep(), sweep()] == [1, 0]
    later(timedelta(days=1))
    assert sweep() == 0

    assert kept(path) == [2, 5]
    assert verify(read_anchors(path.read_text().splitlines())).anchored == 5


def test_a_place_that_fails_is_tried_again_ever_later_and_then_gets_everything(
    tmp_path: Path, anchored_at: Callable[[Path], None]
) -> None:
    path = tmp_path / "away" / "anchors.jsonl"
    anchored_at(path)
    written(1)
    for tries in range(1, 4):
        assert sweep() == 0
        assert AnchorAttempt.objects.filter(kept=False).count() == tries
        assert sweep() == 0  # not at once
        assert AnchorAttempt.objects.count() == tries
        later(SOONEST * 2 ** (tries - 1))
    written(1)
    anchor_now()
    (state,) = states()
    assert (state.kept_seq, state.waiting, "No such file" in state.error) == (0, 1, True)

    path.parent.mkdir()
    later(LATEST)
    sweep()
    assert kept(path) == [SignedHead.objects.latest("seq").seq]
    assert (states()[0].error, states()[0].waiting, troubles()) == ("", 0, [])


def test_what_was_signed_while_a_place_was_away_comes_after_what_it_had(
    tmp_path: Path, anchored_at: Callable[[Path], None]
) -> None:
    path = tmp_path / "anchors.jsonl"
    anchored_at(path)
    written(1)
    anchor_now()
    path.rename(tmp_path / "elsewhere")
    path.mkdir()
    for _ in range(2):
        written(1)
        anchor_now()
    path.rmdir()
    (tmp_path / "elsewhere").rename(path)
    anchor_now()

    assert kept(path) == list(SignedHead.objects.order_by("seq").values_list("seq", flat=True))
    assert len(kept(path)) == 3


def test_the_audit_hears_of_the_first_failure_and_of_the_first_success_after_it(
    tmp_path: Path, anchored_at: Callable[[Path], None]
) -> None:
    anchored_at(tmp_path / "away" / "anchors.jsonl")
    written(1)
    for _ in range(3):
        anchor_now()
    (tmp_path / "away").mkdir()
    anchor_now()

    told = AuditRecord.objects.filter(action__startswith="audit:anchor").order_by("seq")
    assert list(told.values_list("action", "subject_name")) == [
        ("audit:anchor:failed", "file"),
        ("audit:anchor:mended", "file"),
    ]


def test_who_reads_the_audit_sees_on_every_page_that_anchoring_fails(
    client: Client, tmp_path: Path, anchored_at: Callable[[Path], None]
) -> None:
    anchored_at(tmp_path / "away" / "anchors.jsonl")
    written(1)
    anchor_now()
    for user, sees in ((aki(), True), (rita(), False)):
        client.force_login(user)
        page = client.get(reverse("clusters")).content.decode()
        assert ("cannot be left at file" in page) == sees


def test_without_a_key_nothing_is_signed_and_that_is_told(settings: Any) -> None:
    settings.AUDIT_KEY = ""
    written(1)

    assert (sweep(), SignedHead.objects.count()) == (0, 0)
    assert "CHANGEOVER_AUDIT_KEY_FILE" in troubles()[0]
    settings.AUDIT_KEY = "too-short"
    assert "is not 32 bytes" in troubles()[0]
    report = verify()
    assert (report.holds, report.signatures_checked) == (True, False)


def test_every_place_that_the_settings_name_is_made(settings: Any) -> None:
    settings.MAIL_URL = "smtps://mail.example.com"
    settings.AUDIT_ANCHORS = {
        "file": "anchors.jsonl",
        "syslog": "siem.example.com",
        "webhook": "https://siem.example.com/anchors",
        "mail": "audit@example.com",
        "ca": "",
    }
    found = audit_anchors.places()

    assert [place.name for place in found] == ["file", "syslog", "webhook", "mail"]
    assert vars(found[1])["port"] == 6514
