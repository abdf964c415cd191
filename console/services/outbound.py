"""The way out as this installation allows it: whatever sends something of its own accord takes it from here."""

from django.conf import settings

from console.adapters.outbound import Outbound
from console.domain.outbound import AllowList


def outbound() -> Outbound:
    """Connections to the places that `CHANGEOVER_OUTBOUND` names. Raises `Unreadable` when it cannot be read."""
    return Outbound(AllowList.read(settings.OUTBOUND))
