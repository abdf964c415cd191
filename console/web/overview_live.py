"""The overview's rows as they change: one look of a process for all who watch, and to each a stream of what is new."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, StreamingHttpResponse
from django.utils import translation

from console.services import sessions
from console.services.access import Account, why_nowhere
from console.web.access import Door, declares
from console.web.overview import as_json, form_of, versions
from console.web.overview_row import Row
from console.web.overview_rows import NOTHING, ROWS, Overview, Rows, seen_by
from console.web.watch import read

PAUSE = 1.0
"""Seconds between two looks."""
BEAT = 10.0
"""Seconds after which a silent stream says that it is alive, and asks again what its viewer may see."""
MOST = 100
"""How many rows one event carries."""


@dataclass
class RowWatch:
    """The rows of one event loop, looked at while somebody watches."""

    viewers: int = 0
    seen: Overview = NOTHING
    turn: int = 0
    """Grows with each change; 0 before the first look."""
    blind: bool = False
    """Whether the last look failed: the database does not answer."""
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    task: asyncio.Task[None] | None = None

    def join(self) -> None:
        """Begin to watch."""
        self.viewers += 1
        if self.task is None or self.task.done():
            self.task = asyncio.get_running_loop().create_task(self._look())

    def leave(self) -> None:
        """Watch no more."""
        self.viewers -= 1

    async def after(self, turn: int, within: float) -> int:
        """The turn as soon as it is another one; `turn` itself when nothing changes `within` seconds."""
        try:
            async with asyncio.timeout(within), self.news:
                await self.news.wait_for(lambda: self.turn != turn)
        except TimeoutError:
            return turn
        return self.turn

    async def _look(self) -> None:
        while self.viewers:
            try:
                found, blind = await read(ROWS.now), False
            except Exception:  # a database that is away for a moment: viewers are told that nothing can be read
                found, blind = self.seen, True
            if found is not self.seen or blind != self.blind or not self.turn:
                async with self.news:
                    self.seen, self.blind, self.turn = found, blind, self.turn + 1
                    self.news.notify_all()
            await asyncio.sleep(PAUSE)


_watches: WeakKeyDictionary[asyncio.AbstractEventLoop, RowWatch] = WeakKeyDictionary()


def watch() -> RowWatch:
    """The watch of the running event loop."""
    return _watches.setdefault(asyncio.get_running_loop(), RowWatch())


@dataclass(frozen=True)
class Viewer:
    """Who watches, in which session, form and language; `one` is the only cluster they want, or None."""

    user: int
    session: str
    form: str = "line"
    language: str | None = None
    one: int | None = None


@dataclass(frozen=True)
class Sees:
    """The clusters that a viewer may see; `pks` None stands for all."""

    pks: frozenset[int] | None

    def of(self, rows: Rows, one: int | None) -> dict[int, Row]:
        """Those of `rows` that this viewer wants and may see."""
        wanted = rows if one is None else {pk: rows[pk] for pk in (one,) if pk in rows}
        return {pk: row for pk, row in wanted.items() if self.pks is None or pk in self.pks}


@declares(Door("view", "somewhere", ("GET",)))
async def events(request: HttpRequest) -> HttpResponseBase:
    """The version of every row, then each row that changes, as server-sent events; silence while nothing does."""
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"], "The stream is only read: GET it.", content_type="text/plain")
    user = await request.auser()
    await read(_admit, user)
    one = request.GET.get("one", "")
    viewer = Viewer(
        user.pk or 0,
        request.session.session_key or "",
        form_of(request),
        translation.get_language(),
        int(one) if one.isdecimal() and len(one) < 16 else None,
    )
    headers = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(stream(viewer), content_type="text/event-stream", headers=headers)


async def stream(viewer: Viewer) -> AsyncIterator[str]:
    """What is new to the viewer, until they may see nothing any more or their session has ended."""
    yield "retry: 2000\n\n"
    eyes, turn, told = watch(), 0, Told()
    sees, asked = await read(_sees, viewer), time.monotonic()
    eyes.join()
    try:
        while sees is not None:
            now = await eyes.after(turn, BEAT)
            if time.monotonic() - asked >= BEAT:
                sees, asked = await read(_sees, viewer), time.monotonic()
            if sees is not None and now:
                async for event in told.news(eyes.seen, sees.of(eyes.seen.rows, viewer.one), viewer):
                    yield event
            if now == turn or eyes.blind != told.blind:
                told.blind = eyes.blind
                yield _event("beat", {"blind": told.blind})
            turn = now
        yield _event("over", {})
    finally:
        eyes.leave()


@dataclass
class Told:
    """What a viewer has been told so far."""

    versions: dict[int, str] | None = None
    stop: int | None = None
    blind: bool = False

    async def news(self, seen: Overview, found: dict[int, Row], viewer: Viewer) -> AsyncIterator[str]:
        """First the version of every row; then the rows that are not as they were sent, and those that are gone."""
        before, self.versions = self.versions, {pk: row.version for pk, row in found.items()}
        stop, self.stop = self.stop, seen.stop
        if before is None:
            yield _event("versions", {"versions": versions(found.values())})
            return
        changed = [row for pk, row in found.items() if before.get(pk) != row.version]
        for first in range(0, len(changed), MOST):
            yield _event("rows", {"rows": await read(_rendered, changed[first : first + MOST], viewer)})
        if gone := [pk for pk in before if pk not in found]:
            yield _event("gone", {"gone": gone})
        if stop != seen.stop:
            yield _event("head", {})


def _rendered(rows: Iterable[Row], viewer: Viewer) -> list[dict[str, object]]:
    with translation.override(viewer.language):
        return [as_json(row, viewer.form) for row in rows]


def _admit(user: Account) -> None:
    if (reason := why_nowhere(user, "view")) is not None:
        raise PermissionDenied(reason)


def _sees(viewer: Viewer) -> Sees | None:
    """What the account, as it is now, may see; None when it may see nothing, or the session is over."""
    if not sessions.lasts(viewer.session):
        return None
    user = User.objects.filter(pk=viewer.user).first()
    return None if why_nowhere(user, "view") is not None else Sees(seen_by(user))


def _event(name: str, data: object) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
