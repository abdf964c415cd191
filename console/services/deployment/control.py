"""The right to write on the nodes for a moment, apart from any operation: a token that whatever begins later passes.

Whatever begins on the cluster afterwards has a higher token, so that a node refuses what a deployment sends too late.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from console.adapters.clock import SystemClock
from console.domain.checks import Refusal
from console.domain.field import Field
from console.domain.lease import Fence, LeaseLost
from console.models import Cluster
from console.services import brakes, reservations
from console.services.claiming import next_token
from console.services.clock import database_now
from console.services.fields import open_field

SECONDS = 600.0
"""How long one deployment may take."""


class Turn:
    """Implements `console.domain.ports.Control` for a deployment, which is short and is done again from the start."""

    def __init__(self, cluster: Cluster, token: int) -> None:
        self.cluster = cluster
        self.token = token
        self._until = time.monotonic() + SECONDS

    def stop_requested(self) -> str:
        """Nobody stops a deployment: it is over in a moment."""
        return ""

    def beat(self, step: str, deadline: float) -> None:
        """Raises `LeaseLost`."""
        self.ensure()

    def waiting(self, seconds: float) -> None:
        """Raises `LeaseLost`."""
        self.ensure()

    def ensure(self) -> None:
        """Return only while nothing else has begun on the cluster. Raises `LeaseLost`."""
        if time.monotonic() >= self._until:
            raise self._lost(f"it took more than {SECONDS:.0f} s")
        if Cluster.objects.filter(pk=self.cluster.pk).values_list("fence", flat=True).first() != self.token:
            raise self._lost("something else has begun there")

    def fence(self) -> Fence:
        """What is sent along. Raises `LeaseLost`."""
        self.ensure()
        return Fence(self.cluster.pk, self.token, self._until)

    def _lost(self, why: str) -> LeaseLost:
        remedy = "Wait until it has ended, then deploy again: what is right already is left alone."
        return LeaseLost(f"Writing on the nodes of {self.cluster.name} was broken off: {why}.", remedy=remedy)


@contextmanager
def turn(cluster: Cluster) -> Iterator[tuple[Field, str]]:
    """The cluster's field for writing on its nodes, and a name, by date, for what is kept: no other turn has the same.

    Raises `Refusal` while something acts on the cluster, or is to stop.
    """
    token = _token(cluster)
    with open_field(cluster, SystemClock(), Turn(cluster, token)) as field:
        yield field, f"{database_now():%Y%m%d}-{token}"


def require_free(cluster: Cluster) -> None:
    """Raises `Refusal` while an operation acts on the cluster, or a global stop stands."""
    held = reservations.why_held(cluster, "deployment")
    if held is not None:
        raise held
    if (stop := brakes.global_stop()) is not None:
        remedy = "Lift it with a reason, on the page of clusters or by: manage.py stop off --reason TEXT."
        raise Refusal.of(f"{stop.set_by} has stopped everything: {stop.reason}", remedy, key="stop")


def _token(cluster: Cluster) -> int:
    with transaction.atomic():
        row = Cluster.objects.select_for_update(no_key=True).get(pk=cluster.pk)
        require_free(row)
        return next_token(row, database_now())
