"""How each cluster product is asked and told, one package for each; `driver_for` finds the one of a cluster."""

from collections.abc import Callable

from console.catalog import generation
from console.domain.discovery import FoundCluster, Surveyor
from console.domain.errors import ChangeoverError
from console.domain.ports import Driver
from console.domain.products import Generation
from console.drivers.expresscluster.driver import ExpressCluster
from console.drivers.expresscluster.survey import ExpressClusterSurveyor
from console.drivers.mscs.driver import Mscs
from console.drivers.mscs.survey import MscsSurveyor

_DRIVERS: dict[str, Callable[[], Driver]] = {driver.key: driver for driver in (ExpressCluster, Mscs)}

_SURVEYORS: tuple[Callable[[], Surveyor], ...] = (ExpressClusterSurveyor, MscsSurveyor)


class UnknownDriver(ChangeoverError):
    """A cluster names a driver that there is not."""

    remedy = "Correct the driver of the cluster in the inventory."


def driver_keys() -> tuple[str, ...]:
    """The drivers that there are."""
    return tuple(sorted(_DRIVERS))


def surveyors() -> tuple[Surveyor, ...]:
    """How each cluster product is asked on a node of which nothing is known."""
    return tuple(make() for make in _SURVEYORS)


def read_configuration(data: bytes, name: str) -> FoundCluster:
    """The cluster in the file called `name` in which a product keeps its configuration. Raises `Garbled`."""
    return ExpressClusterSurveyor().read_file(data, name)


def driver_for(key: str) -> Driver:
    """The driver called `key`. Raises `UnknownDriver`."""
    if key not in _DRIVERS:
        raise UnknownDriver(f"There is no driver {key!r}; there are {', '.join(driver_keys())}.")
    return _DRIVERS[key]()


def generation_for(driver_key: str, generation_key: str) -> Generation:
    """What the generation needs under that driver: where the cluster itself starts and stops Exchange, only the
    services behind its resource types are left. Raises `UnknownDriver`, `CatalogError`.
    """
    needs = generation(generation_key)
    return needs.behind_types() if driver_for(driver_key).product.name_moves else needs
