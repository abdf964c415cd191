"""Channels and rules: who may make them, what is refused, what the audit keeps, and what is nowhere in clear."""

from datetime import time
from typing import Any

import pytest
from cryptography.fernet import Fernet

from console.domain.checks import Refusal
from console.domain.notifications.signing import signature
from console.domain.secrets import Secret
from console.models import AuditRecord, Channel, Delivery, DeliveryAttempt, NoticeRule
from console.services import stored_secrets
from console.services.access import NotAllowed
from console.services.audit import Actor
from console.services.clock import database_now
from console.services.notifications import channels, rules
from console.services.notifications.carriers import address_of, secrets_of
from console.services.notifications.channels import Spec
from console.services.notifications.sending import send_due
from console.services.notifications.telling import gather
from tests import personas
from tests.notifications import happening
from tests.notifications.conftest import ADDRESS
from tests.notifications.receivers import HOOK, Receiver, World
from tests.services import making

pytestmark = pytest.mark.django_db


def why(spec: Spec, actor: Actor, channel: Channel | None = None) -> str:
    """Why it is not saved."""
    with pytest.raises(Refusal) as caught:
        channels.save(spec, actor, channel)
    return " ".join(f"{reason.text} {reason.remedy}" for reason in caught.value.reasons)


@pytest.mark.parametrize(
    ("kind", "address", "says"),
    [
        ("webhook", "http://hook.example.com/", "no https address"),
        ("webhook", "https://me:word@hook.example.com/", "without a sign-in"),
        ("webhook", "https://other.example.com/x", "CHANGEOVER_OUTBOUND"),
        ("webhook", "https://hook.example.com:99999/", "no https address"),
        ("webhook", "https://127.0.0.1/", "this machine itself"),
        ("mail", "ops", "'ops' is no mailbox"),
        ("mail", ", ;", "No mailbox"),
        ("mail", "ops@example.com", "no mail server"),
        ("service", "json://localhost", "begins with none of"),
        ("service", "pagerduty://" + "A" * 32 + "@" + "B" * 32, "events.pagerduty.com port 443 is not among"),
        ("pigeon", "x", "no kind of channel"),
    ],
)
def test_an_address_that_cannot_work_is_refused_with_a_remedy(
    world: World, ada: Actor, kind: str, address: str, says: str
) -> None:
    text = why(Spec("a", kind, Secret(address)), ada)
    assert says in text
    assert "word" not in text
    assert not Channel.objects.exists()


def test_a_name_is_needed_and_taken_once_and_an_authority_has_to_be_one(ada: Actor, hook: Channel) -> None:
    assert "already" in why(Spec("OPS HOOK", "webhook", Secret(ADDRESS)), ada)
    assert why(Spec("", "webhook", Secret(ADDRESS)), ada)
    assert "cannot be read" in why(Spec("b", "webhook", Secret(ADDRESS), ca="/no/such/file"), ada)
    assert "No address" in why(Spec("b", "webhook"), ada)


def test_an_address_is_kept_encrypted_and_stays_when_none_is_given(ada: Actor, hook: Channel, world: World) -> None:
    row = Channel.objects.get()
    assert (row.shown, "t0p-secret" in repr(vars(row))) == (HOOK, False)
    channels.save(Spec("ops", "webhook", None, world.ca), ada, row)
    assert address_of(Channel.objects.get()).reveal() == ADDRESS
    told = list(AuditRecord.objects.filter(subject_type="channel").order_by("seq"))
    assert [record.action for record in told] == ["notifications:channel:made", "notifications:channel:changed"]
    assert not any("secret" in record.body for record in told)


def test_a_secret_is_changed_without_a_gap(ada: Actor, hook: Channel, receiver: Receiver) -> None:
    (old,) = secrets_of(hook)
    new = channels.renew_secret(hook, ada)
    assert secrets_of(Channel.objects.get()) == (new, old)
    channels.test(Channel.objects.get(), ada)
    came = receiver.came[0]
    stamp = int(came.headers["webhook-timestamp"])
    wanted = [signature(secret, came.headers["webhook-id"], stamp, came.body) for secret in (new, old)]
    assert came.headers["webhook-signature"].split() == wanted
    Channel.objects.update(signing_before_until=database_now())
    assert secrets_of(Channel.objects.get()) == (new,)
    assert not any(secret.reveal() in record.body for secret in (old, new) for record in AuditRecord.objects.all())


def test_of_two_new_secrets_the_old_one_is_out_at_once(ada: Actor, hook: Channel) -> None:
    (old,) = secrets_of(hook)
    made = [channels.renew_secret(Channel.objects.get(), ada) for _ in range(2)]
    assert list(secrets_of(Channel.objects.get())) == made[::-1]
    assert old not in made


def test_what_is_encrypted_is_put_under_a_new_key(ada: Actor, hook: Channel, settings: Any) -> None:
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode(), *settings.CREDENTIAL_KEYS]
    assert stored_secrets.rotate(ada).older == 2
    settings.CREDENTIAL_KEYS = settings.CREDENTIAL_KEYS[:1]
    assert address_of(Channel.objects.get()).reveal() == ADDRESS
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    assert any("The secret of the channel ops hook" in text for text in stored_secrets.look().unreadable)


def test_a_test_is_sent_at_once_and_tried_once(ada: Actor, hook: Channel, receiver: Receiver) -> None:
    receiver.answers = [(403, b"who are you?"), (200, b"")]
    tried = channels.test(hook, ada)
    assert (tried.good, "answered 403 who are you?" in tried.said) == (False, True)
    assert (Delivery.objects.get().state, DeliveryAttempt.objects.get().good) == ("given-up", False)
    assert channels.test(hook, ada).good
    assert [row.state for row in Delivery.objects.order_by("pk")] == ["given-up", "delivered"]
    assert b"asked for by ada" in receiver.came[0].body


def test_a_notice_is_sent_again_under_its_number(
    ada: Actor, everything: NoticeRule, hook: Channel, receiver: Receiver
) -> None:
    channels.test(hook, ada)
    delivery = Delivery.objects.get()
    channels.send_again(delivery, ada)
    assert send_due() == 1
    assert len({came.headers["webhook-id"] for came in receiver.came}) == 1
    Channel.objects.update(active=False)
    with pytest.raises(Refusal, match="switched off"):
        channels.send_again(Delivery.objects.select_related("channel", "notice").get(), ada)


def test_switching_off_gives_up_what_waits(ada: Actor, everything: NoticeRule, hook: Channel, world: World) -> None:
    gather()
    happening.begun(making.cluster())
    gather()
    channels.save(Spec("ops hook", "webhook", None, world.ca, active=False), ada, Channel.objects.get())
    assert Delivery.objects.get().state == "given-up"


def test_removing_takes_the_rules_along_and_the_audit_keeps_it(ada: Actor, everything: NoticeRule) -> None:
    channels.remove(everything.channel, ada)
    assert (Channel.objects.count(), NoticeRule.objects.count()) == (0, 0)
    record = AuditRecord.objects.latest("seq")
    assert (record.action, record.before["rules"]) == ("notifications:channel:removed", 1)  # type: ignore[index]


def test_only_who_administers_may(ada: Actor, everything: NoticeRule) -> None:
    olga, hook = personas.at_page(personas.olga()), everything.channel
    for act in (
        lambda: channels.save(Spec("x", "webhook", Secret(ADDRESS)), olga),
        lambda: channels.remove(hook, olga),
        lambda: channels.renew_secret(hook, olga),
        lambda: channels.test(hook, olga),
        lambda: rules.save(rules.Spec(hook, least=2), olga),
        lambda: rules.remove(everything, olga),
    ):
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"events": ("no.such",)}, "There is no event no.such"),
        ({"least": 7}, "7 is no severity"),
        ({"least": 3, "events": ("operation.opened",)}, "operation.opened would never be told"),
        ({"quiet_from": time(22)}, "a beginning and an end"),
        ({"quiet_from": time(22), "quiet_until": time(22)}, "are none"),
        ({}, "such a rule already"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(
    ada: Actor, everything: NoticeRule, fields: dict[str, Any], says: str
) -> None:
    with pytest.raises(Refusal) as caught:
        rules.save(rules.Spec(everything.channel, **fields), ada)
    assert says in " ".join(reason.text for reason in caught.value.reasons)
    assert all(reason.remedy for reason in caught.value.reasons)


def test_a_rule_is_changed_and_removed_with_records(ada: Actor, everything: NoticeRule) -> None:
    cluster = making.cluster()
    rules.save(rules.Spec(everything.channel, cluster=cluster, least=2), ada, everything)
    rules.remove(NoticeRule.objects.get(), ada)
    made, changed, removed = AuditRecord.objects.filter(subject_type="notice-rule").order_by("seq")
    assert (made.after["of"], changed.before["of"], changed.after["of"]) == (  # type: ignore[index]
        "everything",
        "everything",
        "cluster TOKYO",
    )
    assert (changed.cluster_name, removed.before["from"]) == ("TOKYO", "warning")  # type: ignore[index]
