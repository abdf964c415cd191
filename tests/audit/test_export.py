"""The audit as CSV and JSON Lines, filtered, and harmless in a spreadsheet."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from console.models import AuditRecord
from console.services import audit
from console.services.audit_actions import Action
from console.services.audit_export import as_csv, as_jsonl, as_syslog
from console.services.audit_search import AuditFilter, filtered
from tests import factories
from tests.personas import at_page, olga

pytestmark = pytest.mark.django_db


@pytest.fixture
def history() -> list[AuditRecord]:
    """Three records of two people."""
    cluster = factories.cluster()
    AuditRecord.objects.all()
    with transaction.atomic():
        subject = audit.Subject("operation", 1, "failover")
        return [
            audit.record(Action.FAILOVER_CONFIRMED, at_page(olga()), subject, cluster=cluster, reason="=cmd()"),
            audit.record(
                Action.OPERATION_SUCCEEDED, audit.SYSTEM, subject, cluster=cluster, after={"ending": "succeeded"}
            ),
            audit.record(Action.SITE_CHANGED, at_page(olga()), audit.Subject("site", 1, 'To"k,yo\nOne')),
        ]


def test_json_lines_are_the_bodies_oldest_first(history: list[AuditRecord]) -> None:
    lines = list(as_jsonl(AuditRecord.objects.all()))

    assert lines[-3:] == [row.body + "\n" for row in history]


def test_csv_holds_the_same_and_starts_no_formula(history: list[AuditRecord]) -> None:
    rows = list(csv.DictReader(io.StringIO("".join(as_csv(AuditRecord.objects.all())), newline="")))[-3:]

    assert [row["body"] for row in rows] == [row.body for row in history]
    assert rows[0]["reason"] == "'=cmd()"
    assert rows[0]["sentence"] == "olga confirmed the failover of MAIL1"
    assert rows[2]["subject"] == 'To"k,yo\nOne'


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\n=", "  =", "＝", "＠"])
def test_no_way_to_begin_a_formula_gets_into_a_cell(start: str) -> None:
    with transaction.atomic():
        audit.record(Action.SITE_CHANGED, audit.SYSTEM, audit.Subject("site"), reason=f"{start}cmd()")
    (row,) = csv.DictReader(io.StringIO("".join(as_csv(AuditRecord.objects.all())), newline=""))

    assert row["reason"] == f"'{start}cmd()"


SYSLOG = re.compile(
    r"<(?P<priority>\d+)>1 (?P<at>\S+) \S+ changeover - audit \[changeover@32473(?P<told>.*?)\] \ufeff(?P<says>.*)"
)
"""A line as RFC 5424, section 6, has it; the structured data ends at the first bracket that is not escaped."""


def test_a_syslog_line_holds_one_record_as_structured_data(history: list[AuditRecord]) -> None:
    found = [SYSLOG.fullmatch(line) for line in "".join(as_syslog(AuditRecord.objects.all())).splitlines()][-3:]
    told = [dict(re.findall(r' (\w+)="((?:[^"\\\]]|\\.)*)"', line["told"])) for line in found if line]

    assert [line["at"] for line in found if line] == [audit.timestamp(row.at) for row in history]
    assert [line["priority"] for line in found if line] == ["109"] * 3
    assert told[0]["seq"] == str(history[0].seq)
    assert (told[0]["actor"], told[0]["cluster"], told[0]["reason"]) == ("olga", "MAIL1", "=cmd()")
    assert told[2]["subject"] == r"To\"k,yo\\nOne"
    assert told[2]["hash"] == history[2].hash
    assert found[0]
    assert found[0]["says"] == "olga confirmed the failover of MAIL1"


def test_what_failed_or_was_refused_is_a_warning_in_syslog() -> None:
    with transaction.atomic():
        audit.record(Action.OPERATION_REFUSED, audit.SYSTEM, audit.Subject("operation", 1, 'a] "b" \\'))
    (line,) = as_syslog(AuditRecord.objects.all())

    assert line.startswith("<108>1 ")
    assert r'subject="a\] \"b\" \\"' in line


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"actor": "OLGA"}, [0, 2]),
        ({"cluster": "mail1", "action": "operation:"}, [0, 1]),
        ({"action": "operation:failover:confirmed"}, [0]),
        ({"text": "succeeded"}, [1]),
        ({"actor": "olga", "cluster": "MAIL1"}, [0]),
        ({"actor": "nobody"}, []),
    ],
)
def test_every_filter_that_is_given_must_hold(
    history: list[AuditRecord], wanted: dict[str, Any], expected: list[int]
) -> None:
    assert set(filtered(AuditFilter(**wanted))) == {history[index] for index in expected}


def test_a_time_range_starts_with_its_first_and_ends_before_its_last_moment(history: list[AuditRecord]) -> None:
    first, last = history[0].at, history[-1].at

    assert history[0] in filtered(AuditFilter(since=first))
    assert history[-1] not in filtered(AuditFilter(until=last))
    assert not filtered(AuditFilter(since=last + timedelta(seconds=1))).exists()
