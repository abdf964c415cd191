"""The twin of a cluster: its shape from what is known, nothing of its names, and the real plan run on it."""

import json
from dataclasses import asdict, replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from console.domain.checks import Refusal
from console.domain.plan import Membership
from console.domain.twin import DEFAULT_GROUPS, Shape, definition
from console.lab import presets
from console.lab.definition import to_dict, world_from
from console.management import twin
from console.models import Cluster, ObservationRecord, OsAccount
from console.services.access import os_user
from console.services.twins import SUPPOSED_MAILBOXES, shape_of
from tests import personas
from tests.services import making
from tests.services.making import STEPS
from tests.web import world

pytestmark = pytest.mark.django_db
FAST = asdict(presets.FAST)
SMALL = Shape("expresscluster", "2003", ("2003", "2003"), "X:", ("smtp",), groups=((2, 1), (1, 0)), mailboxes=12)


def seen(cluster: Cluster, stores: str) -> None:
    """The cluster as it was observed, with these stores mounted on its active node."""
    world.observed(cluster)
    row = ObservationRecord.objects.get(cluster=cluster)
    fact = {"key": "partition", "label": "Partition X:", "value": "stores", "tone": "good", "detail": stores}
    row.status["nodes"][0]["facts"].append(fact)
    row.save()


def planned(cluster: Cluster, count: int = 321) -> None:
    making.ready(cluster, membership=Membership("rule", count, count, "digest"))


def test_its_shape_is_that_of_what_was_seen_and_planned() -> None:
    tokyo = making.cluster()
    seen(tokyo, "first group/mailbox store, first group/public folder store, second group/executives")
    planned(tokyo)
    shape = shape_of(tokyo)
    assert (shape.product, shape.generation, shape.windows) == ("expresscluster", "2003", ("2003", "2003"))
    assert shape.groups == ((1, 1), (1, 0))
    assert shape.mailboxes == 321
    assert shape_of(tokyo, 7).mailboxes == 7


def test_a_cluster_that_nobody_has_seen_has_no_twin() -> None:
    with pytest.raises(Refusal, match="never observed"):
        shape_of(making.cluster())


def test_what_is_only_supposed_is_said() -> None:
    tokyo = making.cluster()
    world.observed(tokyo)
    shape = shape_of(tokyo)
    assert shape.mailboxes == SUPPOSED_MAILBOXES
    assert any("are supposed" in remark for remark in shape.remarks)
    assert any("No store was seen" in remark for remark in shape.remarks)
    assert any("what the lab supposes" in remark for remark in shape.remarks)


def test_stores_are_taken_from_the_plan_where_none_is_mounted() -> None:
    tokyo = making.cluster()
    world.observed(tokyo)
    below = "CN=InformationStore,CN=TOK-EX1,CN=Servers,DC=corp"
    stores = {
        f"CN={store},CN={group},{below}": "guid" for group, store in (("A", "One"), ("A", "Public"), ("B", "Two"))
    }
    making.ready(tokyo, structural={"stores": stores | {f"CN=One,CN=A,{below.replace('EX1', 'EX2')}": "guid"}})
    assert shape_of(tokyo).groups == ((1, 1), (1, 0))


def test_services_and_resources_take_what_they_took_in_the_last_good_move() -> None:
    tokyo = making.cluster()
    world.observed(tokyo)
    steps = [
        replace(step, params={"service": "MSExchangeIS"}) if step.kind == "service.stop" else step for step in STEPS
    ]
    record = making.ready(tokyo, steps=tuple(steps))
    began = timezone.now()
    operation = world.ended(tokyo, "succeeded", started_at=began)
    operation.plan = record
    operation.save()
    world.write(
        operation, [("started", "stop", ""), ("done", "stop", ""), ("started", "move", ""), ("done", "move", "")]
    )
    for number, (line, at) in enumerate(zip(operation.journal.order_by("seq"), (0, 6, 6, 14), strict=True)):
        line.at = began + timedelta(seconds=at)
        line.save()
        assert number < 4
    assert shape_of(tokyo).timings == {"services": {"MSExchangeIS": 6.0}, "resource_start": 2.0, "resource_stop": 2.0}


@pytest.mark.parametrize("generation", ["2003", "2007"])
@pytest.mark.parametrize("product", ["expresscluster", "mscs"])
def test_every_shape_is_a_lab_and_the_same_one_each_time(product: str, generation: str) -> None:
    windows = "2003" if generation == "2003" else "2008"
    shape = Shape(
        product, generation, (windows, windows), "X:", ("smtp", "http"), mailboxes=3, carried=product == "mscs"
    )
    made = world_from(definition(shape, FAST))
    assert to_dict(made) == to_dict(world_from(definition(shape, FAST)))
    stores = made.clusters[0].storage_groups.values()
    assert [len(group) for group in stores] == [mail + public for mail, public in DEFAULT_GROUPS[generation]]
    assert len({store for group in stores for store in group}) == sum(map(len, stores)), "no two stores share a name"


def test_nothing_of_a_clusters_names_or_secrets_is_in_its_twin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANGEOVER_TEST_PASSWORD", "hunter2-secret")
    tokyo = making.cluster()
    Cluster.objects.update(group="MARUNOUCHI", partition="R:")
    tokyo.refresh_from_db()
    seen(tokyo, "board of directors/ceo, board of directors/cfo")
    planned(tokyo)
    made = twin.world(shape_of(tokyo), 1.0)
    told = json.dumps(to_dict(made)).casefold()
    real = {"tokyo", "tok-ex", "marunouchi", "board", "ceo", "127.9.", "corp", "hunter2", "dc1.corp"}
    assert not {name for name in real if name in told}
    assert made.clusters[0].storage_groups == {"Storage Group 1": ["Mailbox Store 1", "Mailbox Store 2"]}


@pytest.mark.slow
def test_the_real_plan_is_run_there_and_back_and_timed_step_by_step(tmp_path: Path) -> None:
    made = world_from(definition(SMALL, FAST))
    made.accounts = presets.accounts()
    lines: list[str] = []
    there, back = twin.run_on(made, tmp_path, "drill", lines.append)
    assert [(one.plan.kind, str(one.ending.status)) for one in (there, back)] == [
        ("failover", "succeeded"),
        ("failback", "succeeded"),
    ]
    assert there.plan.membership.count == SMALL.mailboxes
    assert [time.step for time in there.times.steps] == [step.key for step in there.plan.steps]
    assert there.outage is not None
    shared = sum(time.without_mail for time in there.times.steps) + there.times.between
    assert shared == pytest.approx(there.outage.seconds, abs=0.01)
    assert sum(time.took for time in there.times.steps) <= there.seconds + 0.1
    assert any("Mail goes down now" in line for line in lines)


@pytest.mark.slow
@pytest.mark.parametrize(("generation", "windows"), [("2003", "2003"), ("2007", "2008")])
def test_a_group_that_carries_its_servers_name_is_run_too(tmp_path: Path, generation: str, windows: str) -> None:
    shape = Shape("mscs", generation, (windows, windows), "X:", ("http",), mailboxes=3, carried=True)
    made = world_from(definition(shape, FAST))
    made.accounts, made.clusters[0].other_groups = presets.accounts(), twin.world(shape, 1.0).clusters[0].other_groups
    (there,) = twin.run_on(made, tmp_path, "failover", lambda line: None)
    assert there.ending.status == "succeeded", there.ending.summary
    assert there.outage is not None


@pytest.mark.slow
def test_the_command_tells_how_long_it_took(tmp_path: Path) -> None:
    OsAccount.objects.create(os_user=os_user(), user=personas.ada())
    tokyo = making.cluster()
    seen(tokyo, "a/b")
    words = ["--like", "tokyo", "--run", "failover", "--mailboxes", "5", "--speed", "20", "--state", str(tmp_path)]
    out, journal = StringIO(), StringIO()
    call_command("lab", "up", *words, "--json", stdout=out, stderr=journal)
    told: dict[str, Any] = json.loads(out.getvalue())
    assert (told["result"], told["mailboxes"]) == ("succeeded", 5)
    (move,) = told["moves"]
    assert move["outage_seconds"] > 0
    assert "Move the group EXCHANGE from TWIN-EX1 to TWIN-EX2" in {step["title"] for step in move["steps"]}
    assert "Mail goes down now" in journal.getvalue()


def test_a_run_without_a_cluster_to_be_like_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("lab", "up", "--run", "failover")
    assert ended.value.code == 2
    assert "Name the cluster by --like" in capsys.readouterr().err
