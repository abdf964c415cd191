"""What a reading finds, what it leaves out, and what it says about it."""

import pytest

from console.adapters.ldap import LdapDirectories
from console.catalog.loader import generation
from console.domain.checks import Refusal
from console.domain.switch.reading import read_directory
from console.lab.directory import Cluster, Forest, Server
from console.lab.directory.traps import TRAPS
from tests.adapters.ldap.site import cluster_of, directory_of, switch, view_of
from tests.directory.backends import Backend, lab_backend
from tests.directory.conftest import Start
from tests.directory.snapshot import difference, snapshot


def notices(backend: Backend, directories: LdapDirectories) -> str:
    cluster = cluster_of(backend)
    with directories.open(cluster.directory) as session:
        return " ".join(view_of(session, cluster).notices)


def test_every_store_is_read_but_those_of_recovery_groups(backend: Backend, directories: LdapDirectories) -> None:
    cluster = cluster_of(backend)
    before = snapshot(backend.connect("administrator"))
    with directories.open(cluster.directory) as session:
        view = view_of(session, cluster)
        switch(session, cluster, "EXCHB")
    labels = ["first storage group/mailbox store", "first storage group/public folder store"]
    labels.append("second storage group/executive store")
    for server in (view.primary, view.standby):
        assert [store.label for store in server.stores] == labels
        assert [store.public for store in server.stores] == [False, True, False]
        assert all(not store.overwritable for store in server.stores)
    recovery = {dn for dn in before if "Recovery Storage Group" in dn}
    assert len(recovery) >= 2
    assert not recovery & {dn for dn, _ in difference(before, snapshot(backend.connect("administrator")))}


def test_the_names_that_may_move_are_looked_up_one_by_one(backend: Backend, directories: LdapDirectories) -> None:
    cluster = cluster_of(backend)
    with directories.open(cluster.directory) as session:
        view = view_of(session, cluster)
    hosts = ("excha.example.test", "EXCHA")
    assert view.mandatory_spns == tuple(f"{c}/{h}" for c in ("HOST", "exchangeMDB", "exchangeRFR") for h in hosts)
    assert view.optional_spns == tuple(f"{c}/{h}" for c in ("SMTPSVC", "SMTP") for h in hosts)
    assert set(view.spn_holders) == {name.casefold() for name in (*view.mandatory_spns, *view.optional_spns)}
    assert set(view.spn_holders.values()) == {(view.primary_computer.dn,)}


def test_computers_are_found_wherever_they_lie(backend: Backend, directories: LdapDirectories) -> None:
    cluster = cluster_of(backend, 1)
    with directories.open(cluster.directory) as session:
        view = view_of(session, cluster)
    assert view.primary_computer.dn == "CN=EXCH07A,OU=Mail Servers,DC=example,DC=test"


@pytest.mark.parametrize(
    ("trap", "said"),
    [
        ("no-public-store", "EXCHA has no public folder store"),
        ("no-update-service", "no object of the class msExchAddressListService"),
        ("no-address-list", "no object of the class msExchOAB"),
    ],
)
def test_what_is_absent_is_skipped_and_said(start: Start, directories: LdapDirectories, trap: str, said: str) -> None:
    assert said in notices(start(TRAPS[trap]), directories)


def test_what_names_another_server_is_left_alone_and_said(directories: LdapDirectories) -> None:
    forest = Forest(clusters=(Cluster("one", "2003", "EXCHA", "EXCHB"), Cluster("two", "2003", "MAILA", "MAILB")))
    with lab_backend(forest) as backend:
        cluster = cluster_of(backend, 1)
        with directories.open(cluster.directory) as session:
            view = view_of(session, cluster)
    assert view.pointers == ()
    assert "msExchRoutingMasterDN names another server and is left alone: First Routing Group (EXCHA)." in view.notices
    assert len([notice for notice in view.notices if "(EXCHA)" in notice]) == 3


def test_two_objects_of_one_name_are_refused_rather_than_guessed(directories: LdapDirectories) -> None:
    forest = Forest(
        clusters=(Cluster("mail", "2003", "EXCHA", "EXCHB"),), servers=(Server("EXCHA", "2007", computers="OU=Old"),)
    )
    with lab_backend(forest) as backend:
        cluster = cluster_of(backend)
        with directories.open(cluster.directory) as session, pytest.raises(Refusal) as refused:
            view_of(session, cluster)
    texts = [reason.text for reason in refused.value.reasons]
    assert len(texts) == 2
    assert "2 Exchange server objects called EXCHA" in texts[0]
    assert "2 computer accounts for the node EXCHA" in texts[1]


def test_a_connection_that_is_weaker_than_it_should_be_is_said(directories: LdapDirectories) -> None:
    with lab_backend(Forest(clusters=(Cluster("mail", "2003", "EXCHA", "EXCHB"),), clear_text=True)) as backend:
        cluster = cluster_of(backend)
        weak = {
            "without encryption": {"security": "clear", "port": backend.address.port, "allow_clear_text": True},
            "older than 1.2": {"allow_old_tls": True},
        }
        for said, changes in weak.items():
            with directories.open(directory_of(backend, **changes)) as session:  # type: ignore[arg-type]
                view = read_directory(session, cluster, generation("2003"))
            assert said in view.notices[0]
        assert "encryption" not in notices(backend, directories)
