"""Who has the group by one observation, and whether that means that the product brought it up by itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from console.domain.observation import ClusterObservation
from console.domain.topology import Cluster

DOWN = ("offline", "failed")


@dataclass(frozen=True)
class Held:
    """The node that has the group, and whether the group is up there; None while it is neither up nor down."""

    owner: str
    up: bool | None
    at: datetime

    def after(self, before: "Held | None") -> "Held":
        """What is known now: while the group is on its way, whether it was up stays as it was known."""
        return self if self.up is not None or before is None else Held(self.owner, before.up, self.at)

    def came_up(self, before: "Held") -> str:
        """What happened since `before`, as a sentence, when the group was brought up; empty when it was not."""
        if before.owner.casefold() != self.owner.casefold():
            return f"The group is on {self.owner}; it was on {before.owner} when it was last seen."
        if before.up is False and self.up:
            return f"The group came up on {self.owner}, where it was down when it was last seen."
        return ""

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {"owner": self.owner, "up": self.up, "at": self.at.isoformat()}

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> "Held | None":
        """From what `to_json` gave; None for nothing."""
        return cls(raw["owner"], raw["up"], datetime.fromisoformat(raw["at"])) if raw else None


def held(cluster: Cluster, observation: ClusterObservation, at: datetime) -> Held | None:
    """Who has the group by an observation that was begun at `at`; None when nobody has it or nobody can tell."""
    owner, status = observation.owner(cluster.group).value, observation.group_status(cluster.group).value
    if not owner or not status:
        return None
    word = status.casefold()
    return Held(owner, True if word == "online" else False if word in DOWN else None, at)
