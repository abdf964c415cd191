"""The alerts, as Prometheus' own tool reads and tries them: each comes when it is bad, and not when it is good."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from ruamel.yaml import YAML

from console.services.metrics.families import FAMILIES
from tests.services import making
from tests.web import world

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "deploy/prometheus"
RULES = PROMETHEUS / "alerts.yml"
DASHBOARD = ROOT / "deploy/grafana/changeover.json"
SUFFIX = re.compile(r"(_bucket|_count|_sum)$")

CASES = [
    # alert, series, their values when it is bad, when it is good, minutes after which it is looked at
    ("MailDown", ['cluster_mail{cluster="A",state="down"}'], "1", "0", 3),
    ("MailUnknown", ['cluster_mail{cluster="A",state="unknown"}'], "1", "0", 11),
    ("DirectoryDisagrees", ['cluster_directory{cluster="A",state="disagrees"}'], "1", "0", 6),
    ("ObservationOld", ['cluster_observation_age_seconds{cluster="A"}'], "301", "31", 3),
    ("NodeSilent", ['node_answers{cluster="A",node="N"}'], "0", "1", 11),
    ("NotReady", ['cluster_checks{cluster="A",verdict="fail"}'], "2", "0", 16),
    ("Alarm", ['cluster_alarms{cluster="A"}'], "1", "0", 2),
    ("Uncertain", ['operations_to_acknowledge{why="uncertain"}'], "1", "0", 1),
    ("ToDo", ['operations_to_acknowledge{why="todo"}'], "1", "0", 31),
    ("OperationFailed", ['operations_ended_total{kind="failover",status="failed"}'], "0 0 1", "7", 5),
    ("LeaseSilent", ['leases{state="silent"}'], "1", "0", 2),
    ("NobodyTakesUp", ['waiting_oldest_seconds{what="question"}'], "31", "4", 1),
    ("StopForgotten", ["global_stop"], "1", "0", 242),
    ("Away", ["global_stop"], "_", "0", 3),
    ("NoWorker", ['workers{site="S",duty="operations"}'], "0", "1", 3),
    ("NoPeriodicWork", ['periodic_work_overdue_seconds{work="sweep"}'], "75", "1", 2),
    ("QueueAway", ["queue_answers"], "0", "1", 3),
    ("ClockWrong", ["clock_skew_seconds"], "-14", "0.2", 6),
    ("SignInsLocked", ['sign_ins_locked_total{what="account"}'], "0 0 1", "9", 5),
    ("Refusals", ['requests_refused_total{surface="webhook",cause="bad-mac"}'], "0+60", "0+1", 10),
    ("AuditUnsigned", ["audit_unsigned_records", "audit_signed_age_seconds"], "1900", "0", 6),
    (
        "AuditNotAnchored",
        ['audit_anchor_waiting{place="file"}', 'audit_anchor_age_seconds{place="file"}'],
        "3700",
        "0",
        6,
    ),
]
LONG = [
    ('outage_duration_seconds_count{kind="failover"}', "0 0 1 1 1 1", "0 0 1 1 1 1"),
    ('outage_duration_seconds_bucket{kind="failover",le="600.0"}', "0 0 0 0 0 0", "0 0 1 1 1 1"),
]
"""Series, when an outage was longer than ten minutes, and when it was shorter."""


def rules() -> list[dict[str, Any]]:
    """Every alert."""
    groups = YAML(typ="safe").load(RULES.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def expressions() -> dict[str, str]:
    """Every expression of the alerts and of the dashboard, by where it stands."""
    found = {str(rule["alert"]): str(rule["expr"]) for rule in rules()}
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    for panel in board["panels"]:
        for number, target in enumerate(panel.get("targets", ())):
            found[f"{panel['title']} {number}"] = target["expr"]
    found |= {f"annotation {one['name']}": one["expr"] for one in board["annotations"]["list"]}
    asked = [one["query"]["query"] for one in board["templating"]["list"] if one["type"] == "query"]
    return found | {query: query for query in asked}


def case(alert: str, series: dict[str, str], minutes: int, fires: bool) -> dict[str, Any]:
    """A test for `promtool`: that the alert is firing then, or not."""
    asked = f'count(ALERTS{{alertname="Changeover{alert}",alertstate="firing"}})'
    return {
        "interval": "1m",
        "input_series": [{"series": f"changeover_{name}", "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {"expr": asked, "eval_time": f"{minutes}m", "exp_samples": [{"labels": "{}", "value": 1}] if fires else []}
        ],
    }


def lasting(values: str, minutes: int) -> str:
    """The values up to then: the last one goes on."""
    *first, last = values.split()
    step = "" if "+" in last or last == "_" else "+0"
    return " ".join([*first, f"{last}{step}x{minutes}"])


def cases() -> list[dict[str, Any]]:
    """Each alert when it is bad, and when it is good."""
    found = []
    for alert, names, bad, good, minutes in CASES:
        for values, fires in ((bad, True), (good, False)):
            found.append(case(alert, dict.fromkeys(names, lasting(values, minutes)), minutes, fires))
    for place, fires in ((1, True), (2, False)):
        found.append(case("LongOutage", {row[0]: row[place] for row in LONG}, 5, fires))
    return found


def promtool(*words: str) -> str:
    """What the tool says; it must be content."""
    done = subprocess.run(["promtool", *words], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_prometheus_takes_the_rules_and_the_example() -> None:
    assert f"{len(rules())} rules found" in promtool("check", "rules", str(RULES)).replace("SUCCESS: ", "")
    promtool("check", "config", "--syntax-only", str(PROMETHEUS / "prometheus.yml"))


@pytest.mark.slow
def test_each_alert_comes_when_it_is_bad_and_not_when_it_is_good(tmp_path: Path) -> None:
    file = tmp_path / "tests.json"  # which is YAML too
    file.write_text(json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "30s", "tests": cases()}))
    promtool("test", "rules", str(file))


def test_each_alert_is_tried() -> None:
    assert {f"Changeover{alert}" for alert, *_ in CASES} | {"ChangeoverLongOutage"} == {
        rule["alert"] for rule in rules()
    }


def test_each_alert_says_what_and_what_to_do_and_is_told_on_its_page() -> None:
    text = (ROOT / "docs/monitoring.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `(Changeover\w+)` \| (\w+) \| (.*) \|$", text, re.M)
    assert told == [(rule["alert"], rule["labels"]["severity"], rule["annotations"]["remedy"]) for rule in rules()]
    assert all(rule["annotations"]["summary"].endswith(".") for rule in rules())
    assert {rule["labels"]["severity"] for rule in rules()} == {"page", "ticket"}


def test_every_metric_and_label_of_alerts_and_dashboard_is_one_of_ours() -> None:
    ours = {family.full_name: {*family.labels, *(["le"] if family.type == "histogram" else [])} for family in FAMILIES}
    found = expressions()
    assert len(found) > len(rules())
    for place, text in found.items():
        named = re.findall(r"(changeover_\w+)(?:\{([^}]*)\})?", text)
        assert named, place
        for name, matchers in named:
            family = name if name in ours else SUFFIX.sub("", name)
            assert family in ours, f"{place}: {name}"
            assert set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers)) <= ours[family], (
                f"{place}: {name}{{{matchers}}}"
            )


def test_the_dashboard_shows_every_metric_or_an_alert_does() -> None:
    shown = {SUFFIX.sub("", name) for text in expressions().values() for name in re.findall(r"changeover_\w+", text)}
    rest = {SUFFIX.sub("", family.full_name) for family in FAMILIES} - shown
    assert rest == {"changeover_worker_last_seen_age_seconds", "changeover_audit_records_total"}


def test_no_panel_of_the_dashboard_lies_on_another() -> None:
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    taken: dict[tuple[int, int], str] = {}
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    for panel in board["panels"]:
        place = panel["gridPos"]
        for cell in (
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        ):
            assert cell[0] < 24
            assert taken.setdefault(cell, panel["title"]) == panel["title"]


def test_what_grows_is_asked_for_as_a_rate() -> None:
    """A counter's own value says when the console was installed, and nothing else."""
    counters = [family.full_name for family in FAMILIES if family.type == "counter"]
    for place, text in expressions().items():
        for name in counters:
            bare = re.findall(rf"(\w+)\(\s*{name}|(?<![\w(]){name}", text)
            assert all(function in ("rate", "increase") for function in bare), f"{place}: {text}"


@pytest.mark.slow
@pytest.mark.django_db
def test_prometheus_finds_nothing_wrong_with_the_page_of_metrics() -> None:
    world.observed(making.cluster())
    text = Client().get("/metrics").content
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
