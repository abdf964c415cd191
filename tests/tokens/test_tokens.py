"""API tokens: shown once and kept as a digest, within what their owner may do, and worth nothing once they are over."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from console.models import ApiToken, AuditRecord, Cluster
from console.services import tokens
from console.services.access import NotAllowed
from console.services.clock import database_now
from tests import personas
from tests.services import making

pytestmark = pytest.mark.django_db


def made(owner: User, **fields: Any) -> tuple[ApiToken, str]:
    row, text = tokens.make(owner, personas.at_page(owner), fields.pop("name", "nightly"), **fields)
    return row, text.reveal()


def test_a_token_is_kept_as_a_digest_and_found_by_its_text() -> None:
    row, text = made(personas.olga())

    assert text.startswith("cho_")
    assert len(text) > 40
    assert tokens.find(text) == row
    kept = " ".join(str(value) for value in ApiToken.objects.values().get().values())
    assert text not in kept
    assert row.prefix == text[:10]
    assert text not in repr(row) + str(row)


def test_no_two_tokens_are_alike() -> None:
    olga = personas.olga()
    assert len({made(olga, name=f"t{number}")[1] for number in range(20)}) == 20


def test_making_and_revoking_are_audited_without_the_text() -> None:
    olga = personas.olga()
    row, text = made(olga, reason="a report")
    tokens.revoke(row, personas.at_page(olga), "no longer used")
    tokens.revoke(row, personas.at_page(olga), "twice")

    found = AuditRecord.objects.filter(action__startswith="account:token").order_by("seq")
    assert [(one.action, one.reason) for one in found] == [
        ("account:token:made", "a report"),
        ("account:token:revoked", "no longer used"),
    ]
    assert all(text not in one.body and tokens.digest_of(text) not in one.body for one in found)


@pytest.mark.parametrize("how", ["unknown", "revoked", "expired", "switched off"])
def test_a_token_that_is_over_is_refused_with_what_to_do(how: str) -> None:
    olga = personas.olga()
    row, text = made(olga)
    if how == "unknown":
        text += "x"
    elif how == "revoked":
        tokens.revoke(row, personas.at_page(olga))
    elif how == "expired":
        ApiToken.objects.update(expires_at=database_now() - timedelta(seconds=1))
    else:
        User.objects.filter(pk=olga.pk).update(is_active=False)

    with pytest.raises(tokens.TokenRefused) as error:
        tokens.find(text)
    assert text not in str(error.value)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "needs a name"),
        ({"name": "x" * 41}, "needs a name"),
        ({"name": "a\nb"}, "needs a name"),
        ({"right": "rule"}, "one of: view, operate"),
        ({"kinds": ["start"]}, "No program starts start"),
        ({"days": 0}, "1 to 366 days"),
        ({"days": 367}, "1 to 366 days"),
        ({"clusters": []}, "name one at least"),
    ],
)
def test_a_token_that_cannot_be_is_refused_with_every_reason(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(tokens.TokenRefused, match=said):
        made(personas.olga(), **fields)
    assert not ApiToken.objects.exists()


def test_a_name_is_free_again_once_its_token_is_revoked() -> None:
    olga = personas.olga()
    row, _ = made(olga)
    with pytest.raises(tokens.TokenRefused, match="already"):
        made(olga)
    tokens.revoke(row, personas.at_page(olga))
    assert made(olga)[0].pk != row.pk


def test_nobody_makes_or_revokes_the_token_of_another_but_an_administrator() -> None:
    olga, rita, ada = personas.olga(), personas.rita(), personas.ada()
    row, _ = made(olga)
    with pytest.raises(NotAllowed):
        tokens.revoke(row, personas.at_page(rita))
    with pytest.raises(NotAllowed):
        tokens.make(olga, personas.at_page(rita), "hers")
    assert list(tokens.shown_to(rita)) == []
    assert list(tokens.shown_to(ada)) == [row]
    assert tokens.revoke(row, personas.at_page(ada)).revoked_by_name == "ada"


def test_a_token_allows_what_its_owner_may_and_what_it_is_for() -> None:
    cluster = making.cluster()
    olga, rita = personas.olga(), personas.rita()
    may_start = made(olga, right="operate", kinds=["failover"])[0]
    sees = made(olga, name="sees")[0]
    beyond = made(rita, right="operate")[0]

    assert tokens.why_not(may_start, "operate", cluster, "failover") is None
    assert "not for takeover" in str(tokens.why_not(may_start, "operate", cluster, "takeover"))
    assert "token sees may not" in str(tokens.why_not(sees, "operate", cluster, "failover"))
    assert "account rita may not" in str(tokens.why_not(beyond, "operate", cluster, "failover"))
    assert tokens.why_not(sees, "view", cluster) is None
    assert tokens.why_not(may_start, "administer") is not None


def test_a_token_sees_no_cluster_beyond_its_bounds_nor_its_owners() -> None:
    tokyo, kyoto = making.cluster(), making.cluster("KYOTO", 2)
    lena = personas.person("lena", "operator", on=tokyo)

    def seen(row: ApiToken) -> set[Cluster]:
        return set(tokens.visible_clusters(row))

    assert seen(made(personas.olga(), clusters=[kyoto])[0]) == {kyoto}
    assert seen(made(personas.olga(), name="all")[0]) == {tokyo, kyoto}
    assert seen(made(lena)[0]) == {tokyo}
    with pytest.raises(tokens.TokenRefused, match="sees no cluster KYOTO"):
        made(lena, name="more", clusters=[kyoto])


def test_its_last_use_is_written_once_a_minute_unless_the_place_changes() -> None:
    row, _ = made(personas.olga())
    tokens.note_use(row, "10.0.0.1")
    first = ApiToken.objects.get()
    tokens.note_use(first, "10.0.0.1")
    assert ApiToken.objects.get().last_used_at == first.last_used_at
    tokens.note_use(first, "10.0.0.2")
    assert ApiToken.objects.get().last_used_from == "10.0.0.2"
