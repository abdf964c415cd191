"""The verifier by itself: any byte of an export, the order of lines, what was removed with a record, and signatures."""

import hashlib
import json
import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from console.domain.verify_audit import (
    KIND,
    NOTHING_BEFORE,
    REMOVED,
    Anchor,
    Chain,
    Report,
    canonical,
    checker,
    digest,
    ed25519,
    key_id,
    read_anchors,
)

OLD = 4
"""Records of form 1, from before the chain."""


def export(count: int, old: int = 0, last: dict[str, object] | None = None) -> list[str]:
    """Lines as the console writes them; `last` is added to what the last one says."""
    lines = [canonical({"format": 1, "seq": seq, "reason": f"Gründe {seq}"}) for seq in range(1, old + 1)]
    previous = hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest() if old else NOTHING_BEFORE
    for seq in range(old + 1, count + 1):
        more = (last or {}) if seq == count else {}
        lines.append(canonical({"format": 2, "seq": seq, "previous": previous, "reason": f"Gründe {seq}", **more}))
        previous = digest(lines[-1])
    return lines


def anchor(lines: list[str], seq: int) -> Anchor:
    """An anchor of a record; its signature is nobody's."""
    return Anchor(seq, digest(lines[seq - 1]), "2008-07-18T09:30:00.000000Z", "", "")


def report(lines: list[str], *anchors: Anchor) -> Report:
    chain = Chain(anchors)
    for line in lines:
        chain.take(line)
    return chain.finish()


LINES = export(12)
AT_THE_END = anchor(LINES, 12)


@given(st.data())
def test_any_character_that_is_changed_is_found_at_its_record_or_at_the_link_to_it(data: st.DataObject) -> None:
    seq = data.draw(st.integers(1, 12))
    line = LINES[seq - 1]
    place = data.draw(st.integers(0, len(line) - 1))
    other = data.draw(st.characters(codec="utf-8", exclude_characters="\n").filter(lambda found: found != line[place]))
    falsified = [*LINES[: seq - 1], line[:place] + other + line[place + 1 :], *LINES[seq:]]

    first, *_ = report(falsified, AT_THE_END).findings

    # A number that was changed makes another record of it, which is there twice or stands after later ones.
    assert first.seq in {seq - 1, seq, number_in(falsified[seq - 1])} or (first.kind, first.seq) == ("replaced", 1)


def number_in(line: str) -> int | None:
    """The number of a record, if it is one still."""
    try:
        return int(json.loads(line)["seq"])
    except (ValueError, KeyError, TypeError):
        return None


@pytest.mark.parametrize("seq", range(1, 13))
@pytest.mark.parametrize("number", [-1, *range(14)])
def test_a_record_that_got_another_number_is_found(seq: int, number: int) -> None:
    falsified = [*LINES[: seq - 1], LINES[seq - 1].replace(f'"seq":{seq}', f'"seq":{number}'), *LINES[seq:]]

    found = report(falsified, AT_THE_END).findings

    assert bool(found) == (number != seq)
    assert all(one.seq >= 1 for one in found)
    twice = [one.text for one in found if "two records" in one.text]
    assert not twice or (number in range(1, 13) and twice == [f"There are two records {number}: one was inserted."])


@given(st.permutations(range(12)))
def test_any_other_order_is_found_at_the_first_record_out_of_place(order: list[int]) -> None:
    falsified = [LINES[index] for index in order]
    first = next((index + 1 for index, number in enumerate(order) if number != index), 0)

    found = report(falsified, AT_THE_END).findings

    assert bool(found) == bool(first)
    assert not found or found[0].seq <= first


@given(st.sets(st.integers(1, 12), min_size=1))
def test_any_records_that_are_missing_are_found_at_the_first_of_them(gone: set[int]) -> None:
    falsified = [line for seq, line in enumerate(LINES, 1) if seq not in gone]

    assert report(falsified, AT_THE_END).findings[0].seq == min(gone)


@pytest.mark.parametrize("seq", [1, 3, OLD])
def test_what_is_from_before_the_chain_is_held_by_its_digest(seq: int) -> None:
    lines = export(12, OLD)
    falsified = [*lines[: seq - 1], lines[seq - 1].replace("Gründe", "Grund"), *lines[seq:]]

    assert report(lines, anchor(lines, 12)).holds
    (found,) = report(falsified, anchor(lines, 12)).findings
    assert (found.kind, found.seq, f"1 to {OLD}" in found.text) == ("segment", 1, True)


def test_a_record_of_the_old_form_has_no_place_in_the_chain() -> None:
    lines = export(12)
    lines[6] = canonical({"format": 1, "seq": 7})

    assert ("inserted", 7) in {(found.kind, found.seq) for found in report(lines).findings}


def test_records_are_missing_at_the_start_unless_one_says_that_they_were_removed() -> None:
    removed = {"last": 5, "last_hash": digest(LINES[4])}
    lines = export(12, last={"action": REMOVED, "after": removed})
    other = export(12, last={"action": REMOVED, "after": {**removed, "last": 4}})

    assert report(lines[5:], anchor(lines, 12)).holds
    assert [(found.kind, found.seq) for found in report(other[5:]).findings] == [("removed", 1)]
    assert report(lines).holds  # with the archive before it


def test_what_is_no_record_is_found_and_those_after_it_are_looked_at() -> None:
    lines = [*LINES]
    lines[4], lines[8] = "no record", lines[8].replace('"seq"', '"req"')

    found = report(lines, AT_THE_END).findings

    assert [(each.kind, each.seq) for each in found] == [("changed", 5), ("changed", 9)]


def test_anchors_are_found_in_what_a_syslog_or_a_mail_put_around_them() -> None:
    line = canonical({"at": "2008", "hash": "ab", "key": "cd", "kind": KIND, "seq": 7, "signature": "ef"})
    text = ["From: somebody", f"<110>1 2008 siem changeover - - - {line}", '{"at": "no anchor"}', line + " trailing"]

    assert list(read_anchors(text)) == [Anchor(7, "ab", "2008", "cd", "ef")] * 2


# RFC 8032, section 7.1: secret key, public key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_ed25519_takes_the_vectors_of_the_rfc(public: str, message: str, signature: str) -> None:
    assert ed25519(bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature))


def test_ed25519_agrees_with_openssl_and_takes_nothing_that_was_changed() -> None:
    dice = random.Random(20)
    for _ in range(5):
        key, message = Ed25519PrivateKey.generate(), dice.randbytes(dice.randrange(200))
        public, signature = key.public_key().public_bytes_raw(), key.sign(message)
        assert ed25519(public, message, signature)
        place = dice.randrange(64)
        changed = bytes(byte ^ (index == place) for index, byte in enumerate(signature))
        assert not ed25519(public, message, changed)
        assert not ed25519(public, message + b"x", signature)
        assert not ed25519(Ed25519PrivateKey.generate().public_key().public_bytes_raw(), message, signature)


@pytest.mark.parametrize(
    ("public", "signature"),
    [(b"", b"\0" * 64), (b"\xff" * 32, b"\0" * 64), (b"\x01" + b"\0" * 31, b"\xff" * 64), (b"\x02" * 32, b"")],
)
def test_ed25519_takes_nothing_that_is_no_point_or_no_signature(public: bytes, signature: bytes) -> None:
    assert not ed25519(public, b"message", signature)


def test_the_key_of_an_anchor_is_looked_up_among_several() -> None:
    keys = [Ed25519PrivateKey.generate() for _ in range(2)]
    publics = [key.public_key().public_bytes_raw() for key in keys]
    bare = Anchor(7, "ab", "2008", key_id(publics[1]), "")
    signed = Anchor(7, "ab", "2008", bare.key, keys[1].sign(bare.message()).hex())

    assert checker(publics)(signed) is None
    assert checker(publics)(bare) == "its signature is wrong"
    assert json.loads(bare.message())["key"] == key_id(publics[1])
