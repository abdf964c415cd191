"""A cluster of the lab to be mended over the real wire: diagnosed, planned and carried out as a worker would."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from console import catalog
from console.domain import doctor, planner
from console.domain.doctor import Diagnosis
from console.domain.outcome import Ending
from console.domain.plan import Plan
from console.lab import presets
from console.lab.mscs import equipment
from console.lab.mscs.state import Mscs, of
from console.lab.state import Group, Node
from tests.domain.stage import People
from tests.moves.carried import CarriedGround

PRESETS = {"2003": presets.kyoto, "2007": presets.fukuoka}


class Mending(CarriedGround):
    """Kyoto (2003) or Fukuoka (2007), started."""

    def __init__(self, folder: Path, generation: str = "2003") -> None:
        super().__init__(folder, PRESETS[generation](), mailboxes=1)

    @property
    def nodes(self) -> list[Node]:
        """The one that has the group first."""
        return self.lab.world.clusters[0].nodes

    @property
    def mscs(self) -> Mscs:
        """What the cluster service has."""
        return of(self.lab.world.clusters[0])

    @property
    def group(self) -> Group:
        """The Exchange group."""
        return self.lab.world.clusters[0].groups[0]

    def diagnose(self) -> Diagnosis:
        """What the doctor finds now."""
        with self.open() as field:
            return doctor.diagnose(field)

    def repair_plan(self, codes: Sequence[str] = (), source: str = equipment.MEDIA, **cluster: Any) -> Plan:
        """The plan of a repair. Raises `Refusal`."""
        with self.open(self.cluster(**cluster)) as field:
            return planner.make_repair(field, catalog.findings(), codes, source=source)

    def mend(self, codes: Sequence[str] = (), people: People | None = None) -> Ending:
        """Plan and carry out."""
        return self.perform(self.repair_plan(codes), people)

    def changes(self) -> list[tuple[str, str, str]]:
        """What was done to the nodes, without the console's own tokens."""
        return [(e.node, e.subject, e.after) for e in self.lab.world.log.since(0) if e.kind not in ("fence", "fenced")]
