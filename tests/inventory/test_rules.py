"""Every rule of the inventory: what it refuses, at which field, and what stays allowed."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.domain import inventory_names as names
from console.domain.inventory import ClusterSpec, Inventory, Path, Problem, ServerSpec, SiteSpec
from console.domain.inventory_rules import problems
from console.domain.quoting import cmd_line
from console.services.inventory import known as catalog_known
from tests.factories import cluster_spec, credential_spec, directory_spec, node_spec, node_spec_2007

FLOATING_NAME = "mail.example.com"


def resolve(name: str) -> set[str]:
    """The name server of these tests."""
    return {FLOATING_NAME: {"10.0.1.1"}, "mgmt1.example.com": {"10.9.0.1"}}.get(name, set())


def found(*clusters: ClusterSpec, **parts: Any) -> list[Problem]:
    """The problems of an inventory with these clusters."""
    given = {"sites": (SiteSpec("Tokyo"),), "credentials": (credential_spec(),), "directories": (directory_spec(),)}
    known = replace(catalog_known([]), resolve=resolve)
    return problems(Inventory(clusters=clusters, **given | parts), known)


def paths(*clusters: ClusterSpec, **parts: Any) -> set[Path]:
    return {problem.path for problem in found(*clusters, **parts)}


def with_node(index: int = 0, **fields: Any) -> ClusterSpec:
    """A right 2003 cluster, but for these fields of one node."""
    cluster = cluster_spec()
    nodes = list(cluster.nodes)
    nodes[index] = replace(nodes[index], **fields)
    return replace(cluster, nodes=tuple(nodes))


def exchange_2007(**fields: Any) -> ClusterSpec:
    """A right 2007 cluster, but for these fields of its primary."""
    nodes = (node_spec_2007("primary", 1, **fields), node_spec_2007("standby", 2))
    return cluster_spec(generation="2007", nodes=nodes)


def test_a_right_cluster_of_each_generation_has_no_problem() -> None:
    assert found(cluster_spec()) == []
    assert found(cluster_spec(generation="2007")) == []
    assert found(cluster_spec(), cluster_spec("MAIL2", 3)) == []


NODE = ("nodes", 0)

WRONG_CLUSTERS: list[tuple[ClusterSpec, Path]] = [
    (cluster_spec(name="MAIL/1"), ("name",)),
    (cluster_spec(name=""), ("name",)),
    (cluster_spec(name="x" * 64), ("name",)),
    (cluster_spec(driver="veritas"), ("driver",)),
    (cluster_spec(generation="2010"), ("generation",)),
    (cluster_spec(group='EX"&CHANGE'), ("group",)),
    (cluster_spec(group="G" * 32), ("group",)),
    (cluster_spec(membership_tolerance=-1), ("membership_tolerance",)),
    (cluster_spec(cooldown_seconds=-1), ("cooldown_seconds",)),
    (cluster_spec(product_folder=r"Program Files"), ("product_folder",)),
    (cluster_spec(product_folder=r"C:\100% & more"), ("product_folder",)),
    (cluster_spec(floating_ips=()), ("floating_ips",)),
    (cluster_spec(floating_ips=("10.0.1.1", "10.0.1.2")), ("floating_ips",)),
    (cluster_spec(floating_ips=("10.0.1.256",)), ("floating_ips", 0)),
    (cluster_spec(floating_ips=("224.0.0.1",)), ("floating_ips", 0)),
    (cluster_spec(floating_ips=("fe80::1",)), ("floating_ips", 0)),
    (cluster_spec(virtual_ips=("10.0.1.9",)), ("virtual_ips",)),
    (cluster_spec(partitions=()), ("partitions",)),
    (cluster_spec(partitions=("X:", "Y:")), ("partitions",)),
    (cluster_spec(partitions=("C:",)), ("partitions", 0)),
    (cluster_spec(partitions=("X",)), ("partitions", 0)),
    (cluster_spec(spn_classes=("HOST", "exchangeMDB")), ("spn_classes",)),
    (cluster_spec(spn_classes=("HOST", "exchangeMDB", "exchangeRFR", "host")), ("spn_classes",)),
    (cluster_spec(spn_classes=("HOST", "exchangeMDB", "exchangeRFR", "A/B")), ("spn_classes", 3)),
    (cluster_spec(greetings=()), ("greetings",)),
    (cluster_spec(greetings=("smtp:0",)), ("greetings", 0)),
    (cluster_spec(greetings=("smtp:65536",)), ("greetings", 0)),
    (cluster_spec(greetings=("smtp",)), ("greetings", 0)),
    (cluster_spec(greetings=("ftp:21",)), ("greetings", 0)),
    (cluster_spec(greetings=("smtp:25", "smtp:25")), ("greetings",)),
    (cluster_spec(extra_services=("IMAP4Svc & del",)), ("extra_services", 0)),
    (cluster_spec(extra_services=("MSExchangeIMAP4",)), ("extra_services", 0)),
    (cluster_spec(generation="2007", extra_services=("IMAP4Svc",)), ("extra_services", 0)),
    (cluster_spec(timing=(("move_group", 0.0),)), ("timing", "move_group")),
    (cluster_spec(timing=(("move_group", 86401.0),)), ("timing", "move_group")),
    (cluster_spec(timing=(("lunch", 60.0),)), ("timing", "lunch")),
    (cluster_spec(site="Osaka"), ("site",)),
    (cluster_spec(directory="other.com"), ("directory",)),
    (cluster_spec(nodes=(node_spec(),)), ("nodes",)),
    (cluster_spec(nodes=(node_spec(), node_spec("standby", 2), node_spec("standby", 3))), ("nodes",)),
    (cluster_spec(nodes=(node_spec("primary", 1), node_spec("primary", 2))), ("nodes",)),
    (with_node(role="witness"), (*NODE, "role")),
    (with_node(1, server=ServerSpec("server1", 2)), ("nodes",)),
]

WRONG_NODES: list[tuple[ClusterSpec, Path]] = [
    (with_node(name="SERVER1234567890"), (*NODE, "name")),
    (with_node(name="12345"), (*NODE, "name")),
    (with_node(name="SER VER"), (*NODE, "name")),
    (with_node(name="-SERVER"), (*NODE, "name")),
    (with_node(server=ServerSpec("SERVER 1", 2)), (*NODE, "server", "name")),
    (with_node(credential="nobody"), (*NODE, "credential")),
    (with_node(port=0), (*NODE, "port")),
    (with_node(port=65536), (*NODE, "port")),
    (with_node(scheme="ftp"), (*NODE, "scheme")),
    (with_node(auth="digest"), (*NODE, "auth")),
    (with_node(auth="basic"), (*NODE, "auth")),
    (with_node(codepage=0), (*NODE, "codepage")),
    (with_node(tls_name="no name"), (*NODE, "tls_name")),
    (with_node(service_pack=-1), (*NODE, "service_pack")),
    (with_node(edition="web"), (*NODE, "edition")),
    (with_node(architecture="ia64"), (*NODE, "architecture")),
    (with_node(windows="2012"), (*NODE, "windows")),
    (with_node(address="10.0.1.1"), (*NODE, "address")),
    (with_node(address=FLOATING_NAME), (*NODE, "address")),
    (with_node(address="server1"), (*NODE, "address")),
    (with_node(address="SERVER1.example.com"), (*NODE, "address")),
    (with_node(address="server2.example.com"), (*NODE, "address")),
    (with_node(address="10.0.0.300"), (*NODE, "address")),
    (with_node(address="mgmt 1"), (*NODE, "address")),
    (with_node(address="10.0.0.2"), (*NODE, "address")),
]

OPERATING_ENVIRONMENT: list[tuple[ClusterSpec, Path]] = [
    (with_node(windows="2008"), (*NODE, "windows")),
    (with_node(architecture="x64"), (*NODE, "architecture")),
    (with_node(server=ServerSpec("SERVER1", 1)), (*NODE, "server", "service_pack")),
    (exchange_2007(architecture="x86"), (*NODE, "architecture")),
    (exchange_2007(service_pack=0, server=ServerSpec("SERVER1", 0)), (*NODE, "service_pack")),
    (exchange_2007(service_pack=1, server=ServerSpec("SERVER1", 1)), (*NODE, "service_pack")),
    (exchange_2007(windows="2008", server=ServerSpec("SERVER1", 0)), (*NODE, "server", "service_pack")),
]


@pytest.mark.parametrize(("cluster", "path"), WRONG_CLUSTERS + WRONG_NODES)
def test_a_wrong_field_is_refused_at_that_field_with_a_remedy(cluster: ClusterSpec, path: Path) -> None:
    wrong = [problem for problem in found(cluster) if problem.path == path]

    assert wrong
    assert all(problem.message.endswith(".") and problem.remedy.endswith(".") for problem in wrong)


@pytest.mark.parametrize(("cluster", "path"), OPERATING_ENVIRONMENT)
def test_a_system_that_exchange_does_not_run_on_is_refused_with_its_source(cluster: ClusterSpec, path: Path) -> None:
    (problem,) = found(cluster)

    assert problem.path == path
    assert "ExpressCluster PP Guide, chapter" in problem.source


@pytest.mark.parametrize(
    "cluster",
    [
        exchange_2007(service_pack=1, server=ServerSpec("SERVER1", 0)),
        exchange_2007(windows="2008", service_pack=0, server=ServerSpec("SERVER1", 1)),
        exchange_2007(windows="2008", service_pack=2, edition="enterprise", server=ServerSpec("SERVER1", 3)),
        with_node(edition="enterprise"),
        with_node(service_pack=0),
        with_node(address="mgmt1.example.com"),
        with_node(address="no-such-name.example.com"),
        with_node(address="2001:db8::1"),
        with_node(auth="basic", allow_clear_text=True),
        with_node(auth="basic", scheme="https", port=5986),
        with_node(name="SERVER_1"),
        cluster_spec(extra_services=("imap4svc",)),
        cluster_spec(greetings=("smtp:25", "pop3:110", "imap:143", "http:80")),
        cluster_spec(nodes=(node_spec("standby", 2), node_spec("primary", 1))),
        cluster_spec(timing=(("move_group", 0.5), ("start_service", 86400.0))),
    ],
)
def test_what_the_guide_allows_is_taken(cluster: ClusterSpec) -> None:
    assert found(cluster) == []


SHARED: list[tuple[ClusterSpec, set[Path]]] = [
    (cluster_spec("MAIL2", 3, floating_ips=("10.0.1.1",)), {("floating_ips", 0)}),
    (
        cluster_spec("MAIL2", 3, nodes=(node_spec("primary", 3, name="server1"), node_spec("standby", 4))),
        {("nodes", 0, "name")},
    ),
    (
        cluster_spec("MAIL2", 3, nodes=(node_spec("primary", 3), node_spec("standby", 4, address="10.0.0.1"))),
        {("nodes", 1, "address"), ("nodes", 0, "address")},
    ),
    (
        cluster_spec(
            "MAIL2", 3, nodes=(node_spec("primary", 3, server=ServerSpec("SERVER1", 2)), node_spec("standby", 4))
        ),
        {("nodes", 0, "server", "name")},
    ),
]


@pytest.mark.parametrize(("second", "expected"), SHARED)
def test_two_clusters_share_no_node_address_server_or_floating_ip(second: ClusterSpec, expected: set[Path]) -> None:
    assert paths(cluster_spec(), second) == expected
    assert {problem.subject for problem in found(cluster_spec(), second)} == {"MAIL1", "MAIL2"}


def test_the_same_address_at_another_port_is_another_node() -> None:
    nodes = (node_spec("primary", 3, address="10.0.0.1", port=15985), node_spec("standby", 4))

    assert found(cluster_spec(), cluster_spec("MAIL2", 3, nodes=nodes)) == []


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"source": "env", "reference": "not a variable"}, ("reference",)),
        ({"source": "file", "reference": "relative/path"}, ("reference",)),
        ({"source": "vault", "reference": "not a reference"}, ("reference",)),
        ({"source": "keyring", "reference": "x"}, ("source",)),
        ({"username": ""}, ("username",)),
        ({"username": " padded "}, ("username",)),
    ],
)
def test_a_wrong_credential_is_refused_without_repeating_what_may_be_a_password(
    fields: dict[str, str], path: Path
) -> None:
    wrong = found(credentials=(credential_spec(**fields),))

    assert [problem.path for problem in wrong if problem.kind == "credential"] == [path]
    assert "not a variable" not in str(wrong)
    assert "relative/path" not in str(wrong)
    assert "not a reference" not in str(wrong)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"host": "dc 1"}, ("host",)),
        ({"port": 0}, ("port",)),
        ({"security": "tls"}, ("security",)),
        ({"security": "clear"}, ("security",)),
        ({"tls_name": "-"}, ("tls_name",)),
        ({"target_controller": "dc2.example.com"}, ("target_controller",)),
        ({"target_controller": "dc2.example.com:0"}, ("target_controller",)),
        ({"target_controller": ":636"}, ("target_controller",)),
        ({"target_tls_name": "-"}, ("target_tls_name",)),
        ({"credential": "nobody"}, ("credential",)),
    ],
)
def test_a_wrong_directory_is_refused(fields: dict[str, Any], path: Path) -> None:
    assert paths(directories=(directory_spec(**fields),)) == {path}


def test_a_directory_in_clear_text_needs_to_be_allowed() -> None:
    assert found(directories=(directory_spec(security="clear", port=389, allow_clear_text=True),)) == []


@given(st.text(max_size=300))
def test_a_group_that_passes_stays_one_argument_and_no_option(text: str) -> None:
    if names.group(text) is None:
        trailing = text[len(text.rstrip("\\")) :]  # which would hide the quote that follows
        assert cmd_line(("cluster", "group", text)) in (f"cluster group {text}", f'cluster group "{text}{trailing}"')
        assert not text.startswith(("/", "-"))
        assert '"' not in text


@given(st.text(max_size=20))
def test_no_name_that_passes_can_break_out_of_a_command_or_an_address(text: str) -> None:
    checks = (names.title, names.computer_name, names.host, names.service, names.drive, names.spn_class)
    for check in checks:
        if check(text) is None:
            assert text
            assert not set(text) & set("\"'%!&|<>^()/\\\r\n\t\0;*?")


@given(st.text(max_size=40))
def test_no_folder_that_passes_can_break_out_of_its_quotes(text: str) -> None:
    folder = "C:\\" + text
    if names.windows_folder(folder) is None:
        assert not set(folder) & set('"%!<>|?*\r\n\0')
