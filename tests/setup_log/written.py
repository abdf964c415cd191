"""Logs made at random in both forms, together with what reading them must give."""

from dataclasses import dataclass, field

from hypothesis import strategies as st

VIRTUAL_SERVER = "ScSetupExchangeVirtualServer"
NAMES = st.sampled_from(["CReg::ScOpen", VIRTUAL_SERVER, "CAtom::ScAdd", "Größe::Sc", "ScCreateX"])
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=40)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("enter"), NAMES),
        st.tuples(st.just("leave"), st.just("")),
        st.tuples(st.just("error"), st.sampled_from(["0XC0070424 (1060)", "0X80070005 (5)"])),
        st.tuples(st.just("ignore"), st.just("")),
        st.tuples(st.just("line"), st.booleans()),
        st.tuples(st.just("text"), WORDS),
    ),
    max_size=40,
)


@dataclass
class Written:
    """A log and what is in it."""

    newer: bool
    lines: list[str] = field(default_factory=list)
    stack: list[str] = field(default_factory=list)
    functions: int = 0
    interpreted: int = 0
    well: int = 0
    clustered: bool = False
    """Whether the virtual server was entered: to enter it again would begin another run."""

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(line + "\r\n" for line in self.lines)

    def say(self, text: str) -> None:
        """One line with a time that goes on."""
        number = len(self.lines)
        stamp = f"{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}"
        head = f"[8/3/2007 {stamp}] [1] " if self.newer else f"[{stamp}] "
        self.lines.append(f"{head}{' ' * len(self.stack)}{text}")


def written(newer: bool, acts: list[tuple[str, object]]) -> Written:
    """The log in which that happens."""
    log = Written(newer)
    log.say("Setup version: 8.0.")
    for act, what in acts:
        _does(log, act, what)
    return log


def _does(log: Written, act: str, what: object) -> None:
    if act == "enter" and not (log.clustered and what == VIRTUAL_SERVER):
        log.clustered = log.clustered or what == VIRTUAL_SERVER
        log.say(f"Entering {what}")
        log.stack.append(str(what))
        log.functions += 1
    elif act == "leave" and log.stack:
        log.say(f"Leaving {log.stack.pop()}")
    elif act == "error":
        log.say("CSite::ScDo (f:\\x\\y.cxx:1)")
        log.lines.append(f"           Error code {what}: It failed.")
    elif act == "ignore":
        log.say("=== IGNORING PREVIOUS ERRORS === CSite::ScAll (f:\\x\\y.cxx:2)")
        log.lines.append("           The operation has completed successfully.")
    elif act == "line":
        log.say("Interpreting line <CreateProcess:tool.exe /q>")
        log.interpreted += 1
        if what:
            log.say("Process has exited with 00000000")
            log.well += 1
    elif act == "text":
        log.lines.append(f"           {what}")
