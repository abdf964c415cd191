"""The set-up log of a node: read where it is, weighed against the present, and never fetched whole when it is large."""

from console.domain.doctor.reading_log import LARGEST
from console.lab.faults import switch
from console.lab.mscs import equipment
from console.lab.mscs.setup_logs import LOGS, SERVER
from console.lab.presets import fukuoka, kyoto
from tests.doctor.clinic import Clinic

PLACE = LOGS["2003"]
ELSEWHERE = r"C:\WINDOWS\Cluster\Exchange Server Setup Progress.log"


def test_what_has_been_mended_since_is_no_finding_any_more() -> None:
    for made in (kyoto(), fukuoka()):
        clinic = Clinic(made)
        equipment.write_log(clinic.world.nodes[0], SERVER)
        diagnosis = clinic.diagnose()
        assert diagnosis.clean, diagnosis.findings
        assert any("things that were not done; what was left out then is there now" in one for one in diagnosis.looked)


def test_what_may_not_have_been_mended_stays() -> None:
    clinic = Clinic(kyoto())
    equipment.write_log(clinic.world.nodes[0], SERVER)
    clinic.world.nodes[0].registry.delete(r"HKLM\SOFTWARE\Microsoft\Exchange")
    diagnosis = clinic.diagnose()
    assert [one.what for one in diagnosis.unread] == ["the bindings of the Exchange provider"]
    assert [(one.code, one.node) for one in diagnosis.findings] == [("setup-log.stopped", "KYO-N1")]


def test_the_log_of_a_server_that_was_made_in_cluster_administrator_is_found_in_the_cluster_folder() -> None:
    clinic = Clinic(kyoto())
    disk = clinic.world.nodes[0].disk
    disk.write(ELSEWHERE, disk.read(PLACE))
    disk.remove(PLACE)
    diagnosis = clinic.diagnose()
    assert diagnosis.clean
    assert any(ELSEWHERE in sentence for sentence in diagnosis.looked)


def test_without_a_log_it_is_said_where_it_was_looked_for() -> None:
    clinic = Clinic(kyoto())
    clinic.world.nodes[1].disk.remove(PLACE)
    diagnosis = clinic.diagnose()
    ((node, why, remedy),) = [(one.node, one.why, one.remedy) for one in diagnosis.unread]
    assert node == "KYO-N2"
    assert PLACE in why
    assert "manage.py diagnose --log" in remedy


def test_a_file_that_is_no_set_up_log_is_unknown() -> None:
    clinic = Clinic(kyoto())
    clinic.world.nodes[0].disk.write(PLACE, b"Shopping list\r\nbread\r\n")
    diagnosis = clinic.diagnose()
    assert [(one.node, one.what) for one in diagnosis.unread] == [("KYO-N1", f"the set-up log {PLACE}")]
    assert not diagnosis.findings


def test_of_a_large_log_only_the_telling_lines_are_fetched_and_that_is_said() -> None:
    clinic = Clinic(kyoto())
    switch(clinic.world, clinic.world.nodes[0], "setup-log", True, at="exit")
    disk = clinic.world.nodes[0].disk
    chatter = b'[13:40:00] Attempting to get DOB for DN "/dc=LOCAL/dc=Corp/cn=Configuration"\r\n'
    disk.write(PLACE, chatter * (LARGEST // len(chatter) + 1) + disk.read(PLACE))
    diagnosis = clinic.diagnose()
    assert [one.what for one in diagnosis.unread] == [f"all of the set-up log {PLACE}"]
    codes = [one.code for one in diagnosis.findings]
    assert codes == ["registration.com", "setup-log.com-not-registered"]
    assert any(line.count("findstr ") for line in clinic.lines)
