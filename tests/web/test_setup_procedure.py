"""The page of a procedure before it is begun: what it is, what proves it, and how it stands when somebody asks."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from console.domain.checks import Check, Verdict
from console.domain.errors import ChangeoverError
from console.domain.procedures.examine import Examined
from console.models import Cluster, ProcedureProof
from console.services import procedures, proving, queue
from console.services.clock import database_now

KEY = "exchange-2003-setup"
Page = Callable[..., str]


@pytest.fixture
def address(tokyo: Cluster) -> str:
    """The page of the set-up of Exchange 2003 on the cluster."""
    return reverse("procedure", args=["TOKYO", KEY])


def found(cluster: Cluster, key: str) -> tuple[Examined, ...]:
    """Every step holds but the first, which does not, and the second, of which nothing is known."""
    steps = procedures.find(key).steps
    verdicts = {step.key: Verdict.PASS for step in steps} | {"network": Verdict.FAIL, "group": Verdict.UNKNOWN}
    return tuple(
        Examined(step, Check(step.key, step.title, verdicts[step.key], f"Seen of {step.key}.", step.remedy))
        for step in steps
    )


def test_the_clusters_page_leads_to_the_procedures_of_its_generation(
    olga: Client, tokyo: Cluster, page: Page, address: str
) -> None:
    text = page(olga, reverse("cluster", args=["TOKYO"]))
    assert address in text
    assert "Never begun here." in text
    assert "exchange-2007-setup" not in text


def test_it_shows_every_step_of_the_guide_with_where_and_by_whom(olga: Client, page: Page, address: str) -> None:
    text = page(olga, address)
    steps = procedures.find(KEY).numbered
    numbers = re.findall(r'class="setup-step__number">(\d+)<', text)
    assert numbers == [step.at for step in steps]
    assert all(step.title in text for step in steps if "'" not in step.title)
    assert "TOK-EX2 (standby)" in text
    assert "not read yet" in text
    assert "Why nothing can tell" in text


def test_proving_is_left_to_a_worker_and_the_page_says_so(olga: Client, page: Page, address: str) -> None:
    assert olga.post(reverse("prove-procedure", args=["TOKYO", KEY])).status_code == 302
    text = page(olga, address)
    assert "Waiting for a worker of the site main." in text
    assert 'data-poll="' in text
    assert "Prove now" not in text


def test_asking_while_it_is_being_proved_changes_nothing(olga: Client, rita: Client, address: str) -> None:
    for client in (olga, rita):
        client.post(reverse("prove-procedure", args=["TOKYO", KEY]))
    row = ProcedureProof.objects.get()
    assert row.asked_by_name == "olga"


def test_what_was_found_is_shown_with_its_remedy(olga: Client, page: Page, address: str) -> None:
    olga.post(reverse("prove-procedure", args=["TOKYO", KEY]))
    row = ProcedureProof.objects.get()
    proving.prove_asked(row.pk, found)
    text = page(olga, address)
    first = text[text.index('id="step-1"') : text.index('id="step-2"')]
    assert "does not hold" in first
    assert "Seen of network." in first
    assert "Correct the adapters under Network Connections" in first
    assert "tone-unknown" in text[text.index('id="step-2"') : text.index('id="step-3"')]
    third = text[text.index('id="step-3"') : text.index('id="step-4"')]
    assert "by a person&#x27;s word" in third
    assert "tone-good" not in third
    assert "Prove now" in text


def test_a_second_delivery_finds_it_taken(olga: Client, address: str) -> None:
    olga.post(reverse("prove-procedure", args=["TOKYO", KEY]))
    pk = ProcedureProof.objects.get().pk
    proving.prove_asked(pk, found)

    def never(cluster: Cluster, key: str) -> tuple[Examined, ...]:
        raise AssertionError("it was read twice")

    proving.prove_asked(pk, never)
    assert ProcedureProof.objects.get().error is None


def test_what_keeps_it_from_being_proved_is_told_and_what_was_read_before_stays(
    olga: Client, page: Page, address: str
) -> None:
    def fails(cluster: Cluster, key: str) -> tuple[Examined, ...]:
        raise ChangeoverError("No password for CORP\\svc.", remedy="Set CHANGEOVER_TEST_PASSWORD.")

    for prover in (found, fails):
        olga.post(reverse("prove-procedure", args=["TOKYO", KEY]))
        proving.prove_asked(ProcedureProof.objects.get().pk, prover)
    text = page(olga, address)
    assert "No password for CORP\\svc." in text
    assert "Set CHANGEOVER_TEST_PASSWORD." in text
    assert "Seen of network." in text


def test_without_a_worker_it_is_given_up_with_what_to_do(olga: Client, page: Page, address: str) -> None:
    olga.post(reverse("prove-procedure", args=["TOKYO", KEY]))
    ProcedureProof.objects.update(prove_before=database_now() - timedelta(seconds=1))
    text = page(olga, address)
    assert "No worker of the site main took it up." in text
    assert "Start a worker for that site" in text
    assert "Prove now" in text


def test_what_nobody_took_up_is_sent_again_and_what_is_taken_up_is_not(
    olga: Client, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, int]] = []
    monkeypatch.setattr(queue, "send", lambda message, pk, name, **_: sent.append((message, pk)))
    olga.post(reverse("prove-procedure", args=["TOKYO", KEY]))
    proving.sweep()
    assert sent == []
    ProcedureProof.objects.update(asked_at=database_now() - timedelta(seconds=10))
    proving.sweep()
    assert sent == [("procedures.prove", ProcedureProof.objects.get().pk)]
    ProcedureProof.objects.update(claimed_at=database_now())
    proving.sweep()
    assert len(sent) == 1


def test_a_procedure_of_another_generation_is_not_there_and_says_which_are(olga: Client, tokyo: Cluster) -> None:
    for key in ("exchange-2007-setup", "no-such"):
        response = olga.get(reverse("procedure", args=["TOKYO", key]))
        assert response.status_code == 404
        assert KEY in response.content.decode()


def test_who_has_no_role_sees_none_of_it(sam: Client, tokyo: Cluster) -> None:
    assert sam.get(reverse("procedure", args=["TOKYO", KEY])).status_code == 403
    assert sam.post(reverse("prove-procedure", args=["TOKYO", KEY])).status_code == 403
    assert not ProcedureProof.objects.exists()
