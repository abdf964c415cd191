"""A cluster read from `clp.conf`: what the file tells, in which encodings, and everything that is refused."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain.discovery import FoundGroup, FoundServer
from console.domain.errors import Garbled
from console.drivers import read_configuration
from console.lab import presets
from console.lab.files import configuration
from console.lab.world import World

LARGE = "<root>" + "x" * 4_000_001 + "</root>"


def file_of(**fields: str) -> bytes:
    """The lab's file of the cluster whose group runs a script."""
    (cluster,) = World(presets.fast_definition(replace(presets.nagoya(base="127.0.13"), **fields))).clusters
    return configuration(cluster).encode("ascii")


def test_servers_group_address_and_partition_come_out_of_the_file() -> None:
    found = read_configuration(file_of(), "clp.conf")
    assert found.servers == (FoundServer("NGO-EX1", ("127.0.13.1",)), FoundServer("NGO-EX2", ("127.0.13.2",)))
    resources = ("fip@fip1", "sd@sd1", "script@script1")
    assert found.groups == (
        FoundGroup("EXCHANGE", resources, ("127.0.13.10",), ("X:",), servers=("NGO-EX1", "NGO-EX2")),
    )
    assert (found.name, found.source) == ("Nagoya", "clp.conf")


def test_priority_orders_the_servers_and_the_policy_the_group() -> None:
    swapped = file_of().replace(b"<priority>0<", b"<priority>9<")
    swapped = swapped.replace(b"<order>0<", b"<order>7<")
    found = read_configuration(swapped, "clp.conf")
    assert [server.name for server in found.servers] == ["NGO-EX2", "NGO-EX1"]
    assert found.groups[0].servers == ("NGO-EX2", "NGO-EX1")


@pytest.mark.parametrize(
    ("declared", "codec"), [("Shift_JIS", "cp932"), ("EUC-JP", "euc_jp"), ("UTF-8", "utf-8"), ("SJIS", "cp932")]
)
def test_names_are_read_in_the_encoding_that_the_file_names(declared: str, codec: str) -> None:
    text = file_of().decode("ascii").replace("EXCHANGE", "メール").replace('"ASCII"', f'"{declared}"')
    assert read_configuration(text.encode(codec), "clp.conf").groups[0].name == "メール"


def test_a_file_that_calls_itself_ascii_may_hold_what_its_own_setting_says() -> None:
    text = file_of().decode("ascii").replace("EXCHANGE", "メール")
    assert b"<encode>SJIS</encode>" in file_of()
    assert read_configuration(text.encode("cp932"), "clp.conf").groups[0].name == "メール"


def test_what_looks_like_two_addresses_or_drives_is_told_as_both_and_a_mask_as_none() -> None:
    more = b"<mask>255.255.255.0</mask><ip>10.9.9.9</ip>"
    found = read_configuration(file_of().replace(b"<ip>", more + b"<ip>", 1), "clp.conf")
    assert found.groups[0].addresses == ("10.9.9.9", "127.0.13.10")
    found = read_configuration(file_of().replace(b"<volumemountpoint>X:", b"<other>w:\\</other><v>X:", 1).replace(
        b"</volumemountpoint>", b"</v>"), "clp.conf")  # fmt: skip
    assert found.groups[0].drives == ("W:", "X:")


ENTITY = b'<?xml version="1.0"?><!DOCTYPE root [<!ENTITY a "aaaa">]><root><server name="A"/>&a;</root>'
REFUSED = [
    (ENTITY, "document type"),
    (b'<!DOCTYPE root SYSTEM "file:///etc/passwd"><root/>', "document type"),
    (b"", "not readable as XML"),
    (b"\0\0\0", "not readable as XML"),
    (b"<root>", "not readable as XML"),
    (b"<root></root>", "names no server"),
    (b"<configuration><server name='A'/></configuration>", "not laid out"),
    (b"<root>" + b"<a>" * 60 + b"</a>" * 60 + b"</root>", "not laid out"),
    (b'<?xml version="1.0" encoding="UTF-7"?><root/>', "written in UTF-7"),
    (b'<?xml version="1.0" encoding="UTF-8"?><root>\xff\xfe</root>', "does not have"),
    (LARGE.encode(), "more than a configuration has"),
    (file_of().replace(b"<serveros>windows", b"<serveros>linux"), "servers run linux"),
]


@pytest.mark.parametrize(("data", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_is_no_configuration_of_a_windows_cluster_is_refused_with_what_to_do(data: bytes, said: str) -> None:
    with pytest.raises(Garbled, match=said) as refused:
        read_configuration(data, "clp.conf")
    assert refused.value.remedy


@given(st.binary(max_size=400) | st.text(max_size=300).map(str.encode))
def test_nothing_else_than_our_own_errors_comes_of_any_file(data: bytes) -> None:
    with suppress(Garbled):
        found = read_configuration(b'<root><server name="A">' + data + b"</server></root>", "clp.conf")
        assert found.servers[0].name == "A"
