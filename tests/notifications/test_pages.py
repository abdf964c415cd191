"""The pages: making, trying, changing and removing, with what is shown and what never is."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from console.models import Channel, Delivery, NoticeRule
from console.services.audit import Actor
from console.services.notifications.sending import send_due
from console.services.notifications.telling import gather
from tests import personas
from tests.access.conftest import signed_in_now
from tests.notifications import happening
from tests.notifications.conftest import ADDRESS
from tests.notifications.receivers import HOOK, Receiver, World
from tests.services import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(ada: Actor) -> Client:
    """Hers who administers."""
    return signed_in_now(personas.ada())


def text_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_an_empty_page_says_where_to_begin(browser: Client) -> None:
    text = text_of(browser.get(reverse("notifications")))
    assert "Nobody is told yet" in text
    assert "CHANGEOVER_PUBLIC_URL" in text
    assert "There is no channel yet" in text_of(browser.get(reverse("add-notice-rule")))


def test_a_webhook_is_made_and_its_secret_is_shown_once(browser: Client, world: World) -> None:
    form = {"name": "ops", "address": ADDRESS, "ca": world.ca, "active": "on"}
    answer = browser.post(reverse("add-channel", args=["webhook"]), form)
    (secret,) = re.findall(r"whsec_[\w+/=]+", answer.content.decode())
    assert answer["Cache-Control"] == "no-store"
    pages = [
        reverse("notifications"),
        *(reverse(name, args=[Channel.objects.get().pk]) for name in ("channel", "change-channel")),
    ]
    for page in pages:
        seen = browser.get(page).content.decode()
        assert HOOK in seen
        assert secret not in seen
        assert "t0p-secret" not in seen
    renewed = browser.post(reverse("renew-channel-secret", args=[Channel.objects.get().pk])).content.decode()
    assert secret not in renewed
    assert "whsec_" in renewed


def test_a_mistake_stands_at_its_field_and_the_address_is_not_shown_back(browser: Client, world: World) -> None:
    form = {"name": "ops", "address": "https://elsewhere.example.com/t0p-secret-path", "active": "on"}
    answer = browser.post(reverse("add-channel", args=["webhook"]), form)
    assert answer.status_code == 422
    assert "elsewhere.example.com port 443 is not among the places" in text_of(answer)
    assert "t0p-secret" not in answer.content.decode()
    assert browser.get(reverse("add-channel", args=["pigeon"])).status_code == 404


def test_a_test_shows_what_the_other_side_says(browser: Client, hook: Channel, receiver: Receiver) -> None:
    receiver.answers = [(401, b"signature is not known here"), (204, b"")]
    page = reverse("test-channel", args=[hook.pk])
    assert "hook.example.com answered 401 signature is not known here" in text_of(browser.post(page, follow=True))
    assert "The test went through" in text_of(browser.post(page, follow=True))


def test_a_page_lists_every_try_and_sends_again(
    browser: Client, everything: NoticeRule, receiver: Receiver, settings: Any
) -> None:
    receiver.answers = [(500, b"<script>alert(1)</script>")]
    gather()
    happening.begun(making.cluster())
    gather()
    send_due()
    page = browser.get(reverse("channel", args=[everything.channel.pk])).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "does not get through" in page
    assert "Notifications 1 that does not get through" in text_of(browser.get(reverse("clusters")))
    assert "next try" in page
    again = reverse("send-again", args=[Delivery.objects.get().pk])
    assert "sent again, under the number" in text_of(browser.post(again, follow=True))
    assert browser.post(reverse("send-again", args=[0])).status_code == 404


def test_a_rule_is_made_changed_and_removed(browser: Client, hook: Channel) -> None:
    cluster = making.cluster()
    form = {
        "channel": hook.pk,
        "of": f"cluster:{cluster.pk}",
        "least": "2",
        "quiet_from": "22:00",
        "quiet_until": "07:00",
    }
    assert browser.post(reverse("add-notice-rule"), form).status_code == 302
    rule = NoticeRule.objects.get()
    assert (rule.cluster, rule.least, rule.made_by_name) == (cluster, 2, "ada")
    text = text_of(browser.get(reverse("notifications")))
    assert "cluster TOKYO ops hook warning and more every event 22:00 to 07:00" in text
    page = reverse("notice-rule", args=[rule.pk])
    assert browser.post(page, form | {"of": f"site:{cluster.site_id}", "least": "1"}).status_code == 302
    assert NoticeRule.objects.get().site == cluster.site
    wrong = browser.post(page, form | {"least": "3", "events": "operation.opened"})
    assert wrong.status_code == 422
    assert "operation.opened would never be told" in text_of(wrong)
    browser.post(reverse("remove-notice-rule", args=[rule.pk]))
    assert not NoticeRule.objects.exists()


def test_a_channel_is_changed_and_removed(browser: Client, hook: Channel, world: World) -> None:
    page = reverse("change-channel", args=[hook.pk])
    assert browser.post(page, {"name": "night", "address": "", "ca": world.ca}).status_code == 302
    row = Channel.objects.get()
    assert (row.name, row.active) == ("night", False)
    browser.post(reverse("remove-channel", args=[hook.pk]))
    assert not Channel.objects.exists()
    assert browser.get(reverse("channel", args=[hook.pk])).status_code == 404


def test_who_signed_in_long_ago_proves_to_be_there_before_a_channel_is_made(hook: Channel, settings: Any) -> None:
    settings.FRESH_SECONDS = -1
    browser = Client()
    browser.force_login(personas.ada())
    for page in (reverse("add-channel", args=["webhook"]), reverse("change-channel", args=[hook.pk])):
        assert browser.get(page).url.startswith(reverse("account_reauthenticate"))  # type: ignore[attr-defined]
