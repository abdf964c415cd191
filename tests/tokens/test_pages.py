"""The pages and the command of the tokens: made, shown once, listed, revoked."""

import io
import json
import re
import time

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from console.models import ApiToken, OsAccount
from console.services import tokens
from console.services.access import os_user
from console.web.session_limits import BEGUN
from tests import personas
from tests.services import making

pytestmark = pytest.mark.django_db
WANTED = {"name": "nightly", "right": "view", "where": "all", "days": "30", "reason": "a report"}


def browser(user: User, ago: int = 0) -> Client:
    """A browser in which `user` signed in so many seconds ago."""
    client = Client()
    client.force_login(user)
    session = client.session
    session[BEGUN] = int(time.time()) - ago
    session.save()
    return client


def test_making_one_asks_for_a_fresh_sign_in() -> None:
    answer = browser(personas.olga(), ago=3600).post(reverse("make-token"), WANTED)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    assert not ApiToken.objects.exists()


def test_a_token_is_made_on_its_page_and_shown_this_once() -> None:
    olga = browser(personas.olga())
    answer = olga.post(reverse("make-token"), WANTED)
    text = re.findall(r"cho_[\w-]{40,}", answer.content.decode())[0]

    assert tokens.find(text).name == "nightly"
    assert answer["Cache-Control"] == "no-store"
    again = olga.get(reverse("tokens")).content.decode()
    assert "nightly" in again
    assert text not in again
    assert text not in repr(list(olga.session.items()))


def test_a_token_for_some_clusters_and_kinds() -> None:
    tokyo = making.cluster()
    olga = browser(personas.olga())
    olga.post(reverse("make-token"), WANTED | {"where": "some", "clusters": [tokyo.pk], "kinds": ["failover"]})
    row = ApiToken.objects.get()
    assert (list(row.clusters.all()), row.kinds, row.everywhere) == ([tokyo], ["failover"], False)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"where": "some"}, "name one at least"),
        ({"days": "400"}, "366"),
        ({"reason": ""}, "required"),
        ({"kinds": ["start"]}, "start"),
        ({"clusters": ["4711"]}, "4711"),
    ],
)
def test_what_cannot_be_made_is_said_beside_the_form(change: dict[str, object], said: str) -> None:
    answer = browser(personas.olga()).post(reverse("make-token"), WANTED | change)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_a_cluster_that_one_may_not_see_is_neither_offered_nor_taken() -> None:
    tokyo, kyoto = making.cluster(), making.cluster("KYOTO", 2)
    lena = browser(personas.person("lena", "operator", on=tokyo))
    assert "KYOTO" not in lena.get(reverse("tokens")).content.decode()
    assert lena.post(reverse("make-token"), WANTED | {"where": "some", "clusters": [kyoto.pk]}).status_code == 422


def test_a_token_is_revoked_by_its_owner_and_nobody_else_sees_it() -> None:
    olga, rita = browser(personas.olga()), browser(personas.rita())
    olga.post(reverse("make-token"), WANTED)
    row = ApiToken.objects.get()
    assert rita.post(reverse("revoke-token", args=[row.pk])).status_code == 404
    assert olga.get(reverse("revoke-token", args=[row.pk])).status_code == 405
    assert ApiToken.objects.get().revoked_at is None
    assert olga.post(reverse("revoke-token", args=[row.pk]), {"reason": "lost"}).status_code == 302
    assert ApiToken.objects.get().revoked_by_name == "olga"
    assert "by olga" in olga.get(reverse("tokens")).content.decode()


def command(*words: str) -> dict[str, object]:
    out = io.StringIO()
    call_command("token", *words, "--json", stdout=out)
    told: dict[str, object] = json.loads(out.getvalue())
    return told


def test_the_command_makes_lists_and_revokes() -> None:
    making.cluster()
    OsAccount.objects.create(os_user=os_user(), user=personas.olga())
    told = command("make", "nightly", "--right", "operate", "--cluster", "tokyo", "--kind", "failover")
    assert tokens.find(str(told["token"])).name == "nightly"
    assert told["clusters"] == ["TOKYO"]
    listed = json.dumps(command("list"))
    assert "nightly" in listed
    assert str(told["token"]) not in listed
    assert command("revoke", "nightly")["result"] == "revoked"
    with pytest.raises(SystemExit):
        command("revoke", "nightly")
    with pytest.raises(SystemExit):
        command("make", "other", "--cluster", "KYOTO")
    personas.ada()
    with pytest.raises(SystemExit):
        command("make", "other", "--account", "ada")
