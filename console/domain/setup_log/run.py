"""One run of the set-up while it is read: functions that are open, errors, interpreted lines, and what the run says."""

import re
from collections.abc import Callable
from functools import lru_cache

from console.domain.procedures.refused_by_setup import BEGINS, recognise
from console.domain.setup_log.clock import Clock
from console.domain.setup_log.errors import Errors, codes_of, site_of
from console.domain.setup_log.interpreted import Interpreted
from console.domain.setup_log.kept import Kept
from console.domain.setup_log.report import Place
from console.domain.setup_log.timeline import VIRTUAL_SERVER, Timeline, scripts_in

DEEPEST = 1000
"""Open functions that are kept."""
ARGUMENTS = 50
LONGEST = 200
MESSAGE = 4000
"""Characters of what the set-up says itself that are looked at."""
_VIRTUAL_SERVER = VIRTUAL_SERVER.encode()
RESOURCES = re.compile(r"ScCreate\w*Resource", re.IGNORECASE)
"""Functions that make the cluster's resources."""
_NOT_RUN = re.compile(r"not found|not find|cannot|could not|couldn't|fail|unable|missing", re.IGNORECASE)
_LAUNCH = re.compile(r"(?:launch|execut|runn|creat|start)ing (?:the )?(?:process|command)\b:?", re.IGNORECASE)
_COPIED = re.compile(r"cop(?:y|ied|ying)\b", re.IGNORECASE)
_OVER = re.compile(r"(?:finish|complet|done|end)\w*\b.*", re.IGNORECASE)
_BINARIES = re.compile(r"\bsetup\\(roles|common)\b", re.IGNORECASE)
_CLUSTER_FILES = re.compile(r"\b(?:exres|excluadm|clusmsg|extras)\.dll\b", re.IGNORECASE)
_ROLE = re.compile(r"\bactive\b.{0,40}\bmailbox role\b", re.IGNORECASE)
_NEGATED = re.compile(r"\b(?:not|no|isn't|without)\b", re.IGNORECASE)
_ARGUMENT = re.compile(r"Command Line Parameter Name='([^']*)', Value='([^']*)'")

Frame = tuple[bytes, int, int]
"""A function's name, the line where it was entered, and that line's place in the file."""


class RunState:
    """Takes what the lines of one run say, one thing after the other."""

    def __init__(self, number: int, line: int, decoded: Callable[[bytes], str]) -> None:
        self.number, self.first_line, self.decoded = number, line, decoded
        self.began = ""
        self.clock = Clock()
        self.stamp = b""
        self.stack: list[Frame] = []
        self.functions = self.deeper = 0
        self.timeline = Timeline()
        self.errors = Errors()
        self.kept = Kept(number)
        self.interpreted = Interpreted(self.kept, self.timeline)
        self.version = self.user = ""
        self.arguments: list[str] = []
        self.announced = self.ended = self.closed = False
        self.left_virtual_server = False
        self.before = ""
        """The line before the one that is told."""

    @property
    def heard(self) -> bool:
        """Whether anything that a set-up says was in it."""
        done = self.functions or self.closed or self.announced or self.ended or self.interpreted.heard
        return bool(
            done or self.version or self.arguments or self.errors.total or self.timeline.seen or self.kept.codes()
        )

    @property
    def when(self) -> str:
        """The time of the last line, with the day once midnight has passed."""
        day = f" (day {self.clock.midnights + 1})" if self.clock.midnights and self.form == "2003" else ""
        return self.decoded(self.stamp) + day

    def take(self, stamp: bytes, *, plain: bool) -> None:
        """The time of the next line; `plain` when it is known to be hours, minutes and seconds and no more."""
        clock = self.clock
        if plain and stamp > self.stamp and clock.plain:
            clock.last = self.stamp = stamp  # most lines: later than the one before
            return
        self.stamp = stamp
        clock.take(stamp)
        if not self.began:
            self.began = self.when

    @property
    def form(self) -> str:
        """The form of the log, by the Exchange that writes it."""
        return "2007" if self.clock.dated else "2003"

    def within(self) -> str:
        """The innermost function that is open."""
        return self.decoded(self.stack[-1][0]) if self.stack else ""

    def enter(self, name: bytes, line: int, offset: int) -> None:
        """A function is entered."""
        self.functions += 1
        self.errors.rising = False  # what comes up from here on is another error
        if len(self.stack) >= DEEPEST:
            self.deeper += 1
            return
        self.stack.append((name[:LONGEST], line, offset))
        if stage := _stage(name):
            self.saw(stage, Place(line, offset))

    def leave(self, name: bytes) -> None:
        """A function is left, and with it what was entered within it and never left."""
        name = name[:LONGEST]
        stack = self.stack
        if stack and stack[-1][0] == name and not self.deeper:
            stack.pop()
        elif not self._leave_further_out(name):
            self.closed = self.closed or not stack
            self._left_virtual_server(name)
            return
        depth = len(stack)
        if depth < self.timeline.deepest:
            self.timeline.left(depth)
        if self.interpreted.waiting is not None:
            self.interpreted.left(depth)
        if not depth:
            self.closed = True
        if name.endswith(_VIRTUAL_SERVER):
            self._left_virtual_server(name)

    def _left_virtual_server(self, name: bytes) -> None:
        if name.endswith(_VIRTUAL_SERVER):
            self.left_virtual_server = self.timeline.cluster = True

    def _leave_further_out(self, name: bytes) -> bool:
        if self.deeper:
            self.deeper -= 1
            return False
        for index in range(len(self.stack) - 1, -1, -1):
            if self.stack[index][0] == name or name.startswith(self.stack[index][0] + b" "):
                del self.stack[index:]
                return True
        return False

    def begins_anew(self, name: bytes) -> bool:
        """Whether entering this function begins another run: the virtual server is set up once in a run."""
        known = self.left_virtual_server or any(frame[0].endswith(_VIRTUAL_SERVER) for frame in self.stack)
        return known and name.endswith(_VIRTUAL_SERVER)

    def site(self, lines: list[str], place: Place) -> None:
        """A line that may be where an error passed through, with the lines below it."""
        codes = codes_of(lines)
        if codes:
            self.errors.came_up(site_of(lines)[0][:LONGEST], codes, self.within(), place)

    def code(self, lines: list[str], place: Place) -> None:
        """An error code in a line with a time of its own: the site is the line before it."""
        self.site([self.before, *lines], place)

    def ignoring(self, lines: list[str], _: Place) -> None:
        """The log takes errors back."""
        name = site_of(lines)[0].removeprefix("=== IGNORING PREVIOUS ERRORS ===").strip()
        self.errors.ignore(self.stack[-1][1] if self.stack else 0, name[:LONGEST])

    def interprets(self, lines: list[str], place: Place) -> None:
        """A line of a script is interpreted; it may be wrapped. Without a line it is the script that is named."""
        text = " ".join(lines)
        if "<" not in text and any(scripts_in(text)):
            self.mentions(lines, place)
            return
        inner = text.partition("<")[2]
        self.interpreted.begins(inner.rpartition(">")[0] if ">" in inner else inner, place, len(self.stack))

    def launches(self, lines: list[str], place: Place) -> None:
        """A process is started; or something else begins."""
        text = " ".join(lines)
        if match := _LAUNCH.match(text):
            self.interpreted.launched(text[match.end() :].strip(), place, len(self.stack))
        else:
            self.mentions(lines, place)

    def exits(self, lines: list[str], place: Place) -> None:
        """A process has exited."""
        self.interpreted.exited(" ".join(lines), self.before, place)

    def says_argument(self, lines: list[str], _: Place) -> None:
        """An argument of the set-up's command line."""
        match = _ARGUMENT.match(" ".join(lines))
        if match and len(self.arguments) < ARGUMENTS:
            self.arguments.append(f"{match[1]}={match[2]}"[:LONGEST])

    def says_version(self, lines: list[str], _: Place) -> None:
        """The set-up's own version."""
        self.version = lines[0].partition(":")[2].strip().rstrip(".")[:LONGEST]

    def says_user(self, lines: list[str], _: Place) -> None:
        """Who runs it."""
        self.user = lines[0].partition(":")[2].strip().rstrip(".")[:LONGEST]

    def says_error(self, lines: list[str], place: Place) -> None:
        """The set-up says what is wrong; a refusal that the guide names is told as that."""
        text = _marked(lines)
        for refusal in recognise(text, "the node"):
            self.kept.add("setup-log.membership", refusal.title, refusal.said, place)
            return
        self.kept.add("setup-log.said-error", text[:120], text, place)

    def says_warning(self, lines: list[str], place: Place) -> None:
        """The set-up warns."""
        text = _marked(lines)
        self.kept.add("setup-log.said-warning", text[:120], text, place)

    def announces(self, lines: list[str], place: Place) -> None:
        """The set-up says that it begins."""
        if lines[0].startswith(BEGINS):
            self.announced = True
        else:
            self.launches(lines, place)

    def ends(self, _: list[str], place: Place) -> None:
        """The set-up says that it ends."""
        self.ended = True
        self.saw("end", place)

    def mentions(self, lines: list[str], place: Place) -> None:
        """A line that names something of the cluster set-up; it may as well be an error's."""
        text = lines[0]
        self.site(lines, place)
        for key, name in scripts_in(text):
            self._script(key, name, " ".join(lines), place)
        for kind in _BINARIES.findall(text):
            self.saw(kind.casefold(), place)
        if _CLUSTER_FILES.search(text) and _COPIED.search(text):
            self.saw("files", place)
        if _ROLE.search(text) and not _NEGATED.search(text):
            self.kept.add("setup-log.active-role", "Active Mailbox role", text, place)

    def _script(self, key: str, name: str, text: str, place: Place) -> None:
        if _COPIED.match(text):
            return
        if _NOT_RUN.search(text):
            self.kept.add("setup-log.script-missing", key, text, place)
            self.saw(key, place, name)
            self.timeline.failed(key)
        elif text.startswith("Leaving ") or _OVER.match(text):
            self.timeline.over(key)
        else:
            self.interpreted.give_up()
            self.saw(key, place, name)

    def saw(self, key: str, place: Place, name: str = "") -> None:
        """A stage has begun, or goes on; `name` is what it is called there."""
        title = f"{key} (as {name})" if name and name != key else ""
        self.timeline.saw(key, self.when, place, len(self.stack), title)

    @property
    def unfinished(self) -> bool:
        """Whether it stops in the middle."""
        return bool(self.stack) or (self.announced and not self.ended)


@lru_cache(maxsize=1024)
def _stage(function: bytes) -> str:
    """The stage that begins with a function; empty for most."""
    if function.endswith(_VIRTUAL_SERVER):
        return "enter"
    return "resources" if RESOURCES.search(function.decode("ascii", "replace")) else ""


def _marked(lines: list[str]) -> str:
    """What follows the mark of an error or a warning."""
    return " ".join(lines)[:MESSAGE].partition("]")[2].strip()
