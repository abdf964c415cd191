"""Ways to falsify the audit that somebody has who owns the database, past its guard."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from console.domain.verify_audit import canonical, digest
from console.models import AuditHead, AuditRecord, SignedHead
from console.services import audit, audit_guard
from console.services.audit_actions import Action
from console.services.audit_signing import sign_head

RECORDS, SIGNED = 30, (10, 20, 30)
SITE = audit.Subject("site", 7, "Tokyo")
FAR = 10_000
"""Added to numbers while they are moved, since no number may be there twice."""


def written(count: int, says: str = "as planned") -> None:
    """As many records, one after the other."""
    for number in range(count):
        with transaction.atomic():
            audit.record(Action.SITE_CHANGED, audit.SYSTEM, SITE, reason=f"{says} {number}", after={"number": number})


def history() -> list[str]:
    """A history of `RECORDS`, its end signed at each of `SIGNED`; the anchors, as they are kept outside."""
    lines, before = [], 0
    for seq in SIGNED:
        written(seq - before)
        head = sign_head()
        assert head is not None
        lines.append(head.line)
        before = seq
    return lines


@contextmanager
def past_the_guard() -> Iterator[Any]:
    """A cursor, while the triggers are laid aside."""
    connection.check_constraints()  # what waits for the end of the transaction keeps PostgreSQL from touching the table
    audit_guard.lift()
    with connection.cursor() as cursor:
        yield cursor
    connection.check_constraints()
    audit_guard.raise_()


def run(*statements: str) -> None:
    """Run SQL past the guard."""
    with past_the_guard() as cursor:
        for statement in statements:
            cursor.execute(statement)


def rewrite(seq: int, change: Callable[[str], str], *, hashed: bool, at: int | None = None) -> None:
    """Change the body of a record, and its hash beside it if `hashed`; `at` is the number it is stored as."""
    body = change(AuditRecord.objects.get(seq=at or seq).body)
    with past_the_guard() as cursor:
        cursor.execute("UPDATE console_auditrecord SET body = %s WHERE seq = %s", [body, at or seq])
        if hashed:
            cursor.execute("UPDATE console_auditrecord SET hash = %s WHERE seq = %s", [digest(body), at or seq])


def edited(body: str) -> str:
    """The same record with another reason."""
    return canonical({**json.loads(body), "reason": "something else"})


def head_at_the_end() -> None:
    """Have the head say that the audit ends where it does."""
    last = AuditRecord.objects.latest("seq")
    AuditHead.objects.update(last_seq=last.seq, last_hash=last.hash)


def flip_a_byte() -> None:
    rewrite(15, lambda body: body.replace("Tokyo", "Tokyp"), hashed=False)


def edit_and_hash() -> None:
    rewrite(15, edited, hashed=True)


def edit_beside() -> None:
    run("UPDATE console_auditrecord SET reason = 'something else' WHERE seq = 15")


def edit_the_last() -> None:
    rewrite(RECORDS, edited, hashed=True)
    head_at_the_end()


def change_the_link() -> None:
    rewrite(15, lambda body: canonical({**json.loads(body), "previous": "ab" * 32}), hashed=True)


def delete_the_first() -> None:
    run("DELETE FROM console_auditrecord WHERE seq = 1")


def delete_in_the_middle() -> None:
    run("DELETE FROM console_auditrecord WHERE seq = 15")


def delete_some() -> None:
    run("DELETE FROM console_auditrecord WHERE seq BETWEEN 15 AND 17")


def delete_the_last_ten() -> None:
    run("DELETE FROM console_auditrecord WHERE seq > 20")


def delete_the_last_ten_and_move_the_head() -> None:
    delete_the_last_ten()
    SignedHead.objects.filter(seq__gt=20).delete()
    head_at_the_end()


def swap_two() -> None:
    moved = "UPDATE console_auditrecord SET seq = {} WHERE seq = {}"
    run(moved.format(FAR, 12), moved.format(12, 17), moved.format(17, FAR))


def swap_what_two_say() -> None:
    """Each takes the other's number and link along with its hash: only the records after them can tell."""
    first, second = (json.loads(AuditRecord.objects.get(seq=seq).body) for seq in (12, 17))
    for seq, told, place in ((12, second, first), (17, first, second)):
        taken = {**told, "seq": place["seq"], "previous": place["previous"]}
        rewrite(seq, lambda _, taken=taken: canonical(taken), hashed=True)  # type: ignore[misc]


def insert_one() -> None:
    """A forged record 15 that follows record 14 as it should; those after it are stored one further on."""
    row = AuditRecord.objects.get(seq=15)
    run(
        f"UPDATE console_auditrecord SET seq = seq + {FAR} WHERE seq >= 15",
        f"UPDATE console_auditrecord SET seq = seq - {FAR} + 1 WHERE seq >= {FAR}",
    )
    row.pk, row.reason = None, "something else"
    row.body = edited(row.body)
    row.hash = digest(row.body)
    row._state.adding = True
    row.save(force_insert=True)


def rewrite_all_from_15() -> None:
    """Change one record and calculate everything after it anew: the chain agrees with itself."""
    previous = ""
    for row in AuditRecord.objects.filter(seq__gte=15).order_by("seq"):
        told = {**json.loads(row.body), "previous": previous or row.previous}
        rewrite(row.seq, lambda body, told=told: edited(canonical(told)), hashed=True)  # type: ignore[misc]
        previous = AuditRecord.objects.get(seq=row.seq).hash
    head_at_the_end()


def put_an_older_copy_back() -> None:
    run("DELETE FROM console_auditrecord WHERE seq > 12")
    SignedHead.objects.filter(seq__gt=12).delete()
    head_at_the_end()


def put_an_older_copy_back_and_go_on() -> None:
    put_an_older_copy_back()
    written(25, "as it never was")


def delete_everything() -> None:
    """Nothing is left."""
    run("DELETE FROM console_auditrecord")
    SignedHead.objects.all().delete()
    AuditHead.objects.all().delete()


@dataclass(frozen=True)
class Case:
    """What is done, and the first finding: its kind and the first record that it names, in the database and by file."""

    do: Callable[[], None]
    kind: str
    seq: int
    by_file: tuple[str, int] | None
    """The same as in the database unless said; None where an export shows nothing, since it holds nothing of it."""


def case(do: Callable[[], None], kind: str, seq: int) -> Case:
    """Both verifiers find the same."""
    return Case(do, kind, seq, (kind, seq))


MATRIX = (
    case(flip_a_byte, "changed", 15),
    case(edit_and_hash, "changed", 15),
    Case(edit_beside, "changed", 15, None),
    Case(edit_the_last, "replaced", 21, ("replaced", 21)),
    case(change_the_link, "changed", 14),
    case(delete_the_first, "removed", 1),
    case(delete_in_the_middle, "removed", 15),
    case(delete_some, "removed", 15),
    case(delete_the_last_ten, "cut", 21),
    case(delete_the_last_ten_and_move_the_head, "cut", 21),
    case(swap_two, "reordered", 12),
    case(swap_what_two_say, "changed", 12),
    case(insert_one, "inserted", 15),
    case(rewrite_all_from_15, "replaced", 11),
    case(put_an_older_copy_back, "cut", 13),
    case(put_an_older_copy_back_and_go_on, "replaced", 11),
    case(delete_everything, "cut", 1),
)
