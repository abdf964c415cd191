"""The command makes what the pages make, and reads an address from where nobody sees it."""

import io
import json
from typing import Any

import pytest
from django.core.management import call_command

from console.models import Channel, NoticeRule, OsAccount
from console.services.access import os_user
from console.services.audit import Actor
from tests.notifications.conftest import ADDRESS
from tests.notifications.receivers import Receiver, World
from tests.services import making

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mapped(ada: Actor) -> None:
    """Who runs this is she who administers."""
    assert ada.user
    OsAccount.objects.create(os_user=os_user(), user=ada.user)


def run(*words: str, stdin: str = "", monkeypatch: pytest.MonkeyPatch | None = None) -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON."""
    out = io.StringIO()
    if monkeypatch:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
    try:
        call_command("notifications", *words, "--json", stdout=out)
    except SystemExit as end:
        return int(str(end.code)), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def test_a_channel_a_rule_a_test_and_what_came_of_it(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ("channel", "ops", "--kind", "webhook", "--ca", world.ca)
    code, told = run(*made, stdin=f"{ADDRESS}\n", monkeypatch=monkeypatch)
    assert (code, told["secret"].startswith("whsec_")) == (0, True)
    making.cluster()
    rule = ("rule", "ops", "--cluster", "tokyo", "--event", "operation.failed", "--from", "critical")
    assert run(*rule, "--quiet", "22:00-07:00")[0] == 0
    assert NoticeRule.objects.get().events == ["operation.failed"]
    assert run("test", "OPS")[1]["said"] == "hook.example.com answered 204."
    receiver.answers = [(403, b"no")]
    code, told = run("test", "ops")
    assert (code, told["result"]) == (1, "not-delivered")
    listed = run("list")[1]
    assert (listed["channels"][0]["state"], listed["rules"][0]["of"]) == ("does not get through", "cluster TOKYO")
    assert [row["state"] for row in run("deliveries", "ops")[1]["deliveries"]] == ["given-up", "delivered"]


@pytest.mark.parametrize(
    "words",
    [
        ("test", "nobody"),
        ("rule", "ops", "--cluster", "nowhere"),
        ("rule", "ops", "--site", "nowhere"),
        ("rule", "ops", "--quiet", "late"),
        ("rule", "ops", "--from", "critical", "--event", "operation.opened"),
    ],
)
def test_what_is_wrong_is_refused_with_2(hook: Channel, words: tuple[str, ...]) -> None:
    Channel.objects.update(name="ops")
    code, told = run(*words)
    assert (code, told["result"]) == (2, "refused")
    assert not NoticeRule.objects.exists()
