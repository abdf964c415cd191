"""What the steps of a repair do, by their kinds: `repair.<what the catalog calls it>`, and how each is taken back."""

from collections.abc import Mapping

from console.domain.steps.base import Behaviour
from console.domain.steps.repair.cluster import AddDependencies, CreateResource, CreateType, SetTypeDll
from console.domain.steps.repair.files import CopyFile, ReplaceFiles
from console.domain.steps.repair.recheck import RepairRecheck
from console.domain.steps.repair.registering import RegisterCom, RegisterWithCluster
from console.domain.steps.repair.registry import WriteRegistry
from console.domain.steps.repair.undo import CommandBack, DependenciesBack, FilesBack, RegistryBack

REPAIRS: Mapping[str, Behaviour] = {
    "repair.recheck": RepairRecheck(),
    "repair.files.copy": CopyFile(),
    "repair.files.replace": ReplaceFiles(),
    "repair.com.register": RegisterCom(),
    "repair.cluster.register": RegisterWithCluster(),
    "repair.types.create": CreateType(),
    "repair.types.set-dll": SetTypeDll(),
    "repair.resources.create": CreateResource(),
    "repair.resources.depend": AddDependencies(),
    "repair.sources.write": WriteRegistry(),
    "repair.provider.bind": WriteRegistry(),
    "repair.undo.files": FilesBack(),
    "repair.undo.registry": RegistryBack(),
    "repair.undo.command": CommandBack(),
    "repair.undo.dependencies": DependenciesBack(),
}
