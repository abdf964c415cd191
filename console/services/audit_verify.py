"""Verifying the audit where it lies: the chain, the columns beside it, the head, the guard, and the anchors."""

from collections.abc import Iterable, Sequence

from console.domain.verify_audit import NOTHING_BEFORE, Anchor, Chain, Report, checker, key_id, read_anchors
from console.models import AuditHead, AuditRecord, SignedHead
from console.services import audit_guard
from console.services.audit import contents
from console.services.audit_export import CHUNK
from console.services.audit_keys import NoKey, public_key


def verify(anchors: Iterable[Anchor] = (), keys: Sequence[bytes] = ()) -> Report:
    """What does not hold, the earliest record first. Reads every record once and changes nothing.

    `anchors` come from outside; the heads that the database itself keeps are looked at as well. `keys` are public keys
    from before the present one; without any, no signature is checked.
    """
    known = (*_own_key(), *keys)
    chain = Chain([*anchors, *_own({key_id(key) for key in known})])
    before = _head()
    for row in AuditRecord.objects.order_by("seq").iterator(chunk_size=CHUNK):
        _take(chain, row)
    report = chain.finish(checker(known) if known else None)
    _hold_head(chain, before, _head())
    if missing := audit_guard.missing():
        text = f"The database does not refuse changes: {', '.join(sorted(missing))} is missing. Run: manage.py migrate"
        chain.find(report.last + 1, "guard", text)
    report.findings.sort(key=lambda found: found.seq)
    return report


def _own_key() -> tuple[bytes, ...]:
    try:
        return (public_key(),)
    except NoKey:
        return ()


def _own(keys: set[str]) -> list[Anchor]:
    lines = SignedHead.objects.order_by("seq").values_list("line", flat=True)
    return [anchor for anchor in read_anchors(lines) if anchor.key in keys]


def _take(chain: Chain, row: AuditRecord) -> None:
    """One row: its body in the chain, and what stands beside it for searching."""
    found = len(chain.report.findings)
    body = chain.take(row.body, row.hash)
    if not body or len(chain.report.findings) != found:
        return
    told = contents(row) if row.at else {}
    if wrong := sorted(name for name in {*body, *told} if body.get(name) != told.get(name)):
        text = f"Beside record {body['seq']} stands something else than it says: {', '.join(wrong)}."
        chain.find(body["seq"], "changed", text)


def _head() -> tuple[int, str]:
    head = AuditHead.objects.filter(pk=1).first()
    return (head.last_seq, head.last_hash) if head else (0, NOTHING_BEFORE)


def _hold_head(chain: Chain, before: tuple[int, str], after: tuple[int, str]) -> None:
    """The head says where the audit ends; while this looked, it may have moved on."""
    report = chain.report
    end = (report.last, report.last_hash)
    if before[0] < report.last < after[0] or end in (before, after):
        return
    if report.last < before[0]:
        if any(found.kind == "cut" for found in report.findings):
            return
        text = f"Records {report.last + 1} to {before[0]} are missing at the end: the head of the audit is further on."
        chain.find(report.last + 1, "cut", text)
    else:
        text = f"Record {report.last} is not the end that the head of the audit tells ({after[0]})."
        chain.find(report.last, "changed", text)
