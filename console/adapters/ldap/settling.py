"""How one modify ended: result code and diagnostic text to an outcome for the object, or an error for all.

| result | meaning | outcome |
|---|---|---|
| 0 | done | applied |
| 16, 19, 20 and the object is at its goal | somebody was faster | applied, `already` |
| 16, 20 | the old value is no longer there, or a value is there already | conflict, with what is there |
| 19 with 000021C7 or "would cause a conflict" | a service principal name is held elsewhere | refused, with the holder |
| 19 with 000020B5 or 0000200D | the object that the value names does not exist | refused |
| 19 with other text | a rule of the directory | refused |
| 32 | the object is gone | missing |
| 50 | this object does not let the account write it | refused |
| 21, 34, 64, 65, 67, 71 | the rules of this object | refused |
| 53 after this session has written something | the rules of this object | refused |
| 53 before that, for the third time in a row, or to the last of many | it is read-only, or became so | `AccessDenied` |
| 51, 52, 80 | busy | tried again, then `Unavailable` |
| every other | concerns all objects | `ReachError` |

(Result codes: RFC 4511 appendix A; the hexadecimal numbers are Windows error codes that Active Directory puts first
in its text.) A result that concerns one object never stops the others.
"""

from collections.abc import Callable

from console.adapters.ldap.errors import (
    BAD_DN,
    BUSY,
    CONSTRAINT,
    EXISTS,
    NO_ATTRIBUTE,
    NO_OBJECT,
    NO_RIGHTS,
    OTHER,
    SUCCESS,
    UNAVAILABLE,
    UNWILLING,
    one_line,
)
from console.adapters.ldap.wire import Answer
from console.domain.directory import EntryChange, Modified
from console.domain.ports import Entry
from console.domain.switch.outcome import ALREADY
from console.domain.switch.values import at_target, found_values

TRANSIENT = frozenset({BUSY, UNAVAILABLE, OTHER})
RE_READ = frozenset({NO_ATTRIBUTE, CONSTRAINT, EXISTS})
OBJECT_RULES = {
    21: "a value has a form that the attribute does not take",
    BAD_DN: "its name is written in a way that the directory does not take",
    64: "a value belongs to its name",
    65: "its class does not have that attribute",
    67: "a value belongs to its name",
    71: "it belongs to another domain controller",
}
NAME_TAKEN = ("000021C7", "would cause a conflict")
UNWILLING_IN_A_ROW = 3
"""So many different writes refused one after the other are no longer a rule of one object."""
TARGET_MISSING = ("000020B5", "0000200D", "Referenced object not found")
SPN = "serviceprincipalname"

Reader = Callable[[EntryChange], Entry | None]
Holders = Callable[[str], list[str]]
"""The DNs of the accounts that hold a service principal name."""


def concerns_one(answer: Answer, *, has_written: bool) -> bool:
    """Whether the answer is about this object alone; otherwise it is an error for all.

    `has_written` says that this controller takes writes in this session, so that it is not read-only.
    """
    if answer.code == UNWILLING:
        return has_written
    return answer.code in {SUCCESS, NO_OBJECT, NO_RIGHTS} | RE_READ | OBJECT_RULES.keys()


def settle(change: EntryChange, answer: Answer, read: Reader, holders: Holders, where: str) -> Modified:
    """The outcome of an answer that concerns one object, re-reading it where the code alone does not tell."""
    if answer.code == SUCCESS:
        return Modified("applied")
    if answer.code == NO_OBJECT:
        return Modified("missing", "The object is not there any more.")
    if answer.code == NO_RIGHTS:
        attributes = ", ".join(c.attribute for c in change.changes)
        return Modified("refused", f"The account may not write {attributes} on this object.")
    if answer.code == UNWILLING:
        said = one_line(answer.text)
        return Modified("refused", f"{where} is not willing to write this object, or none any more: {said}")
    if answer.code not in RE_READ:
        return Modified("refused", f"The directory refuses: {OBJECT_RULES.get(answer.code, one_line(answer.text))}.")
    entry = read(change)
    if entry is None:
        return Modified("missing", "The object is not there any more.")
    if at_target(entry, change):
        return Modified("applied", ALREADY)
    if answer.code == CONSTRAINT:
        return _constraint(change, answer, holders)
    return Modified("conflict", f"It was changed by somebody else: {found_values(entry, change)}.")


def _constraint(change: EntryChange, answer: Answer, holders: Holders) -> Modified:
    if _mentions(answer, NAME_TAKEN):
        return _name_taken(change, holders)
    if _mentions(answer, TARGET_MISSING):
        values = " or ".join(value for c in change.changes for value in c.added)
        return Modified("refused", f"The directory knows no object {values}; what is pointed at must exist.")
    return Modified("refused", f"The directory refuses the value: {one_line(answer.text)}")


def _name_taken(change: EntryChange, holders: Holders) -> Modified:
    """Who holds the names. When nobody does here, another controller has not heard of their release yet."""
    names = [value for c in change.changes if c.attribute.casefold() == SPN for value in (*c.added, *c.removed)]
    held = [f"{name} is held by {holder}" for name in names for holder in holders(name)]
    if held:
        return Modified("refused", f"A name can be on one account only: {'; '.join(held)}.")
    text = "A name is still held elsewhere in the forest, though nobody is seen to hold it here: replication lags."
    return Modified("refused", text, retry=True)


def _mentions(answer: Answer, marks: tuple[str, ...]) -> bool:
    return any(mark.casefold() in answer.text.casefold() for mark in marks)
