"""The workers' app as a host sees it whose clock is wrong by CHANGEOVER_TEST_SKEW seconds."""

import datetime
import os
import time
from typing import Any

SKEW = float(os.environ["CHANGEOVER_TEST_SKEW"])
right, RightTime = time.time, datetime.datetime


class _Kind(type):
    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, RightTime)


class WrongTime(RightTime, metaclass=_Kind):
    """A `datetime` whose now is not now."""

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return RightTime.now(tz) + datetime.timedelta(seconds=SKEW)

    @classmethod
    def utcnow(cls) -> Any:
        return cls.now(datetime.UTC).replace(tzinfo=None)


time.time = lambda: right() + SKEW
datetime.datetime = WrongTime  # type: ignore[misc]

from tasks import app  # noqa: E402 - everything below here has to see the wrong time

__all__ = ["app"]
