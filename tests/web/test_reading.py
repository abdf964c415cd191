"""Language and time zone: as the reader chose, else as the browser says; programs are answered in English and UTC."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from console.models import AuditRecord, Cluster, MaintenanceWindow, Operation, PersonalChoices
from console.web import words
from tests import personas
from tests.services import making

READING = "/account/reading/"
JAPANESE = {"headers": {"accept-language": "ja,en;q=0.5"}}


def text_of(client: Client, address: str = "/account/", **extra: dict[str, str]) -> str:
    """The page."""
    return client.get(address, **extra).content.decode()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("accepts", "language"), [("ja", "ja"), ("ja-JP,ja;q=0.9", "ja"), ("fr", "en"), ("en,ja;q=0.5", "en"), ("", "en")]
)
@pytest.mark.django_db
def test_without_a_choice_the_browser_says_the_language(accepts: str, language: str) -> None:
    answer = Client().get("/sign-in/", headers={"accept-language": accepts})
    assert f'<html lang="{language}"' in answer.content.decode()
    assert answer["Content-Language"] == language
    assert "Accept-Language" in answer["Vary"]
    assert ("サインイン" in answer.content.decode()) == (language == "ja")


@pytest.mark.django_db
def test_who_is_not_signed_in_can_switch_the_language_and_stays_on_the_page() -> None:
    client = Client()
    answer = client.post(reverse("language"), {"language": "ja", "next": "/sign-in/?next=/audit/"})
    assert answer["Location"] == "/sign-in/?next=/audit/"
    assert '<html lang="ja"' in text_of(client, "/sign-in/")
    assert not PersonalChoices.objects.exists()


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example/"])
def test_choosing_a_language_never_leads_to_another_site(olga: Client, back: str) -> None:
    assert olga.post(reverse("language"), {"language": "ja", "next": back})["Location"] == "/"


def test_a_language_that_nobody_knows_changes_nothing(olga: Client) -> None:
    assert not olga.post(reverse("language"), {"language": "<b>", "next": "/"}).cookies
    assert not PersonalChoices.objects.exists()


def test_what_a_person_chose_holds_in_the_next_browser_that_they_sign_in_with(olga: Client) -> None:
    olga.post(reverse("language"), {"language": "ja", "next": "/"})
    olga.post(READING, {"language": "ja", "time_zone": "America/New_York"})
    other = Client()
    other.post("/sign-in/", {"username": "olga", "password": personas.PASSWORD})
    text = text_of(other, headers={"accept-language": "en"})
    assert '<html lang="ja"' in text
    assert "America/New_York" in text


def test_a_choice_taken_back_leaves_it_to_the_browser_again(olga: Client) -> None:
    olga.post(READING, {"language": "ja", "time_zone": "Asia/Tokyo"})
    olga.post(READING, {"language": "", "time_zone": ""})
    olga.cookies["browser-zone"] = "Europe/Berlin"
    text = text_of(olga)
    assert '<html lang="en"' in text
    assert "Times are those of Europe/Berlin" in text


@pytest.mark.parametrize("told", [{"language": "xx"}, {"time_zone": "Mars/Olympus"}, {"time_zone": "../../etc/passwd"}])
def test_what_is_not_on_the_lists_is_refused_with_what_to_do(olga: Client, told: dict[str, str]) -> None:
    answer = olga.post(READING, told, follow=True)
    assert "Choose one of the lists." in answer.content.decode()
    assert not PersonalChoices.objects.exists()


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "\x00", "Asia/Tokyo\r\n", "a" * 5000])
def test_a_zone_of_a_browser_that_nobody_knows_is_not_believed(olga: Client, zone: str) -> None:
    olga.cookies["browser-zone"] = zone
    assert "Times are those of UTC." in text_of(olga)


def test_times_are_shown_in_the_readers_zone_and_told_in_utc(olga: Client, tokyo: Cluster) -> None:
    making.operation(tokyo)
    Operation.objects.update(confirmed_at=datetime(2026, 3, 1, 20, 15, tzinfo=UTC))
    olga.post(READING, {"language": "", "time_zone": "Asia/Tokyo"})
    text = text_of(olga, "/operations/")
    assert 'datetime="2026-03-01T20:15:00+00:00"' in text
    assert 'title="2026-03-02 05:15:00 JST">2026-03-02 05:15:00<' in text
    assert "Times are those of Asia/Tokyo (JST)." in text


def test_a_window_is_typed_and_shown_by_the_clocks_of_windows_whoever_reads(olga: Client, tokyo: Cluster) -> None:
    olga.post(READING, {"language": "", "time_zone": "Asia/Tokyo"})
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    told = {"of": f"cluster:{tokyo.pk}", "starts": f"{day}T20:15", "ends": f"{day}T22:00", "reason": "new firmware"}
    assert olga.post(reverse("add-window"), told).status_code == 302
    assert MaintenanceWindow.objects.get().starts_at == datetime(day.year, day.month, day.day, 20, 15, tzinfo=UTC)
    text = text_of(olga, "/maintenance/")
    assert "Times are those of UTC." in text
    assert "20:15" in text
    assert "05:15" not in text


def test_programs_are_answered_in_english_whatever_they_accept(olga: Client) -> None:
    answer = olga.get("/api/v1/clusters", **JAPANESE)
    assert answer.status_code == 401
    assert answer["Content-Language"] == "en"


def test_what_is_decided_on_a_japanese_page_is_recorded_in_english(olga: Client, tokyo: Cluster) -> None:
    olga.post(reverse("language"), {"language": "ja", "next": "/"})
    assert making.operation(tokyo).kind == "failover"
    assert "フェイルオーバ" in text_of(olga, "/operations/")
    olga.post(reverse("stop-on"), {"reason": "storm", "next": "/"})
    record = AuditRecord.objects.latest("seq")
    assert record.action == "brake:stop:set"
    assert record.body.isascii()


def test_the_words_of_scripts_come_in_the_language_of_the_page(olga: Client) -> None:
    assert "/words/" not in text_of(olga)
    found = re.search(r'<script src="(/words/ja\.js\?v=\w+)" defer>', text_of(olga, **JAPANESE))
    assert found is not None
    script = Client().get(found[1])
    assert script["Content-Type"].startswith("text/javascript")
    assert json.dumps("たった今") in script.content.decode()
    assert Client().get("/words/xx.js").status_code == 404


def test_the_words_of_scripts_are_kept_for_good_and_have_another_address_once_they_are_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = words.address("ja")
    assert "immutable" in Client().get(before)["Cache-Control"]
    for asked in ("/words/ja.js", "/words/ja.js?v=0123456789ab"):
        assert Client().get(asked)["Cache-Control"] == "private, no-cache"
    other = b"/* the words of the next version */"
    monkeypatch.setattr(words, "script", lambda language: other)
    assert words.address("ja") != before
    assert Client().get(words.address("ja")).content == other


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/clusters/TOKYO/",
        "/readiness/",
        "/clusters/TOKYO/readiness/",
        "/incidents/",
        "/maintenance/",
        "/operations/",
        "/approvals/",
        "/account/",
        "/account/password/",
        "/no-such-page/",
    ],
)
def test_a_marked_page_is_shown_in_japanese(olga: Client, tokyo: Cluster, address: str) -> None:
    text = text_of(olga, address, **JAPANESE)
    assert '<html lang="ja"' in text
    assert "クラスタ" in text
    assert ">Sign out<" not in text
