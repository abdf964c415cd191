"""The signature is the one of "Standard Webhooks", and docs/notifications.md shows it right."""

import base64
import hashlib
import hmac
import json
import re
from pathlib import Path

import pytest

from console.domain.notifications.signing import headers, new_secret, signature
from console.domain.secrets import Secret

PAGE = (Path(__file__).parents[2] / "docs/notifications.md").read_text(encoding="utf-8")


def test_it_is_the_vector_of_the_standard() -> None:
    """The values that the specification itself gives as its example."""
    secret = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_vector_of_the_page_is_right() -> None:
    vector = json.loads(re.findall(r"```json\n(\{\"secret\".*?)\n```", PAGE, re.DOTALL)[0])
    made = headers(
        [Secret(vector["secret"])], vector["webhook-id"], vector["webhook-timestamp"], vector["body"].encode()
    )
    assert made["webhook-signature"] == vector["webhook-signature"]
    assert (made["webhook-id"], made["webhook-timestamp"]) == (vector["webhook-id"], str(vector["webhook-timestamp"]))


def test_the_receiver_of_the_page_takes_what_is_signed_and_nothing_else() -> None:
    source = re.findall(r"```python\n(.*?)\n```", PAGE, re.DOTALL)[0]
    theirs: dict[str, object] = {}
    exec(compile(source, "docs/notifications.md", "exec"), theirs)
    verify, secret, body, now = theirs["verify"], new_secret(), b'{"type":"test"}', 1_700_000_000
    made = headers([new_secret(), secret], "id-1", now, body)
    assert callable(verify)
    assert verify(made, body, secret.reveal(), now + 299)
    assert not verify(made, body, secret.reveal(), now + 301)
    assert not verify(made, body + b" ", secret.reveal(), now)
    assert not verify(made | {"webhook-id": "id-2"}, body, secret.reveal(), now)
    assert not verify(made | {"webhook-timestamp": str(now + 1)}, body, secret.reveal(), now)
    assert not verify(made, body, new_secret().reveal(), now)


def test_secrets_differ_and_have_256_bits() -> None:
    one, other = new_secret(), new_secret()
    assert one != other
    key = base64.b64decode(one.reveal().removeprefix("whsec_"))
    assert len(key) == 32
    expected = base64.b64encode(hmac.new(key, b"n.7.x", hashlib.sha256).digest()).decode()
    assert signature(one, "n", 7, b"x") == f"v1,{expected}"
    assert one.reveal() not in repr(one)


@pytest.mark.parametrize("text", ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_not base64"])
def test_what_is_no_secret_signs_nothing(text: str) -> None:
    with pytest.raises(ValueError, match="no secret"):
        signature(Secret(text), "n", 7, b"")
