"""What must not be moved is refused with every reason and a remedy each, and nothing is touched."""

import pytest

from console.domain.checks import Refusal
from console.domain.errors import AccessDenied, ReachError, TrustFailed

TYO1, TYO2 = "TYO-EX1", "TYO-EX2"


def refusal(ground, kind="failover", target="", cluster=None):
    with pytest.raises(Refusal) as refused:
        ground.plan(kind, target, cluster)
    assert all(reason.remedy for reason in refused.value.reasons)
    return {reason.key: reason.text for reason in refused.value.reasons}


def test_three_things_wrong_give_three_reasons(tokyo):
    tokyo.lab.fault(TYO1, "partition-busy")
    with tokyo.open() as opened:
        opened.session(TYO2).run(("sc", "config", "MSExchangeIS", "start=", "disabled"), within=5)
        opened.session(TYO2).run(("sc", "start", "MSExchangeSA"), within=5)
    found = refusal(tokyo)
    assert "explorer.exe" in found["partition.free"]
    assert "DISABLED" in found["services.manual"]
    assert "MSExchangeSA" in found["services.target"]
    assert tokyo.owner() == TYO1


@pytest.mark.parametrize(
    ("node", "fault", "key"),
    [
        (TYO2, "winrm-down", "node.reach"),
        (TYO2, "other-name", "node.reach"),
        (TYO2, "wrong-password", "node.reach"),
        (TYO2, "garbage", "node.reach"),
        (TYO2, "engine-down", "engine.view"),
        (TYO1, "clpstat-garbage", "engine.view"),
        (TYO1, "partition-busy", "partition.free"),
        (TYO2, "powered-off", "node.reach"),
    ],
)
def test_one_fault_is_named_by_its_check(tokyo, node, fault, key):
    arguments = {"computer": "STRANGER"} if fault == "other-name" else {}
    tokyo.lab.fault(node, fault, True, **arguments)
    assert key in refusal(tokyo)


def test_a_target_that_is_already_active_is_refused(tokyo):
    assert "already" in refusal(tokyo, "failback")["group.owner"]


def test_an_unknown_target_or_kind_is_refused_with_the_names_that_exist(tokyo):
    with pytest.raises(Refusal, match="NOWHERE is not a node") as refused:
        tokyo.plan("failover", "NOWHERE")
    assert TYO1 in refused.value.reasons[0].remedy
    with pytest.raises(Refusal, match="not a kind"):
        tokyo.plan("sideways")


def test_what_cannot_be_listed_is_unknown_and_asks_for_a_typed_confirmation(tokyo):
    tokyo.lab.fault(TYO1, "handle-missing")
    plan = tokyo.plan("failover")
    assert [check.key for check in plan.unknowns] == ["partition.free"]
    assert plan.typed_confirmation


@pytest.mark.parametrize(
    ("fault", "arguments", "error"),
    [
        ("wrong-password", {}, AccessDenied),
        ("certificate", {"kind": "name"}, TrustFailed),
        ("certificate", {"kind": "issuer"}, TrustFailed),
        ("refuse", {}, ReachError),
        ("referral", {}, ReachError),
        ("size-limit", {"limit": 1}, ReachError),
        ("garbage", {}, ReachError),
    ],
)
def test_a_directory_that_cannot_be_read_is_one_clear_error(tokyo, fault, arguments, error):
    tokyo.directory.fault(fault, True, **arguments)
    with pytest.raises(error) as raised:
        tokyo.plan("failover")
    assert raised.value.remedy
    assert tokyo.password not in raised.value.message
