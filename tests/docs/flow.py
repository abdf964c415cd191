"""docs/flow.svg: the way of a planned move, phase by phase, drawn from plans that the real planner made."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from console.domain.plan import Plan, Step

WAYS = (
    ("failover", "The group runs no script", "the console stops and starts Exchange itself"),
    ("failover, scripts", "The group runs the console's scripts", "START.BAT waits for a signed go"),
    ("failover, carried", "The group carries the server's name", "Microsoft's cluster service brings it up"),
)
PHASES = {
    "recheck": "look again",
    "hand-over": "hand over",
    "directory": "directory",
    "bring-up": "bring up",
    "proof": "prove",
}
EDGE, COLUMN, GAP, LINE, PAD = 110, 270, 16, 16, 9
LETTERS = 39
WIDTH = EDGE + len(WAYS) * (COLUMN + GAP)
STYLE = """
text { font: 12px sans-serif; fill: #1c2733; }
.strong { font-weight: 700; font-size: 13px; } .soft { fill: #51606e; }
.box { fill: #ffffff; stroke: #8a99a8; } .shared { fill: #e8f1f8; stroke: #0b5a94; }
.down { fill: #fdecea; } .phase { stroke: #c9d2da; } .flag { fill: #0b6b3a; } .lock { fill: #a32016; }
.arrow { stroke: #51606e; stroke-width: 1.5; fill: none; }
"""


@dataclass(frozen=True)
class Box:
    """One step, or several of a kind in a row, in words that name no node."""

    lines: tuple[str, ...]
    flag: bool
    lock: bool

    @property
    def height(self) -> int:
        """In pixels, without the room below it."""
        return len(self.lines) * LINE + PAD


def flow(plans: Mapping[str, Plan]) -> str:
    """The whole picture."""
    columns = [_boxes(plans[name]) for name, _, _ in WAYS]
    parts = list(_head(plans))
    y = 214.0
    for phase, words in PHASES.items():
        tallest = max(sum(box.height + PAD for box in column.get(phase, ())) for column in columns)
        parts += _band(y, tallest + 2 * PAD, words, down=phase not in ("recheck",))
        for number, column in enumerate(columns):
            parts += _column(_left(number), y + PAD, column.get(phase, ()))
            if phase not in column:
                parts.append(_text(_left(number) + 10, y + PAD + 16, "no step of the console's", "soft"))
        y += tallest + 2 * PAD
    parts += _foot(y)
    return _svg(parts, y + 62)


def _boxes(plan: Plan) -> dict[str, list[Box]]:
    """Of each phase, the boxes in their order: steps of one kind in a row are one."""
    found: dict[str, list[Box]] = {}
    for (phase, _), steps in groupby(plan.steps, key=lambda step: (step.phase, step.kind)):
        found.setdefault(phase, []).extend(_together(plan, list(steps)))
    return found


def _together(plan: Plan, steps: Sequence[Step]) -> Iterator[Box]:
    alike = len(steps) > 2  # two changes of the directory in a row are not the same thing twice
    for step in steps[:1] if alike else steps:
        more = f", and {len(steps) - 1} more, one by one" if alike else ""
        text = _nameless(plan, step.title) + more
        flag, lock = any(one.safe_point for one in steps), bool(step.no_return)
        yield Box(tuple(textwrap.wrap(text, LETTERS - 3 * (flag or lock))), flag, lock)


def _nameless(plan: Plan, title: str) -> str:
    """A title without the lab's names."""
    for name, words in ((plan.source, "the source"), (plan.target, "the target")):
        title = title.replace(name, words)
    words = title.replace("EXCHANGE ", "").replace("EVS Kyoto ", "").split()
    plain = ["the floating IP" if word.startswith("127.") else word for word in words if not word.isdigit()]
    return " ".join(plain).replace("Point of mailboxes", "Point every mailbox").replace("X: on", "the partition on")


def _head(plans: Mapping[str, Plan]) -> Iterator[str]:
    most = max(len(plans[name].checks) for name, _, _ in WAYS)
    shared = (
        ("Observe", "both nodes, the directory, the greetings; each fact with its age"),
        ("Plan", f"up to {most} checks; every command and change, hashed; good for 15 minutes"),
        ("Confirm", "a reason, or the cluster's name typed; other people's approval where it is asked"),
    )
    width = (WIDTH - EDGE - GAP - 2 * 34) / 3
    for number, (title, words) in enumerate(shared):
        x = EDGE + number * (width + 34)
        yield f'<rect class="shared" x="{x:.0f}" y="14" width="{width:.0f}" height="80" rx="6"/>'
        yield _text(x + 12, 36, title, "strong")
        for row, line in enumerate(textwrap.wrap(words, LETTERS - 4)):
            yield _text(x + 12, 54 + row * LINE, line)
        if number:
            yield f'<path class="arrow" d="M{x - 28:.0f} 51h20m-6 -5l6 5l-6 5"/>'
    yield f'<path class="arrow" d="M{WIDTH / 2:.0f} 98v14m-5 -6l5 6l5 -6"/>'
    yield _text(
        EDGE, 130, "A worker claims it under a lease with a growing token, and goes on where another one died.", "soft"
    )
    for number, (_, title, words) in enumerate(WAYS):
        yield _text(_left(number), 172, title, "strong")
        yield _text(_left(number), 190, words, "soft")


def _column(x: float, y: float, boxes: Sequence[Box]) -> Iterator[str]:
    for box in boxes:
        yield f'<rect class="box" x="{x:.0f}" y="{y:.0f}" width="{COLUMN}" height="{box.height}" rx="5"/>'
        for row, line in enumerate(box.lines):
            yield _text(x + 10, y + 16 + row * LINE, line)
        if box.flag:
            yield f'<path class="flag" d="M{x + COLUMN - 16:.0f} {y + 18:.0f}v-13h9l-2 3l2 3h-7v7z"/>'
        if box.lock:
            at = f"M{x + COLUMN - 18:.0f} {y + 11:.0f}"
            yield f'<path class="lock" d="{at}h2v-2a3 3 0 0 1 6 0v2h2v8h-10zm4 0h2v-2a1 1 0 0 0 -2 0z"/>'
        y += box.height + PAD


def _band(y: float, height: float, words: str, *, down: bool) -> Iterator[str]:
    if down:
        yield f'<rect class="down" x="0" y="{y:.0f}" width="{WIDTH}" height="{height:.0f}"/>'
    yield f'<path class="phase" d="M0 {y:.0f}h{WIDTH}"/>'
    yield _text(12, y + 26, words, "strong")


def _foot(y: float) -> Iterator[str]:
    yield f'<path class="phase" d="M0 {y:.0f}h{WIDTH}"/>'
    yield f'<rect class="down" x="12" y="{y + 16:.0f}" width="16" height="16"/>'
    yield _text(36, y + 28, "mail may be down, until the last proof holds", "soft")
    yield f'<path class="flag" d="M342 {y + 32:.0f}v-13h9l-2 3l2 3h-7v7z"/>'
    yield _text(358, y + 28, "safe point: Stop acts right before it", "soft")
    yield f'<path class="lock" d="M606 {y + 24:.0f}h2v-2a3 3 0 0 1 6 0v2h2v8h-10zm4 0h2v-2a1 1 0 0 0 -2 0z"/>'
    yield _text(624, y + 28, "line of no return", "soft")
    yield _text(
        12, y + 50, "Every step looks first whether its goal holds, keeps what it found, acts, and proves.", "soft"
    )


def _left(number: int) -> float:
    return EDGE + number * (COLUMN + GAP)


def _text(x: float, y: float, words: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.0f}" y="{y:.0f}">{escape(words, quote=False)}</text>'


def _svg(parts: Sequence[str], height: float) -> str:
    title = "The way of a planned move: observe, plan, confirm; look again, hand over, directory, bring up, prove"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img">'
    ground = f'<rect width="{WIDTH}" height="{height:.0f}" fill="#f7f9fb"/>'
    return "\n".join([head, f"<title>{title}</title>", f"<style>{STYLE}</style>", ground, *parts, "</svg>", ""])
