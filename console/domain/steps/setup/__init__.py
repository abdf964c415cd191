"""What the steps of set-up procedures do, by their kinds: `setup.checked`, `setup.confirmed`, `setup.<action>`."""

from collections.abc import Mapping

from console.domain.steps.setup.base import SetupStep
from console.domain.steps.setup.features import InstallFeatures
from console.domain.steps.setup.folders import GrantRights, MakeFolders
from console.domain.steps.setup.group import MoveGroup, StartGroup, StopGroup
from console.domain.steps.setup.people import Checked, Confirmed
from console.domain.steps.setup.scripts import DeployScripts
from console.domain.steps.setup.services import ManualServices
from console.domain.steps.setup.set_aside import SetAside
from console.domain.steps.setup.transport import QueuePath

SETUP: Mapping[str, SetupStep] = {
    "setup.checked": Checked(),
    "setup.confirmed": Confirmed(),
    "setup.files.set-aside": SetAside(),
    "setup.folders.make": MakeFolders(),
    "setup.folders.rights": GrantRights(),
    "setup.group.move": MoveGroup(),
    "setup.group.start": StartGroup(),
    "setup.group.stop": StopGroup(),
    "setup.scripts.deploy": DeployScripts(),
    "setup.services.manual": ManualServices(),
    "setup.transport.queue-path": QueuePath(),
    "setup.windows.install-features": InstallFeatures(),
}
