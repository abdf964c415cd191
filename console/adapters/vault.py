"""HashiCorp Vault's KV secrets engine, version 2, over HTTPS: one field of one secret is read, nothing else.

After the published HTTP API (KV v2, "Read secret version": GET /v1/MOUNT/data/PATH; header X-Vault-Token). It was
written against a server of our own that answers so, and never tried against a real Vault.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import quote

from console.adapters.outbound import Reply
from console.domain.errors import ChangeoverError, ProtocolFault
from console.domain.inventory_names import vault_reference
from console.domain.secrets import Secret

WITHIN = 10.0
"""Seconds for the whole answer."""
SHOWN = 200
"""How many characters of the vault's own words are passed on."""
REMEDIES: Mapping[int, str] = {
    400: "Compare the reference with what the vault's administrator says.",
    403: "Renew the console's token, or let its policy read this path.",
    404: "Correct the reference (MOUNT/PATH#FIELD); the mount has to be of KV version 2.",
    429: "Wait a little; the vault limits how often it is asked.",
    503: "The vault is sealed, or under maintenance: ask its administrator.",
}
"""What to do about each status of the API."""


class VaultSaysNo(ChangeoverError):
    """The vault was reached, or is not even named, and does not give the secret."""

    remedy = "Ask the vault's administrator."


class Sends(Protocol):
    """The console's one way out."""

    def send(
        self, url: str, body: bytes | None = ..., *, method: str, headers: Mapping[str, str], ca: str, within: float
    ) -> Reply:
        """What the address answers."""


class Vault:
    """One vault at `url` (https), asked with `token`; `namespace` as Vault Enterprise has them, `ca` as PEM or path."""

    def __init__(self, out: Sends, url: str, token: Secret, *, namespace: str = "", ca: str = "") -> None:
        self._out = out
        self._url = url.rstrip("/")
        self._token = token
        self._namespace = namespace
        self._ca = ca

    def read(self, reference: str) -> Secret:
        """The field that `MOUNT/PATH#FIELD` names, in the secret's newest version.

        Raises `VaultSaysNo`, and `ReachError` when the vault cannot be reached.
        """
        if (complaint := vault_reference(reference)) is not None:
            raise VaultSaysNo(complaint[0], remedy=complaint[1])
        path, _, field = reference.partition("#")
        mount, _, rest = path.partition("/")
        url = f"{self._url}/v1/{quote(mount)}/data/{quote(rest)}"
        reply = self._out.send(url, method="GET", headers=self._headers(), ca=self._ca, within=WITHIN)
        return _field(reply, field)

    def _headers(self) -> dict[str, str]:
        token = self._token.reveal()
        if not re.fullmatch(r"[\x21-\x7e]+", token):
            raise VaultSaysNo("The console's token for it is empty or malformed.", remedy=REMEDIES[403])
        headers = {"X-Vault-Token": token, "X-Vault-Request": "true", "Accept": "application/json"}
        return headers | ({"X-Vault-Namespace": self._namespace} if self._namespace else {})


def _field(reply: Reply, field: str) -> Secret:
    """The field's text; no error repeats what the vault sent as a secret."""
    body = _read(reply)
    secret = (body.get("data") or {}).get("data")
    if reply.status == 404 and isinstance(body.get("data"), dict):
        raise VaultSaysNo("The newest version of that secret was deleted.", remedy="Have a new version written.")
    if reply.status != 200:
        said = "; ".join(str(one) for one in body.get("errors") or ())[:SHOWN]
        text = f"The vault answers {reply.status}" + (f": {said}." if said else ".")
        error = ProtocolFault if reply.status >= 500 else VaultSaysNo
        raise error(text, remedy=REMEDIES.get(reply.status, VaultSaysNo.remedy))
    if not isinstance(secret, dict) or not isinstance(secret.get(field), str):
        raise VaultSaysNo(f"That secret has no field {field} that is a text.", remedy=REMEDIES[404])
    return Secret(secret[field])


def _read(reply: Reply) -> dict[str, Any]:
    try:
        body = json.loads(reply.body or b"{}")
        if isinstance(body, dict) and isinstance(body.get("data") or {}, dict):
            return body
    except ValueError:
        body = None
    if reply.status != 200:
        return {}
    raise ProtocolFault(
        "What answers there is no vault: its answer is not the JSON of Vault's API.",
        remedy="Check CHANGEOVER_VAULT_URL; it is the address without /v1.",
    )
