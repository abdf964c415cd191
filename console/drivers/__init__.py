"""How each cluster product is asked and told, one package for each; `driver_for` finds the one of a cluster."""

from console.domain.errors import ChangeoverError
from console.domain.ports import Driver
from console.drivers.expresscluster.driver import ExpressCluster

_DRIVERS = {"expresscluster": ExpressCluster}


class UnknownDriver(ChangeoverError):
    """A cluster names a driver that there is not."""

    remedy = "Correct the driver of the cluster in the inventory."


def driver_keys() -> tuple[str, ...]:
    """The drivers that there are."""
    return tuple(sorted(_DRIVERS))


def driver_for(key: str) -> Driver:
    """The driver called `key`. Raises `UnknownDriver`."""
    if key not in _DRIVERS:
        raise UnknownDriver(f"There is no driver {key!r}; there are {', '.join(driver_keys())}.")
    return _DRIVERS[key]()
