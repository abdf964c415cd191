"""World time: real, faster than real, or advanced by hand."""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Counts world seconds from a start date.

    `speed` is world seconds per real second. A *driven* clock stands still until `advance` is called.
    """

    def __init__(self, *, speed: float = 1.0, driven: bool = False, start: datetime | None = None) -> None:
        if speed <= 0:
            raise ValueError("The clock's speed must be above zero: give world seconds per real second.")
        self.speed = speed
        self.driven = driven
        self._start = start or datetime.now(UTC)
        self._origin = time.monotonic()
        self._advanced = 0.0

    def now(self) -> float:
        """World seconds since the start."""
        if self.driven:
            return self._advanced
        return (time.monotonic() - self._origin) * self.speed

    def date(self) -> datetime:
        """The world's date and time, in UTC."""
        return self._start + timedelta(seconds=self.now())

    def real_seconds(self, world_seconds: float) -> float | None:
        """How long a thread may sleep for a world delay; None when only `advance` can end it."""
        return None if self.driven else max(0.0, world_seconds) / self.speed

    def advance(self, seconds: float) -> None:
        """Move a driven clock on. The scheduler calls this, so that what falls due happens in order."""
        if not self.driven:
            raise ValueError("Only a driven clock can be advanced: set the clock to `driven` in the definition.")
        self._advanced += max(0.0, seconds)
