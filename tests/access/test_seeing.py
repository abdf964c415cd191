"""Who holds a role on one cluster sees that one alone, on every list, in every count, and on the command line."""

from collections.abc import Callable

import pytest
from django.forms import BoundField
from django.test import Client
from django.urls import reverse

from console.models import Alarm, AuditRecord, Cluster, Operation, OsAccount, SetupLogRecord
from console.services import setup_logs
from console.services.access import audit_readable, os_user
from console.services.clock import database_now
from console.services.inventory import NOT_HERE
from console.web.forms.cluster import ClusterForm
from tests import personas
from tests.commands.conftest import command
from tests.services import making
from tests.web import world

pytestmark = pytest.mark.django_db
LOG = b"[13:43:30] Entering ScSetupExchangeVirtualServer\r\n[13:43:40]  Interpreting file CLUSTER_SERVER.INS\r\n"


@pytest.fixture
def both(tokyo: Cluster, osaka: Cluster) -> dict[str, Operation]:
    """An operation, an alarm, a log and audit records of each cluster."""
    made = {}
    for cluster in (tokyo, osaka):
        world.observed(cluster)
        made[cluster.name] = world.running(cluster)
        said = {"text": f"An alarm of {cluster.name}.", "remedy": "Look.", "raised_at": database_now()}
        Alarm.objects.create(cluster=cluster, key="two-actives", **said)
        setup_logs.read(f"{cluster.name}.log", [LOG], making.actor("boss", "administrator"), cluster=cluster)
    return made


@pytest.fixture
def toko(tokyo: Cluster, browser: Callable[..., Client]) -> Client:
    """Has every right on TOKYO and none elsewhere."""
    return browser(personas.person("toko", "administrator", on=tokyo))


@pytest.mark.parametrize("name", ["clusters", "operations", "inventory", "inventory-export", "set-up-logs", "audit"])
def test_lists_and_files_show_what_may_be_seen(toko: Client, both: dict[str, Operation], name: str) -> None:
    text = toko.get(reverse(name)).content.decode()
    assert "TOK" in text
    assert "OSA" not in text
    assert "Nishi" not in text


def test_the_sum_on_the_first_page_counts_what_may_be_seen(toko: Client, both: dict[str, Operation]) -> None:
    response = toko.get("/")
    assert len(response.context["rows"]) == 1
    assert response.context["sum"]["running"] == 1


def test_audit_records_of_other_clusters_and_of_none_are_not_there(toko: Client, both: dict[str, Operation]) -> None:
    user = personas.person("toko")
    assert set(AuditRecord.objects.filter(audit_readable(user)).values_list("cluster_name", flat=True)) == {"TOKYO"}
    number = AuditRecord.objects.filter(cluster_name="OSAKA").values_list("seq", flat=True)[0]
    assert toko.get(reverse("audit-record", args=[number])).status_code == 404


def test_what_belongs_to_the_other_cluster_is_not_there(toko: Client, both: dict[str, Operation]) -> None:
    other, alarm = both["OSAKA"], Alarm.objects.get(cluster__name="OSAKA")
    log = SetupLogRecord.objects.get(cluster__name="OSAKA")
    gone = [reverse("operation", args=[other.pk]), reverse("plan", args=[other.plan_id])]
    gone += [reverse("operation-journal", args=[other.pk]), reverse("set-up-log", args=[log.pk])]
    gone += [reverse("inventory-edit", args=["clusters", other.cluster_id])]
    assert [toko.get(address).status_code for address in gone] == [404] * len(gone)
    sent = [reverse("stop-operation", args=[other.pk]), reverse("acknowledge-alarm", args=[alarm.pk])]
    assert [toko.post(address, {"reason": "x"}).status_code for address in sent] == [404, 404]
    alarm.refresh_from_db()
    assert alarm.acknowledged_at is None
    assert Operation.objects.get(pk=other.pk).stop_requested_at is None


def test_observing_all_asks_for_what_may_be_seen(toko: Client, both: dict[str, Operation]) -> None:
    toko.post(reverse("observe-all"))
    asked = Cluster.objects.filter(observation_turn__asked_at__isnull=False)
    assert [cluster.name for cluster in asked] == ["TOKYO"]


def test_a_global_stop_takes_the_right_on_everything(toko: Client, tokyo: Cluster) -> None:
    response = toko.post(reverse("stop-on"), {"reason": "all of it"})
    assert response.status_code == 403
    assert "for the role operator" in response.content.decode() or "account role NAME" in response.content.decode()


def test_a_move_of_another_kind_is_refused_and_says_which(
    tokyo: Cluster, browser: Callable[..., Client], django_capture_on_commit_callbacks: object
) -> None:
    client = browser(personas.person("mover", "operator", on=tokyo, kinds=("failover",)))
    refused = client.post(reverse("prepare-plan", args=["TOKYO"]), {"kind": "failback"})
    assert refused.status_code == 403
    assert "of the kind failback" in refused.content.decode()
    text = client.get(reverse("cluster", args=["TOKYO"])).content.decode()
    assert "of the kind failback" in text
    assert "of the kind failover" not in text
    assert client.post(reverse("prepare-plan", args=["TOKYO"]), {"kind": "failover"}).status_code == 302


def test_who_changes_one_cluster_may_use_what_it_uses_and_no_more(toko: Client, tokyo: Cluster, osaka: Cluster) -> None:
    from console.models import Credential

    other = Credential.objects.create(name="secret one", username="x", source="env", reference="X")
    text = toko.get(reverse("inventory-edit", args=["clusters", tokyo.pk])).content.decode()
    assert "secret one" not in text
    assert "Nishi" not in text
    sent = {"primary-credential": other.pk, "cluster-site": osaka.site_id}
    answer = toko.post(reverse("inventory-edit", args=["clusters", tokyo.pk]), sent).content.decode()
    assert answer.count("Select a valid choice") >= 2
    assert toko.get(reverse("inventory-add", args=["clusters"])).status_code == 403


TAKEN = [
    ({"cluster-name": "osaka"}, "There is another cluster of that name."),
    ({"cluster-floating_ip": "127.9.2.10"}, "is also used by cluster OSAKA"),
    ({"primary-name": "OSA-EX1"}, "is also used by cluster OSAKA"),
    ({"primary-address": "127.9.2.1", "primary-port": "1"}, "is also used by cluster OSAKA"),
    ({"primary-server_name": "OSA-EX1"}, "is also used by cluster OSAKA"),
]


@pytest.mark.parametrize(("changes", "why"), TAKEN, ids=lambda part: str(part))
def test_what_another_cluster_uses_is_refused_without_telling_that_it_is_there(
    toko: Client, tokyo: Cluster, osaka: Cluster, browser: Callable[..., Client], changes: dict[str, str], why: str
) -> None:
    form = ClusterForm(instance=tokyo)
    sent = {field.html_name: _sent(field) for part in form for field in part} | changes
    address = reverse("inventory-edit", args=["clusters", tokyo.pk])
    whole = browser(personas.ada()).post(address, sent).content.decode()
    assert why in whole
    assert NOT_HERE[0] not in whole
    told = toko.post(address, sent)
    assert told.status_code == 422
    assert why not in told.content.decode()
    assert "OSAKA" not in told.content.decode()
    assert NOT_HERE[0] in told.content.decode()
    tokyo.refresh_from_db()
    assert tokyo.name == "TOKYO"


def _sent(field: BoundField) -> str:
    value = field.value()
    return str(value if value is not None else "") if value is not False else ""


class TestCommands:
    """The same on the command line, as the account that the operating-system user acts as."""

    @pytest.fixture(autouse=True)
    def _as_toko(self, tokyo: Cluster, osaka: Cluster) -> None:
        personas.ada()
        OsAccount.objects.create(os_user=os_user(), user=personas.person("toko", "administrator", on=tokyo))

    @pytest.mark.parametrize(
        "words",
        [
            ("plan", "OSAKA", "failover"),
            ("run", "OSAKA", "failover", "--yes"),
            ("cooldown", "OSAKA"),
            ("diagnose", "OSAKA"),
            ("repair", "OSAKA", "--show"),
            ("scripts", "diff", "OSAKA"),
            ("directory", "delegation", "OSAKA"),
            ("kit", "deploy", "OSAKA"),
            ("procedure", "check", "OSAKA", "exchange-2003-setup"),
            ("prepare-node", "OSA-EX1"),
            ("setuperrors", "OSA-EX1", "--text", "/dev/null"),
            ("nodekey", "issue", "OSA-EX1"),
            ("capture", "OSA-EX1"),
        ],
    )
    def test_a_command_knows_of_no_other_cluster(self, words: tuple[str, ...]) -> None:
        code, out, err = command()(*words)
        assert code == 2
        told = out + err
        assert "no cluster" in told or "no node" in told or "neither a node" in told
        assert "OSA-EX2" not in told
        assert "ada" not in told

    def test_an_operation_of_another_cluster_is_not_there(self, osaka: Cluster) -> None:
        number = str(world.ended(osaka, "failed").pk)
        for words in (("resume", number), ("receipt", number)):
            code, out, err = command()(*words)
            assert (code, f"no operation {number}" in out + err) == (2, True)

    def test_what_is_about_everything_is_refused(self) -> None:
        for words in (("stop", "on", "--reason", "x"), ("inventory", "apply", "/dev/null"), ("account", "list")):
            code, out, err = command()(*words)
            assert code == 2, words
            assert "toko may not" in out + err, (words, out, err)

    def test_roles_are_given_taken_and_explained_where_one_administers(self) -> None:
        personas.sam()
        code, out, _ = command()("rights", "give", "sam", "operator", "--cluster", "TOKYO", "--kind", "failover")
        assert (code, "sam has: operator" in out) == (0, True)
        code, out, _ = command()("rights", "list")
        assert "sam: operator on TOKYO for failover" in out
        assert "ada" not in out
        allowed = command()("rights", "why", "sam", "operate", "--cluster", "TOKYO", "--kind", "failover")
        refused = command()("rights", "why", "sam", "operate", "--cluster", "TOKYO", "--kind", "takeover")
        assert (allowed[0], refused[0]) == (0, 1)
        assert "It is limited to failover" in refused[1]
        for where in (("--cluster", "OSAKA"), ("--site", "main"), ()):
            assert command()("rights", "give", "toko", "administrator", *where)[0] == 2
        assert command()("rights", "take", "sam", "operator", "--cluster", "TOKYO")[0] == 0
        assert command()("rights", "take", "sam", "operator", "--cluster", "TOKYO")[0] == 2


def test_the_last_administrator_stays_on_the_command_line_too() -> None:
    OsAccount.objects.create(os_user=os_user(), user=personas.ada())
    words = [
        ("account", "off", "ada"),
        ("account", "role", "ada", "viewer"),
        ("rights", "take", "ada", "administrator"),
    ]
    for one in words:
        code, out, err = command()(*one)
        assert (code, "Nobody would administer the console any more" in out + err) == (2, True)
