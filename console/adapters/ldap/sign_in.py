"""What a domain controller's refusal of somebody's sign-in says about that account."""

import re

from console.adapters.ldap.errors import SIGN_IN
from console.domain.errors import AccessDenied

_CODE = re.compile(r"\bdata ([0-9a-fA-F]+)")


def code_of(error: AccessDenied) -> str:
    """The `data` code of a refused bind, in small letters; empty when the refusal is none of a person."""
    found = _CODE.search(error.message)
    code = found.group(1).casefold() if found else ""
    return code if code in SIGN_IN else ""
