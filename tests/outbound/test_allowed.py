"""Where the console may send: what the list names, and never this machine or its neighbours on the link."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.outbound import AllowList, OutboundRefused, Unreadable, never

PRIVATE = "10.20.0.9"
HERE = [
    *("127.0.0.1", "127.255.0.1", "0.0.0.0", "0.1.2.3", "::1", "::", "169.254.169.254", "fe80::1"),
    *("::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1", "2001:0:7f00:1::1"),
    *("224.0.0.1", "ff02::1", "255.255.255.255", "240.0.0.1"),
]
EVERYTHING = AllowList.read(["0.0.0.0/0", "::/0", "siem.example.com"])


@pytest.mark.parametrize("address", HERE)
def test_nothing_goes_to_this_machine_or_its_link_whatever_is_named(address: str) -> None:
    for host in (address, "siem.example.com"):
        with pytest.raises(OutboundRefused, match="ever sent"):
            EVERYTHING.chosen(host, 443, [address])


@pytest.mark.parametrize(
    ("list_", "host", "port", "address", "allowed"),
    [
        ([], "siem.example.com", 443, "9.9.9.9", False),
        (["siem.example.com"], "siem.example.com", 443, "9.9.9.9", True),
        (["siem.example.com"], "SIEM.example.com.", 443, "9.9.9.9", True),
        (["siem.example.com"], "siem.example.com.evil.example", 443, "9.9.9.9", False),
        (["siem.example.com"], "x.siem.example.com", 443, "9.9.9.9", False),
        (["siem.example.com:6514"], "siem.example.com", 6514, "9.9.9.9", True),
        (["siem.example.com:6514"], "siem.example.com", 443, "9.9.9.9", False),
        (["siem.example.com"], "siem.example.com", 443, PRIVATE, False),
        (["siem.example.com", "10.20.0.0/16"], "siem.example.com", 443, PRIVATE, True),
        (["siem.example.com", "10.21.0.0/16"], "siem.example.com", 443, PRIVATE, False),
        (["siem.example.com"], "siem.example.com", 443, "100.64.0.1", False),
        (["siem.example.com"], "siem.example.com", 443, "fd00::1", False),
        (["10.20.0.0/16"], "siem.example.com", 443, PRIVATE, False),
        (["10.20.0.0/16"], PRIVATE, 443, PRIVATE, True),
        (["10.20.0.9:514"], PRIVATE, 514, PRIVATE, True),
        (["10.20.0.9:514"], PRIVATE, 515, PRIVATE, False),
        (["9.9.9.9"], "9.9.9.9", 1, "9.9.9.9", True),
        (["[2620:fe::9]:443"], "2620:fe::9", 443, "2620:fe::9", True),
        (["[2620:fe::9]:443"], "2620:fe::9", 80, "2620:fe::9", False),
    ],
)
def test_only_what_is_named_is_allowed(list_: list[str], host: str, port: int, address: str, allowed: bool) -> None:
    reason = AllowList.read(list_).why_not(host, port, ip_address(address))
    assert (reason is None) == allowed
    assert reason is None or host in reason


def test_of_several_addresses_those_that_may_be_used_are_left() -> None:
    assert EVERYTHING.chosen("siem.example.com", 443, ["127.0.0.1", "9.9.9.9", "::1"]) == ["9.9.9.9"]


def test_a_name_without_an_address_is_refused() -> None:
    with pytest.raises(OutboundRefused, match="no address") as caught:
        EVERYTHING.chosen("siem.example.com", 443, [])
    assert "CHANGEOVER_OUTBOUND" in caught.value.remedy


@pytest.mark.parametrize(
    "text", ["", "*", "*.example.com", "a b", "host:0", "host:65536", "https://host/", "10.0.0.1/8"]
)
def test_an_entry_that_is_no_host_and_no_network_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        AllowList.read([text])


@given(st.ip_addresses())
def test_an_address_that_leads_home_is_never_used_in_any_way_of_writing(address) -> None:  # type: ignore[no-untyped-def]
    mapped = getattr(address, "ipv4_mapped", None)
    if address.is_loopback or address.is_link_local or (mapped and (mapped.is_loopback or mapped.is_link_local)):
        assert never(address)
    if address.version == 4 and never(address):
        assert never(ip_address(f"::ffff:{address}"))
