"""What each kind of step does: one small module for each part of the world that it touches."""

from collections.abc import Mapping

from console.domain.steps.base import Behaviour
from console.domain.steps.bringup import BringUp
from console.domain.steps.carried import BringOnline, CarryGroup
from console.domain.steps.carried_proof import (
    CarriedMoved,
    CarriedRecheck,
    ForcedRecheck,
    ResourcesOnline,
    ServicesRun,
)
from console.domain.steps.converge import Converged
from console.domain.steps.diagnose import Diagnose
from console.domain.steps.directory import ApplyChanges, ClaimNames, SwitchMailboxes, VerifyDirectory
from console.domain.steps.go import Go
from console.domain.steps.group import MoveGroup, StartGroup
from console.domain.steps.handover import HandOver, TakeGroup
from console.domain.steps.opinion import SecondOpinion
from console.domain.steps.partition import FreePartition
from console.domain.steps.proof import Greet, MountedStores, Moved
from console.domain.steps.recheck import HolderRecheck, Recheck
from console.domain.steps.repair import REPAIRS
from console.domain.steps.services import StartService, StopService
from console.domain.steps.setup import SETUP
from console.domain.steps.undo import (
    HandBack,
    MoveBack,
    RestoreMailboxes,
    RestoreObjects,
    UndoRecheck,
    UnmarkStores,
    VerifyRestored,
    WithholdGo,
)

BEHAVIOURS: Mapping[str, Behaviour] = {
    "recheck": Recheck(),
    "switch.recheck": HolderRecheck(),
    "service.stop": StopService(),
    "service.start": StartService(),
    "partition.free": FreePartition(),
    "group.move": MoveGroup(),
    "group.start": StartGroup(),
    "second-opinion": SecondOpinion(),
    "hand-over": HandOver(),
    "hand-over.dead": TakeGroup(),
    "go": Go(),
    "bring-up": BringUp(),
    "directory.apply": ApplyChanges(),
    "directory.claim": ClaimNames(),
    "directory.mailboxes": SwitchMailboxes(),
    "directory.verify": VerifyDirectory(),
    "directory.converged": Converged(),
    "stores.mounted": MountedStores(),
    "greeting": Greet(),
    "moved": Moved(),
    "carried.recheck": CarriedRecheck(),
    "carried.recheck-forced": ForcedRecheck(),
    "group.carry": CarryGroup(),
    "group.bring-online": BringOnline(),
    "resources.online": ResourcesOnline(),
    "services.run": ServicesRun(),
    "carried.moved": CarriedMoved(),
    "diagnose": Diagnose(),
    "undo.recheck": UndoRecheck(),
    "go.withhold": WithholdGo(),
    "group.move-back": MoveBack(),
    "hand-over.back": HandBack(),
    "directory.restore": RestoreObjects(),
    "directory.unmark": UnmarkStores(),
    "directory.restore-mailboxes": RestoreMailboxes(),
    "directory.verify-restored": VerifyRestored(),
    **REPAIRS,
    **SETUP,
}
