"""The console's signature under the end of its audit."""

import json

from django.db import transaction

from console.domain.verify_audit import Anchor, canonical, key_id
from console.models import AuditHead, SignedHead
from console.services.audit import timestamp
from console.services.audit_keys import private_key, public_key
from console.services.clock import database_now


def sign_head() -> SignedHead | None:
    """Sign the end of the audit and keep that; None when there is nothing new. Raises `NoKey`."""
    key = private_key()
    with transaction.atomic():
        head = AuditHead.objects.select_for_update().filter(pk=1).first()
        if head is None or not head.last_seq or SignedHead.objects.filter(seq=head.last_seq).exists():
            return None
        at = database_now()
        anchor = Anchor(head.last_seq, head.last_hash, timestamp(at), key_id(public_key()), "")
        signature = key.sign(anchor.message()).hex()
        line = canonical({**json.loads(anchor.message()), "signature": signature})
        return SignedHead.objects.create(seq=head.last_seq, at=at, line=line)
