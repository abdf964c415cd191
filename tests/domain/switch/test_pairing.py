"""Stores of two servers are paired by name, or the reason why not is told."""

import pytest

from console.domain.switch.pairing import bare_name, pair_stores
from tests.domain.switch.organization import server


def stores(*names: str, group: str = "First") -> tuple[tuple[str, str, bool], ...]:
    return tuple((group, name, name.startswith("Public")) for name in names)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (("Mail", "Public"), ("Mail", "Public")),
        (("Mailbox Store (EX1)", "Public (EX1)"), ("Mailbox Store (EX2)", "Public (EX2)")),
        (("Mailbox Store (EX1)",), ("Mailbox Store",)),
        (("mailbox  store",), ("Mailbox Store (ex2)",)),
    ],
)
def test_stores_pair_with_and_without_the_own_servers_name(left: tuple[str, ...], right: tuple[str, ...]) -> None:
    found = pair_stores(server("EX1", stores=stores(*left)), server("EX2", stores=stores(*right)))
    assert found.problems == ()
    assert sorted((a.name, b.name) for a, b in found.pairs) == sorted(zip(left, right, strict=True))


@pytest.mark.parametrize(
    ("left", "right", "reasons"),
    [
        (("Mail", "Extra"), ("Mail",), ["First/Extra of EX1 has no partner on EX2"]),
        (("Mail",), ("Mail", "Extra"), ["First/Extra of EX2 has no partner on EX1"]),
        (("Mail (EX2)",), ("Mail",), ["Mail of EX2 has no partner", "Mail (EX2) of EX1 has no partner"]),
        (("Mail", "Mail (EX1)"), ("Mail",), ["cannot be told apart"]),
    ],
)
def test_a_store_that_cannot_be_paired_is_named(
    left: tuple[str, ...], right: tuple[str, ...], reasons: list[str]
) -> None:
    found = pair_stores(server("EX1", stores=stores(*left)), server("EX2", stores=stores(*right)))
    assert len(found.problems) == len(reasons)
    for reason, wanted in zip(found.problems, reasons, strict=True):
        assert wanted in reason.text
        assert reason.remedy


def test_a_mailbox_store_never_pairs_with_a_public_one_or_across_groups() -> None:
    mail = server("EX1", stores=(("First", "Store", False),))
    assert pair_stores(mail, server("EX2", stores=(("First", "Store", True),))).pairs == ()
    assert pair_stores(mail, server("EX2", stores=(("Second", "Store", False),))).pairs == ()


def test_the_own_name_is_taken_off_at_the_end_only() -> None:
    assert bare_name("Mail (EX1)", "ex1") == "mail"
    assert bare_name("(EX1) Mail", "EX1") == "(ex1) mail"
    assert bare_name("Mail (EX10)", "EX1") == "mail (ex10)"
    assert bare_name("(EX1)", "EX1") == "(ex1)"
