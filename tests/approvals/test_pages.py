"""The plan's page, the lists, the banner and the rules, as those who ask and those who approve see them."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from console.domain.checks import Refusal
from console.models import Alarm, Approval, ApprovalRule, AuditRecord, Cluster, Grant, Operation, PlanRecord
from console.services import approval_renewal, approvals
from console.services.approval_rules import KINDS, Rule, save_rules
from tests.approvals import asking
from tests.approvals.conftest import browser
from tests.services import making

Sees = Callable[..., str]
SENTENCE = "TOKYO cannot wait for an approval"


@pytest.fixture
def olga(tokyo: Cluster) -> Client:
    """Operates, and asks."""
    return browser(asking.olga().user)


@pytest.fixture
def pat(tokyo: Cluster) -> Client:
    """Approves."""
    return browser(asking.pat().user)


@pytest.fixture
def ada(tokyo: Cluster) -> Client:
    """May do everything."""
    return browser(asking.ada().user)


def at(name: str, record: PlanRecord) -> str:
    return reverse(name, args=[record.pk])


def test_asked_for_approved_and_started_from_the_plan_s_page(
    tokyo: Cluster, olga: Client, pat: Client, sees: Sees
) -> None:
    record = making.ready(tokyo)
    text = sees(olga, at("plan", record))
    assert "This waits for 1 other person to approve it." in text
    assert at("confirm-plan", record) not in text
    assert olga.post(at("ask-approval", record), {"reason": "new <firmware>"}).status_code == 302
    text = sees(olga, at("plan", record))
    assert "The account olga may not approve operations that others asked for on TOKYO" in text
    assert at("approve-plan", record) not in text
    waiting = sees(pat, at("plan", record))
    assert "new &lt;firmware&gt;" in waiting
    assert at("approve-plan", record) in waiting
    assert pat.post(at("approve-plan", record), {"hash": record.hash, "note": "Go ahead."}).status_code == 302
    text = sees(olga, at("plan", record))
    assert "pat approved it" in text
    assert at("confirm-plan", record) in text
    olga.post(at("confirm-plan", record), {"hash": record.hash, "reason": "new firmware"})
    assert Operation.objects.get().plan == record
    assert "approved and started" in sees(pat, at("plan", record))


def test_self_approval_is_refused_and_says_who_can(tokyo: Cluster, ada: Client) -> None:
    record = making.ready(tokyo)
    approvals.ask(record, asking.ada(), "new firmware")
    assert at("approve-plan", record) not in ada.get(at("plan", record)).content.decode()
    response = ada.post(at("approve-plan", record), {"hash": record.hash})
    assert response.status_code == 409
    text = response.content.decode()
    assert "ada asked for the failover of TOKYO, and so cannot approve it." in text
    assert "Those who can: pat, petra." in text


def test_who_signed_in_long_ago_does_so_again_before_they_approve(tokyo: Cluster) -> None:
    approval = asking.asked(tokyo)
    stale = browser(asking.pat().user, ago=3000)
    response = stale.post(at("approve-plan", approval.plan), {"hash": approval.plan_hash})
    assert response["Location"].startswith(reverse("account_reauthenticate"))
    assert not approval.votes.exists()


def test_who_may_not_is_turned_away_and_a_stranger_finds_nothing(tokyo: Cluster, olga: Client, pat: Client) -> None:
    approval = asking.asked(tokyo)
    stranger = browser(making.account("sven", "approver"))
    Grant.objects.filter(user__username="sven").update(cluster=making.cluster("OSAKA", 2))
    for name in ("approve-plan", "deny-plan"):
        assert olga.post(at(name, approval.plan), {"reason": "x"}).status_code == 403
    for name in ("ask-approval", "withdraw-approval", "plan-again"):
        assert pat.post(at(name, approval.plan), {"reason": "x"}).status_code == 403
    for name in ("ask-approval", "approve-plan", "deny-plan", "withdraw-approval", "plan-again", "override-plan"):
        assert stranger.post(at(name, approval.plan), {"reason": "x"}).status_code == 404
        assert stranger.get(at(name, approval.plan)).status_code == 405
    assert "TOKYO" not in stranger.get(reverse("approvals")).content.decode()
    approval.refresh_from_db()
    assert approval.state == "pending"


@pytest.mark.parametrize("name", ["approve-plan", "deny-plan", "withdraw-approval", "ask-approval"])
def test_a_form_without_what_it_needs_changes_nothing_and_says_what(tokyo: Cluster, ada: Client, name: str) -> None:
    approval = asking.asked(tokyo)
    response = ada.post(at(name, approval.plan), {"reason": "  "})
    assert response.status_code == 422
    assert 'class="remedy"' in response.content.decode()
    approval.refresh_from_db()
    assert approval.state == "pending"


def test_the_lists_and_the_count_show_what_waits_for_whom(
    tokyo: Cluster, olga: Client, pat: Client, sees: Sees
) -> None:
    assert "Nothing waits for your approval." in sees(pat, reverse("approvals"))
    approval = asking.asked(tokyo)
    address = reverse("approvals")
    assert "waiting for you" in sees(pat, reverse("clusters"))
    assert "waiting for you" not in sees(olga, reverse("clusters"))
    waiting, mine = sees(pat, address), sees(olga, address)
    assert waiting.index(at("plan", approval.plan)) < waiting.index('id="mine"')
    assert mine.index(at("plan", approval.plan)) > mine.index('id="mine"')
    assert "may not approve" in mine
    approvals.approve(approval, asking.pat(), approval.plan_hash)
    assert at("plan", approval.plan) not in sees(pat, address)
    assert "waiting for you" not in sees(pat, reverse("clusters"))
    assert f"Plan {approval.plan_id}, Fail over to TOK-EX2" in sees(pat, reverse("cluster", args=["TOKYO"]))


def test_denied_the_page_says_why_and_it_can_be_asked_for_again(
    tokyo: Cluster, olga: Client, pat: Client, sees: Sees
) -> None:
    approval = asking.asked(tokyo)
    pat.post(at("deny-plan", approval.plan), {"reason": "Not before the backup."})
    text = sees(olga, at("plan", approval.plan))
    assert "Not before the backup." in text
    assert at("ask-approval", approval.plan) in text
    assert "Not before the backup." in sees(olga, reverse("approvals"))


def test_an_approved_plan_that_expired_is_checked_again(tokyo: Cluster, olga: Client, sees: Sees) -> None:
    approval = asking.approved(tokyo)
    asking.expired(approval.plan)
    text = sees(olga, at("plan", approval.plan))
    assert at("plan-again", approval.plan) in text
    response = olga.post(at("plan-again", approval.plan))
    new = PlanRecord.objects.get(renews=approval.plan)
    assert response["Location"] == at("plan", new)
    again = asking.again(approval.plan)
    text = sees(olga, at("plan", again))
    assert "nothing structural is different" in text
    assert at("confirm-plan", again) in text
    assert at("plan", again) in sees(olga, at("plan", approval.plan))


def test_a_page_that_was_read_while_plans_are_compared_asks_again(
    tokyo: Cluster, olga: Client, sees: Sees, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison may end between the reading of the approval and that of why the plan does not start yet."""
    approval = asking.approved(tokyo)
    with monkeypatch.context() as before:
        before.setattr(approval_renewal, "compared", lambda record: approval)
        again = asking.again(asking.expired(approval.plan))
        before.setattr(approvals, "why_not_yet", lambda record, user: None)
        assert f'data-poll="{at("plan", again)}"' in sees(olga, at("plan", again))
    approval_renewal.compared(again)
    text = sees(olga, at("plan", again))
    assert "nothing structural is different" in text
    assert "data-poll" not in text


def test_an_emergency_is_typed_started_and_told_on_every_page(
    tokyo: Cluster, olga: Client, pat: Client, ada: Client, sees: Sees
) -> None:
    record = making.ready(tokyo)
    assert at("override-plan", record) not in sees(olga, at("plan", record))
    assert SENTENCE in sees(ada, at("plan", record))
    said = {"hash": record.hash, "reason": "mail is slow", "typed": "TOKYO", "emergency": SENTENCE}
    for name in ("reason", "typed", "emergency", "hash"):
        response = ada.post(at("override-plan", record), said | {name: ""})
        assert response.status_code == 422
        assert "field__error" in response.content.decode()
    assert not Operation.objects.exists()
    assert ada.post(at("override-plan", record), said).status_code == 302
    operation, alarm = Operation.objects.get(), Alarm.objects.get(key="override")
    for address in (reverse("clusters"), reverse("approvals"), reverse("operation", args=[operation.pk])):
        assert "Emergency: started without an approval." in sees(olga, address)
    ours = reverse("acknowledge-emergency", args=[alarm.pk])
    assert ours not in sees(ada, reverse("clusters"))
    assert "cannot acknowledge it" in ada.post(ours, {"reason": "fine"}, follow=True).content.decode()
    assert olga.post(ours, {"reason": "fine"}).status_code == 403
    pat.post(ours, {"reason": " "})
    alarm.refresh_from_db()
    assert alarm.acknowledged_at is None
    pat.post(ours, {"reason": "mail was slow"})
    Operation.objects.update(status="succeeded")
    assert "Emergency: started" not in sees(olga, reverse("clusters"))
    assert f"#{operation.pk}" in sees(olga, reverse("approvals"))


def said(**changes: object) -> dict[str, object]:
    """The form of the rules as it is sent, with these differences."""
    data: dict[str, object] = {"reason": "the audit asks for it"}
    for rule in ("failover", "failback", "directory-switch", "undo", "repair", "setup-2003", "setup-2007"):
        data |= {f"{rule}-needed": 0, f"{rule}-starts": "requester", f"{rule}-valid_minutes": 240}
    data |= {f"service-pack-2007-{name}": value for name, value in (("needed", 0), ("starts", "either"))}
    data |= {"service-pack-2007-valid_minutes": 240, "failover-needed": 1, "failback-needed": 2}
    data |= {"failover-override_roles": ["administrator"]}
    return data | {name.replace("__", "-"): value for name, value in changes.items()}


def test_the_rules_are_changed_with_a_reason_and_audited(tokyo: Cluster, ada: Client, sees: Sees) -> None:
    address = reverse("approval-rules-set", args=["TOKYO"])
    assert ada.post(address, said(undo__needed=2, undo__starts="either")).status_code == 302
    rule = ApprovalRule.objects.get(kind="undo")
    assert (rule.needed, rule.starts, rule.override_roles) == (2, "either", [])
    row = AuditRecord.objects.get(action="approval:rules:changed")
    assert (row.before["undo"]["needed"], row.after["undo"]["needed"], row.reason) == (0, 2, "the audit asks for it")
    assert not Alarm.objects.exists()
    assert ada.post(address, said(failover__needed=0, undo__needed=2, undo__starts="either")).status_code == 302
    assert "ask for less than before, for: failover" in Alarm.objects.get(key="approval-rule").text
    assert 'value="2"' in sees(ada, reverse("approval-rules", args=["TOKYO"]))


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"reason": " "}, 409, "No reason was given"),
        ({"undo__needed": 3}, 409, "3 would have to approve, and 2 on TOKYO may"),
        ({"undo__needed": 9}, 422, "less than or equal to 3"),
        ({"undo__starts": "anybody"}, 422, "not one of the available choices"),
        ({"undo__valid_minutes": 0}, 422, "greater than or equal to 1"),
        ({"undo__override_roles": ["auditor"]}, 422, "not one of the available choices"),
    ],
)
def test_rules_that_cannot_be_are_refused_whole(
    tokyo: Cluster, ada: Client, changes: dict[str, object], status: int, words: str
) -> None:
    Grant.objects.filter(user__username="petra").delete()
    response = ada.post(reverse("approval-rules-set", args=["TOKYO"]), said(**changes))
    text = response.content.decode()
    assert response.status_code == status
    assert words in text


def test_rules_are_there_for_the_kinds_of_the_clusters_product_alone(tokyo: Cluster, ada: Client, sees: Sees) -> None:
    text = sees(ada, reverse("approval-rules", args=["TOKYO"]))
    shown = [kind for kind in KINDS if f'name="{kind}-needed"' in text]
    assert shown == ["failover", "failback", "directory-switch", "undo", "setup-2003"]
    Cluster.objects.update(driver="mscs", generation="2007")
    text = sees(ada, reverse("approval-rules", args=["TOKYO"]))
    assert [kind for kind in KINDS if f'name="{kind}-needed"' in text] == ["failover", "failback", "undo", "repair"]
    tokyo.refresh_from_db()
    with pytest.raises(Refusal, match="were not changed"):
        save_rules(tokyo, [Rule("directory-switch", 1)], asking.ada(), "why not")


def test_everybody_who_sees_the_cluster_reads_the_rules_and_only_administrators_change_them(
    tokyo: Cluster, olga: Client, sees: Sees
) -> None:
    text = sees(olga, reverse("approval-rules", args=["TOKYO"]))
    assert "disabled" in text
    assert "may not manage accounts, rights and notifications on TOKYO" in text
    assert olga.post(reverse("approval-rules-set", args=["TOKYO"]), said()).status_code == 403
    assert Approval.objects.count() == 0
