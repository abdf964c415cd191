"""What is masked in a bundle: what tells whose site it is, as whole words, and so that the bundle still reads."""

from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

from console.domain.filters import Equal
from console.domain.topology import Cluster
from console.services.capture import masked
from tests.recordings import replay

ORGANIZATION = r"Sales\, Asia (EXCH)"
DOMAIN = "DC=corp,DC=example"
CONFIGURATION = f"CN=Configuration,{DOMAIN}"
EXCHANGE = f"CN=Microsoft Exchange,CN=Services,{CONFIGURATION}"
SERVER = f"CN=EXCH,CN=Servers,CN=First Administrative Group,CN=Administrative Groups,CN={ORGANIZATION},{EXCHANGE}"
PERSON = f"CN=Emi Bauer,OU=Head Office,{DOMAIN}"


def bundle_of(*calls: dict[str, Any]) -> dict[str, Any]:
    """A bundle as `capture` makes it, of a controller and these calls."""
    raw = replay.read(replay.bundles("directory")[0])
    controller = {"domain_contexts": [DOMAIN], "other_domains": [], "dns_name": "dc7.corp.example"}
    own = {"primary": "EXCH", "standby": "SPARE", "primary_server": "EXCH", "standby_server": "SPARE"}
    start = {"call": "controller", "question": {}, "answer": controller}
    return {**raw, "name": "corp", "cluster": {**raw["cluster"], **own}, "calls": [start, *calls]}


def search(base: str, what: Equal, *entries: dict[str, Any]) -> dict[str, Any]:
    """A search that was captured."""
    question = {"base": base, "filter": repr(what), "attributes": ["cn"], "subtree": True}
    return {"call": "search", "question": question, "answer": list(entries)}


def entry(dn: str, **attributes: list[str]) -> dict[str, Any]:
    """An object that was found."""
    return {"dn": dn, "guid": "0", "attributes": attributes}


def cluster_for(bundle: dict[str, Any]) -> Cluster:
    """The inventory's cluster, with accounts whose names tell something."""
    made = replay.cluster_of(bundle)
    credential = replace(made.directory.credential, username="reader@corp.example")
    return replace(made, directory=replace(made.directory, credential=credential))


def test_organization_servers_units_people_and_domain_are_replaced_by_names_of_their_length() -> None:
    bundle = bundle_of(search(DOMAIN, Equal("homeMDB", SERVER), entry(PERSON, homemdb=[SERVER])))
    shown = masked(bundle, cluster_for(bundle))
    (found,) = shown["calls"][1]["answer"]
    assert len(found["dn"]) == len(PERSON)
    for told in ("corp", "example", "Emi", "Head Office", "Asia", "CN=EXCH", "dc7", "reader"):
        assert told not in str(shown), told


def test_a_question_still_finds_its_answer_though_the_organizations_name_is_escaped() -> None:
    bundle = bundle_of(search(DOMAIN, Equal("homeMDB", SERVER), entry(PERSON, homemdb=[SERVER])))
    shown = masked(bundle, cluster_for(bundle))
    (found,) = shown["calls"][1]["answer"]
    (home,) = found["attributes"]["homemdb"]
    base = shown["calls"][1]["question"]["base"]
    again = replay.directory_session(shown).search(base, Equal("homeMDB", home), ["cn"])
    assert [one.dn for one in again] == [found["dn"]]


def test_words_that_only_contain_a_name_stay() -> None:
    flag = entry(SERVER, msexchpatchmdb=["TRUE"], objectclass=["msExchExchangeServer", "EXCHANGE"])
    bundle = bundle_of(search(CONFIGURATION, Equal("objectClass", "msExchExchangeServer"), flag))
    (found,) = masked(bundle, cluster_for(bundle))["calls"][1]["answer"]
    assert found["attributes"] == flag["attributes"]
    assert "CN=EXCH," not in found["dn"]


def test_addresses_become_other_addresses_of_their_length_so_that_what_reads_them_still_can() -> None:
    own = ("10.1.2.30", "10.1.2.3", "192.168.140.100")
    made = cluster_for(bundle_of())
    nodes = {role: replace(getattr(made, role), address=at) for role, at in (("primary", own[1]), ("standby", own[2]))}
    shown = masked({"text": " ".join(own)}, replace(made, floating_ip=own[0], **nodes))["text"].split()
    assert len({str(IPv4Address(one)) for one in shown}) == len(own)
    assert [len(one) for one in shown] == [len(one) for one in own]
    assert not {*shown} & {*own}
