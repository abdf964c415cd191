"""A cluster of the lab to be mended over the real wire: diagnosed, planned and carried out as a worker would."""

from pathlib import Path

from console import catalog
from console.domain import doctor, planner
from console.domain.doctor import Diagnosis
from console.domain.plan import Plan
from console.lab.definition import Cluster
from console.lab.mscs import equipment
from console.lab.state import Group, Node
from tests.moves.carried import CarriedGround


class Mending(CarriedGround):
    """A cluster of the cluster service, started."""

    def __init__(self, folder: Path, item: Cluster) -> None:
        super().__init__(folder, item, mailboxes=1)

    @property
    def nodes(self) -> list[Node]:
        """The one that has the group first."""
        return self.lab.world.clusters[0].nodes

    @property
    def group(self) -> Group:
        """The Exchange group."""
        return self.lab.world.clusters[0].groups[0]

    def diagnose(self) -> Diagnosis:
        """What the doctor finds now."""
        with self.open() as field:
            return doctor.diagnose(field)

    def repair_plan(self) -> Plan:
        """The plan that mends all that can be. Raises `Refusal`."""
        with self.open() as field:
            return planner.make_repair(field, catalog.findings(), source=equipment.MEDIA)
