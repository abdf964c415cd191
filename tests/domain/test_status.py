"""A cluster at a glance: who is active, whether mail is up, and unknown never looks good."""

from dataclasses import replace

import pytest

from console.domain.observation import ResourceState, Seen
from console.domain.ports import Greeting
from console.domain.status import Tone, summarise
from console.domain.topology import GreetingAt
from tests.domain import worlds

SMTP = GreetingAt("smtp", 25)
GOOD = {SMTP: Greeting(True, "220 node1 ready")}
SILENT = {SMTP: Greeting(False, "connection refused")}


def status(observation=None, greetings=None, names=None):
    return summarise(
        worlds.cluster(),
        worlds.GENERATION,
        observation or worlds.observation(),
        GOOD if greetings is None else greetings,
        names or Seen("NODE1"),
    )


def fact(of, node, key):
    return next(f for n in of.nodes if n.name == node for f in n.facts if f.key == key)


def test_a_healthy_cluster_is_good_and_names_its_active_node():
    now = status()
    assert (now.tone, now.mail, now.active) == (Tone.GOOD, "up", "NODE1")
    assert [node.active for node in now.nodes] == [True, False]
    assert now.headline == "Mail is up. The group is on NODE1."


def test_a_silent_protocol_means_that_mail_is_down():
    now = status(greetings=SILENT)
    assert (now.tone, now.mail) == (Tone.BAD, "down")
    assert "SMTP" in now.headline


def test_no_greeting_expected_is_unknown_not_up():
    assert status(greetings={}).tone is Tone.UNKNOWN


def test_a_directory_that_names_the_other_node_is_bad():
    assert status(names=Seen("NODE2")).directory.tone is Tone.BAD
    assert status(names=Seen.nothing("the controller does not answer")).tone is Tone.UNKNOWN


def test_nodes_that_disagree_raise_an_alarm_and_nobody_is_called_active():
    other = worlds.seen("NODE2", active=False, engine=Seen(worlds.view("NODE2", current="NODE2")))
    now = status(worlds.observation(NODE2=other))
    assert now.active == ""
    assert [node.active for node in now.nodes] == [None, None]
    assert any("disagree" in alarm for alarm in now.alarms)
    assert now.group.tone is Tone.UNKNOWN


def test_services_that_are_stopped_on_the_standby_are_said_to_be_so_and_that_they_should():
    services = fact(status(worlds.observation()), "NODE2", "services")
    assert (services.value, services.tone) == ("stopped", Tone.IDLE)
    assert "should be" in services.detail


def test_services_that_run_on_the_standby_raise_an_alarm():
    now = status(worlds.observation(NODE2=worlds.seen("NODE2", active=True)))
    assert fact(now, "NODE2", "services").tone is Tone.BAD
    assert any("NODE2 runs Exchange services" in alarm for alarm in now.alarms)


@pytest.mark.parametrize("key", ["reach", "services", "engine"])
def test_a_node_that_does_not_answer_is_unknown_in_every_fact(key):
    gone = worlds.NodeObservation("NODE2", worlds.AT, unreachable="connection refused", remedy="Look.")
    assert fact(status(worlds.observation(NODE2=gone)), "NODE2", key).tone is Tone.UNKNOWN


def test_nodes_without_exchange_are_bare_only_when_all_of_them_were_read():
    def without(name, state="ABSENT"):
        return worlds.seen(name, active=False, services={"msexchangeis": worlds.service("MSExchangeIS", state)})

    assert status(worlds.observation(NODE1=without("NODE1"), NODE2=without("NODE2"))).bare
    assert not status(worlds.observation(NODE1=without("NODE1"), NODE2=without("NODE2", "STOPPED"))).bare
    gone = worlds.NodeObservation("NODE2", worlds.AT, unreachable="connection refused", remedy="Look.")
    assert not status(worlds.observation(NODE1=without("NODE1"), NODE2=gone)).bare


def test_it_becomes_plain_json():
    raw = status().to_json()
    assert raw["tone"] == "good"
    assert raw["nodes"][0]["facts"][0]["key"] == "reach"


def carried(observation=None):
    return summarise(worlds.cluster(), worlds.GENERATION, observation or worlds.observation(), GOOD, None)


def test_a_group_that_carries_its_servers_name_needs_no_agreement_with_the_directory():
    now = carried()
    assert now.directory.tone is Tone.IDLE
    assert now.directory.value == "NODE1 moves with the group"
    assert now.tone is Tone.GOOD


def test_the_groups_resources_are_told_with_their_kind_and_state():
    failed = worlds.view("NODE1", status="Failed")
    now = carried(worlds.observation(NODE1=worlds.seen("NODE1", active=True, engine=Seen(failed))))
    assert [(r.label, r.detail, r.value, r.tone) for r in now.resources] == [
        ("fip1", "fip", "Failed", Tone.BAD),
        ("sd1", "sd", "Failed", Tone.BAD),
    ]
    assert now.tone is Tone.BAD
    assert (now.mail, now.headline) == (
        "down",
        "Mail is down in part, though it greets. fip1 is Failed, sd1 is Failed. The group is on NODE1.",
    )


def partially(state):
    group = worlds.group("NODE1", "Partially Online")
    resources = (*worlds.group("NODE1").resources, ResourceState("pop3", "POP3", state))
    view = replace(worlds.view("NODE1"), groups={"EXCHANGE": replace(group, resources=resources)})
    return carried(worlds.observation(NODE1=worlds.seen("NODE1", active=True, engine=Seen(view))))


def test_a_resource_that_is_kept_offline_is_named_and_does_not_mean_that_mail_is_down():
    now = partially("Offline")
    assert (now.mail, now.tone) == ("up", Tone.WARN)
    assert now.headline == "Mail is up. pop3 is Offline. The group is on NODE1."


def test_a_resource_that_failed_means_that_mail_is_down_in_part():
    now = partially("Failed")
    assert (now.mail, now.tone) == ("down", Tone.BAD)
    assert now.headline == "Mail is down in part, though it greets. pop3 is Failed. The group is on NODE1."


def test_a_service_that_windows_may_run_anywhere_is_no_alarm_where_the_group_is_not():
    standby = worlds.seen("NODE2", active=False)
    services = {**standby.services, "msexchangesa": worlds.service("MSExchangeSA", "RUNNING")}
    both = worlds.observation(NODE2=worlds.seen("NODE2", active=False, services=services))
    assert (carried(both).alarms, bool(status(both).alarms)) == ((), True)
    services["msexchangeis"] = worlds.service("MSExchangeIS", "RUNNING")
    assert carried(worlds.observation(NODE2=worlds.seen("NODE2", active=False, services=services))).alarms


@pytest.mark.parametrize(("word", "tone"), [("Up", Tone.GOOD), ("Down", Tone.BAD), ("Paused", Tone.WARN)])
def test_a_server_is_told_by_either_products_word(word, tone):
    view = worlds.view("NODE1", NODE1=word, NODE2=word)
    now = carried(worlds.observation(NODE1=worlds.seen("NODE1", active=True, engine=Seen(view))))
    assert fact(now, "NODE1", "engine").tone is tone
