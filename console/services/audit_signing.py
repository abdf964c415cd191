"""The console's signature under the end of its audit."""

import json

from django.db import transaction

from console.domain.hash_tree import MOST_LEAVES, root
from console.domain.verify_audit import Anchor, canonical, key_id
from console.models import AuditHead, AuditRecord, SignedHead
from console.services.audit import timestamp
from console.services.audit_keys import private_key, public_key
from console.services.clock import database_now


def sign_head() -> SignedHead | None:
    """Sign the end of the audit and keep that; None when there is nothing new. Raises `NoKey`.

    Signed is also the root over what was recorded since the head before: so a record shows by itself that it belongs.
    """
    key = private_key()
    with transaction.atomic():
        head = AuditHead.objects.select_for_update().filter(pk=1).first()
        if head is None or not head.last_seq or SignedHead.objects.filter(seq=head.last_seq).exists():
            return None
        at = database_now()
        first, top = _tree(head.last_seq)
        anchor = Anchor(head.last_seq, head.last_hash, timestamp(at), key_id(public_key()), "", first, top)
        signature = key.sign(anchor.message()).hex()
        line = canonical({**json.loads(anchor.message()), "signature": signature})
        return SignedHead.objects.create(seq=head.last_seq, at=at, line=line)


def _tree(last: int) -> tuple[int, str]:
    """The number of the first record after the head before this one, and the root over those from there to `last`."""
    before = SignedHead.objects.filter(seq__lt=last).values_list("seq", flat=True).first() or 0
    since = AuditRecord.objects.filter(seq__gt=max(before, last - MOST_LEAVES), seq__lte=last).order_by("seq")
    found = list(since.values_list("seq", "hash"))
    whole = bool(found) and found[-1][0] - found[0][0] + 1 == len(found)
    try:
        return (found[0][0], root([each for _, each in found])) if whole else (0, "")
    except ValueError:  # what stands there is no hash: verifying finds that, and the end is signed all the same
        return 0, ""
