"""Finding audit records: what each filter means, page after page, and which index the database takes for it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise, product
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from console.models import AuditRecord, Cluster, Grant
from console.services import audit, audit_search
from console.services.audit_actions import OUTCOMES, Action
from console.services.audit_search import AuditFilter, Found, filtered, keys_of, look, readable, ways_of
from console.services.clock import database_now
from tests import factories, personas

pytestmark = pytest.mark.django_db
GIVEN: dict[str, Any] = {
    "actor": "OLGA",
    "action": "operation:ending:failed",
    "cluster": "mail1",
    "outcome": "failed",
    "origin": "page",
    "request": "r1",
    "about": ("operation", "1"),
    "since": datetime(2008, 7, 18, tzinfo=UTC),
    "until": datetime(2038, 1, 19, tzinfo=UTC),
}
"""A value for everything that is served by an index."""


def note(action: Action, cluster: Cluster | None = None, who: str = "", request: str = "", reason: str = "") -> int:
    """The number of a new record."""
    actor = personas.at_page(personas.person(who, "operator")) if who else audit.SYSTEM
    told = audit.request_id.set(request)
    try:
        with transaction.atomic():
            subject = audit.Subject("operation", 1, "failover") if cluster else audit.Subject("site", 1, "Tokyo")
            return audit.record(action, actor, subject, cluster=cluster, reason=reason).seq
    finally:
        audit.request_id.reset(told)


@pytest.fixture
def clusters() -> list[Cluster]:
    """MAIL1 and MAIL2, whose making is on record."""
    return [factories.cluster("MAIL1"), factories.cluster("MAIL2", 3)]


@pytest.fixture
def everything(clusters: list[Cluster]) -> list[int]:
    """Records of every mixture of two actors, two clusters or none, and three actions."""
    actions = (Action.FAILOVER_CONFIRMED, Action.OPERATION_FAILED, Action.APPROVAL_DENIED)
    mixed = product(("olga", "", "rita"), (*clusters, None), actions)
    return [note(action, place, who, f"r{number // 4}") for number, (who, place, action) in enumerate(mixed)]


def pages(wanted: AuditFilter, user: User, count: int) -> Iterator[Found]:
    """From the newest page to the last."""
    found = look(wanted, user, count=count)
    yield found
    while found.older is not None:
        found = look(wanted, user, before=found.older, count=count)
        yield found


def fits(row: AuditRecord, name: str, value: Any) -> bool:
    """The same rule, said once more in Python."""
    return {
        "actor": lambda: row.actor_name.upper() == value.upper(),
        "action": lambda: row.action.startswith(value),
        "cluster": lambda: row.cluster_name.upper() == value.upper(),
        "outcome": lambda: row.action in OUTCOMES[value],
        "origin": lambda: row.origin == value,
        "request": lambda: row.request_id == value,
        "about": lambda: (row.subject_type, row.subject_id) == value,
        "text": lambda: value.upper() in row.body.upper(),
        "since": lambda: row.at >= value,
        "until": lambda: row.at < value,
    }[name]()


@pytest.mark.parametrize("size", [0, 1, 2])
def test_page_after_page_shows_what_fits_and_each_once(everything: list[int], size: int) -> None:
    aki = personas.aki()
    told = GIVEN | {"action": "operation:", "outcome": "refused", "text": "deni"}
    there = list(AuditRecord.objects.all())
    for names in combinations(told, size):
        chosen = {name: told[name] for name in names}
        due = [row.seq for row in there if all(fits(row, *one) for one in chosen.items())]
        wanted = AuditFilter(**chosen)
        assert [row.seq for page in pages(wanted, aki, 5) for row in page.rows] == due, chosen
        assert sorted(filtered(wanted).values_list("seq", flat=True), reverse=True) == due, chosen


def test_newer_pages_are_those_that_were_left(everything: list[int]) -> None:
    aki = personas.aki()
    there = list(pages(AuditFilter(), aki, 5))
    for newer, older in pairwise(there):
        again = look(AuditFilter(), aki, after=older.newer, count=5)
        assert [row.seq for row in again.rows] == [row.seq for row in newer.rows]
        assert again.older == newer.older
    assert look(AuditFilter(), aki, after=there[0].rows[0].seq, count=5).rows == []


def test_a_clock_that_was_set_back_hides_nothing(clusters: list[Cluster], monkeypatch: pytest.MonkeyPatch) -> None:
    now, before = database_now() + timedelta(hours=1), AuditRecord.objects.count()
    for seconds in (0, 1, 2, -10, -9, 3, 3, 3):
        monkeypatch.setattr(audit, "database_now", lambda at=now + timedelta(seconds=seconds): at)
        note(Action.SITE_CHANGED)
    changed = AuditFilter(action=Action.SITE_CHANGED)
    between = AuditFilter(since=now, until=now + timedelta(seconds=3))

    for wanted, due in ((changed, [8, 7, 6, 3, 2, 1, 5, 4]), (between, [3, 2, 1])):
        found = [row.seq - before for page in pages(wanted, personas.aki(), 2) for row in page.rows]
        assert found == due


def test_who_may_read_the_audit_of_some_clusters_finds_only_that(
    everything: list[int], clusters: list[Cluster]
) -> None:
    some = personas.person("some", "auditor", clusters[0])
    Grant.objects.create(user=some, role="auditor", cluster=clusters[1])
    none = personas.person("none", "viewer")
    for wanted in (AuditFilter(), AuditFilter(actor="olga"), AuditFilter(outcome="failed"), AuditFilter(text="mail2")):
        due = list(readable(wanted, some).values_list("seq", flat=True))
        assert [row.seq for page in pages(wanted, some, 4) for row in page.rows] == due
        assert {row.cluster_name for row in readable(wanted, some)} <= {"MAIL1", "MAIL2"}
        assert look(wanted, none).rows == []


def test_what_would_be_too_many_questions_is_one(everything: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    aki, some = personas.aki(), personas.person("some", "auditor", Cluster.objects.get(name="MAIL1"))
    wanted = AuditFilter(action="operation:")
    due = [[row.seq for row in look(wanted, user).rows] for user in (aki, some)]
    monkeypatch.setattr(audit_search, "MOST_WAYS", 0)

    assert len(ways_of(wanted, aki)) == 1
    assert [[row.seq for row in look(wanted, user).rows] for user in (aki, some)] == due


def test_a_text_is_looked_for_in_so_many_at_a_time_and_the_page_says_how_far(
    everything: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    rare, last = everything[1], everything[-1]
    monkeypatch.setattr(audit_search, "TEXT_AT_ONCE", 10)
    text = AuditRecord.objects.get(seq=rare).hash  # stands in the record after it
    found = list(pages(AuditFilter(text=text), personas.aki(), 5))

    assert [row.seq for page in found[:3] for row in page.rows] == [rare + 1]
    assert [page.looked_to.seq for page in found if page.looked_to] == [last - 9, last - 19, last - 29]
    assert found[-1].looked_to is None
    forward = look(AuditFilter(text=text), personas.aki(), after=rare - 2, count=5)
    assert [row.seq for row in forward.rows] == [rare + 1]
    assert forward.newer == rare + 8


COMBINED = [names for size in (1, 2, 3, 4) for names in combinations(GIVEN, size)]


@pytest.fixture
def many(everything: list[int]) -> None:
    """So many records that PostgreSQL, which goes by statistics, has a reason to take an index."""
    if connection.vendor != "postgresql":
        return
    spread = {"seq": "n", "at": "at + n * interval '1 second'", "request_id": "'x' || n", "subject_id": "n::text"}
    spread |= {"actor_name": "'p' || n % 40", "action": "'a' || n % 50", "origin": "'o' || n % 5"}
    spread |= {"cluster_id": "n % 30", "cluster_name": "'C' || n % 30"}
    names = [field.column for field in AuditRecord._meta.local_fields if field.name != "id"]
    columns, values = ", ".join(f'"{name}"' for name in names), ", ".join(spread.get(name, name) for name in names)
    one = "(SELECT * FROM console_auditrecord LIMIT 1)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO console_auditrecord ({columns}) SELECT {values} FROM generate_series(1000, 9000) n, {one} one"
        )
        cursor.execute("ANALYZE console_auditrecord")


def plan(way: Any) -> str:
    """How the database finds it; without sorting as far as that depends on it."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off"
            )
        return str(keys_of(way)[:51].explain())


def test_every_combination_of_filters_is_served_by_an_index_in_the_order_of_the_page(many: None) -> None:
    """No combination reads the table, and none sorts: the index that is taken begins with what was asked for."""
    aki = personas.aki()
    unserved = []
    for names in COMBINED:
        for way in ways_of(AuditFilter(**{name: GIVEN[name] for name in names}), aki):
            told = plan(way)
            if not served(told):
                unserved.append((names, told))
    assert not unserved, unserved[:3]


def served(told: str) -> bool:
    """Whether the plan looks up an index, or walks one in order, and sorts nothing."""
    if connection.vendor == "postgresql":
        return "Seq Scan" not in told and "Sort" not in told and "Index Cond" in told
    return "SEARCH" in told and "USING" in told and "INDEX audit_by_" in told and "TEMP B-TREE" not in told


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ({}, "audit_by_time"),
        ({"since": GIVEN["since"]}, "audit_by_time"),
        ({"actor": "olga"}, "audit_by_actor"),
        ({"cluster": "mail1", "since": GIVEN["since"]}, "audit_by_cluster"),
        ({"cluster": "mail1", "origin": "page"}, "audit_by_cluster"),
        ({"cluster": "mail1", "action": "operation:ending:failed"}, "audit_by_cluster_action"),
        ({"cluster": "mail1", "actor": "olga", "until": GIVEN["until"]}, "audit_by_cluster_actor"),
        ({"actor": "olga", "outcome": "failed"}, "audit_by_actor_action"),
        ({"origin": "page"}, "audit_by_origin"),
        ({"request": "r1", "cluster": "mail1", "origin": "page"}, "audit_by_request"),
        ({"about": ("operation", "1"), "actor": "olga"}, "audit_by_subject"),
        ({"about": ("cluster", "1"), "origin": "page"}, "audit_by_cluster_id"),
    ],
)
def test_the_strongest_filter_leads(many: None, wanted: dict[str, Any], index: str) -> None:
    """On SQLite, which has no statistics here; PostgreSQL goes by what it knows of the values."""
    told = plan(ways_of(AuditFilter(**wanted), personas.aki())[0])
    assert index in re.findall(r"audit_by_\w+", told) or (connection.vendor == "postgresql" and served(told)), told


def test_a_page_asks_no_more_the_more_records_there_are(
    everything: list[int], django_assert_max_num_queries: Any
) -> None:
    aki = personas.aki()
    aki_again = User.objects.get(pk=aki.pk)
    with django_assert_max_num_queries(5):
        look(AuditFilter(cluster="mail1"), aki_again, before=everything[-1], count=3)
