"""What the demo leaves undone on a cluster is just what the doctor finds there."""

from console.demo.defects import CLUSTER, DEFECTS
from console.lab.faults import switch
from console.lab.presets import demo_definition
from tests.doctor.clinic import Clinic

FOUND = {
    ("KYO-N1", "registration.com", "EXCLUADM.DLL"),
    ("KYO-N2", "cluster-files.missing", "CLUSMSG.DLL"),
    ("KYO-N2", "event-sources.missing", "MSExchangeCluster"),
}


def test_the_doctor_finds_just_what_the_demo_leaves_undone() -> None:
    kyoto = next(cluster for cluster in demo_definition().clusters if cluster.name == CLUSTER)
    clinic = Clinic(kyoto)
    assert clinic.diagnose().findings == ()
    for node, fault, arguments in DEFECTS:
        switch(clinic.world, clinic.world.node(node), fault, True, **arguments)
    assert {(one.node, one.code, one.about) for one in clinic.diagnose().findings} == FOUND
