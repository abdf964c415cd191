"""What came of a case, as one line of JSON between the processes of the harness."""

import json
from dataclasses import asdict, dataclass, field


@dataclass
class Result:
    """One case. It is clean when the operation came to its end and nothing was lost, done twice, or stuck."""

    case: str
    seed: int
    status: str = ""
    """How the operation ended; `missed` when nobody came to the wire, `broken` when the harness could not go on."""
    answers: list[str] = field(default_factory=list)
    """What a person had to say on the way, such as `retry` after a failure or `happened` after an uncertain end."""
    takeovers: int = 0
    resumed: float | None = None
    """Seconds from the death of the worker to the line by which another carries on."""
    woke: str = ""
    """What a worker that stood still past its lease said when it went on."""
    repeats: int = 0
    """Requests beyond those of a run without a fault; they changed nothing, or they are in `twice`."""
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """What kept the harness from judging."""
    seconds: float = 0.0

    @property
    def clean(self) -> bool:
        """Whether there is nothing to complain of."""
        return not (self.lost or self.twice or self.stuck or self.broken)

    @property
    def word(self) -> str:
        """What the table shows."""
        for name in ("broken", "lost", "twice", "stuck"):
            if getattr(self, name):
                return name.upper()
        return " ".join([*self.answers, self.status])

    def to_line(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_line(cls, line: str) -> "Result":
        """From JSON."""
        return cls(**json.loads(line))
