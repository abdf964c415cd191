"""For every defect of set-up, and every pair of them, the doctor finds exactly what is wrong."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.domain.doctor import Diagnosis
from tests.doctor.clinic import Clinic
from tests.doctor.defects import Defect, Found, all_expected, defects, made, pairs

pytestmark = pytest.mark.slow

SINGLES = [(generation, defect) for generation in ("2003", "2007") for defect in defects(generation)]


def found(diagnosis: Diagnosis) -> set[Found]:
    """The findings as the table of defects has them."""
    return {(finding.code, finding.node, finding.about) for finding in diagnosis.findings}


def difference(generation: str, *chosen: Defect) -> str:
    """What the doctor misses, or finds beside, on a cluster with these defects; empty when nothing."""
    clinic = Clinic(made(generation))
    for defect in chosen:
        defect.put(clinic.world)
    wanted = all_expected(clinic.world, chosen)
    diagnosis = clinic.diagnose()
    if found(diagnosis) == wanted and not diagnosis.unread:
        return ""
    names = " and ".join(f"{defect.name} on node {defect.at + 1}" for defect in chosen)
    extra = found(diagnosis) - wanted
    return f"{names}: misses {wanted - found(diagnosis)}, also finds {extra}, did not read {diagnosis.unread}"


@pytest.mark.parametrize(("generation", "defect"), SINGLES, ids=[f"{key}-{one.name}" for key, one in SINGLES])
def test_each_defect_gives_just_its_findings(generation: str, defect: Defect) -> None:
    assert difference(generation, defect) == ""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("generation", ["2003", "2007"])
def test_each_pair_of_defects_gives_just_the_findings_of_both(generation: str) -> None:
    wrong = [text for one, two in pairs(generation) if (text := difference(generation, one, two))]
    assert not wrong, "\n".join(wrong[:20])


def test_the_table_has_every_defect_that_the_article_names() -> None:
    named = {(defect.fault, defect.value) for _, defect in SINGLES}
    for file in ("EXRES.DLL", "EXCLUADM.DLL", "CLUSMSG.DLL", "EXTRAS.DLL"):
        assert {("cluster-file-missing", file), ("cluster-file-old", file)} <= named
    assert {("com-unregistered", ""), ("cluster-unregistered", ""), ("provider-unbound", "")} <= named
    assert {("source-missing", "MSExchangeCluster"), ("source-wrong", "MSExchangeCluster")} <= named
    assert {("source-missing", "SMTP"), ("setup-log", "CLUSTER_SERVER.INS"), ("setup-log", "exit")} <= named
    for fault in ("type-missing", "type-wrong-dll", "resource-missing", "dependency-missing"):
        assert any(one == fault for one, _ in named)


def test_every_pair_is_tried_but_those_that_cannot_be() -> None:
    many = len(defects("2003"))
    left_out = many * (many - 1) // 2 - len(pairs("2003"))
    assert len(pairs("2003")) > 1100
    assert left_out == sum(one.spot == two.spot for one, two in _shared_pairs())


def _shared_pairs() -> list[tuple[Defect, Defect]]:
    shared = [defect for defect in defects("2003") if defect.shared]
    return [(one, two) for place, one in enumerate(shared) for two in shared[place + 1 :]]


def test_findings_come_in_the_order_in_which_they_are_mended() -> None:
    clinic = Clinic(made("2003"))
    for defect in reversed(defects("2003")):
        if defect.fault in ("cluster-file-missing", "com-unregistered", "type-missing", "source-missing"):
            defect.put(clinic.world)
    areas = list(dict.fromkeys(finding.area for finding in clinic.diagnose().findings))
    assert areas == ["cluster-files", "resource-types", "registration", "event-sources"]


def test_a_finding_says_where_and_what_a_repair_needs() -> None:
    clinic = Clinic(made("2003"))
    chosen = {"cluster-file-missing", "source-missing", "dependency-missing", "provider-unbound"}
    for defect in defects("2003"):
        if defect.fault in chosen:
            defect.put(clinic.world)
            chosen.discard(defect.fault)
    data = {finding.code: dict(finding.data) for finding in clinic.diagnose().findings}
    assert data["cluster-files.missing"]["path"] == r"C:\WINDOWS\Cluster\EXRES.DLL"
    assert data["cluster-files.missing"]["build"] == "6.5.7638.1"
    assert data["event-sources.missing"]["file"] == r"%SystemRoot%\Cluster\CLUSMSG.DLL"
    assert data["event-sources.missing"]["key"].endswith(r"EventLog\Application\MSExchangeCluster")
    assert data["resources.dependency"]["on"] == "Disk X:"
    assert data["provider.binding"]["wanted"].startswith("ncalrpc,ncacn_ip_tcp,")


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(["2003", "2007"]), st.data())
def test_any_number_of_defects_gives_just_the_findings_of_all(generation: str, data: st.DataObject) -> None:
    chosen: dict[tuple[str, int], Defect] = {}
    for defect in data.draw(st.lists(st.sampled_from(defects(generation)), min_size=3, max_size=12)):
        chosen.setdefault((defect.spot, 0 if defect.shared else defect.at), defect)
    assert difference(generation, *chosen.values()) == ""
