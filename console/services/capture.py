"""Capturing what a real node or directory answers, so that the first contact with a site can become a test."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from console.domain import doctor, observe
from console.domain.checks import Refusal
from console.domain.errors import ChangeoverError
from console.domain.field import Field
from console.domain.ports import CommandResult
from console.domain.procedures import ProcedureStep
from console.domain.procedures.examine import ask_node
from console.domain.procedures.reading import read_level, read_setup
from console.domain.secrets import scrub
from console.domain.switch.reading import read_directory
from console.domain.topology import Cluster
from console.services.engine import secrets_of
from console.services.recording import RecordingSession

FORMAT = 1
WITHIN = 120.0
SHORTEST_MASKED = 3
"""A shorter name is often an ordinary word, such as the `cn` of a distinguished name."""
_RDN = r"((?:[^,\\]|\\.)+)"
TELLING = re.compile(
    rf"CN={_RDN},CN=Microsoft Exchange,CN=Services,|CN={_RDN},CN=Servers,|(?:^|,)OU={_RDN}(?=,)", re.IGNORECASE
)
"""The parts of a distinguished name that tell whose it is: organization, Exchange server, unit."""


_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_OCTETS = {1: (0, 10), 2: (10, 90), 3: (100, 100)}
"""By their length the first octet that a stand-in may have, and how many there are from it on."""
_FIRST = {1: "9", 2: "10", 3: "203"}


def capture_node(field: Field, name: str, steps: Iterable[ProcedureStep] = ()) -> dict[str, Any]:
    """Everything that observation, the proofs of set-up `steps` and the doctor ask of the node, with its answers.

    Only reads; no password of the cluster is in it. Raises `ReachError` when the node cannot be asked.
    """
    asked = observe.questions(field.cluster, field.cluster.node(name), field.generation, field.driver)
    answers = field.session(name).batch(asked, within=WITHIN)
    proofs = ask_node(steps, field, name).values()
    told = {"commands": _plain(answers), "proofs": _plain(proofs), "doctor": _plain(_doctor(field, name))}
    return _clean(_header(field, "node", name) | told, field)


def _doctor(field: Field, name: str) -> tuple[CommandResult, ...]:
    """What the doctor asks of the node; nothing where there is no set-up to look at."""
    if not field.driver.product.name_moves:
        return ()
    looking = doctor.Looking(field, name, doctor.setup_of(field))
    looking.first_round()
    looking.second_round(doctor.extensions([looking.facts]))
    view = looking.facts.view
    asked = field.driver.detail_questions(field.cluster, field.cluster.node(name), view) if view else ()
    return (*looking.answers, *(field.session(name).batch(asked, within=WITHIN) if asked else ()))


def _plain(answers: Iterable[CommandResult]) -> list[dict[str, Any]]:
    return [{"argv": list(a.argv), "exit_code": a.exit_code, "stdout": a.stdout, "stderr": a.stderr} for a in answers]


def capture_directory(field: Field) -> dict[str, Any]:
    """Every question that a switch and a set-up's proofs ask of the directory for the field's cluster, and the answers.

    Only reads; no password of the cluster is in it. A reading that breaks off is kept with its reason, for that is
    what is to be understood. Raises `ReachError` when the directory cannot be asked at all.
    """
    recording = RecordingSession(field.directory())
    failure = ""
    try:
        read_directory(recording, field.cluster, field.generation)
        read_level(recording)
        read_setup(recording, field.cluster)
    except Refusal as refusal:
        failure = " ".join(reason.text for reason in refusal.reasons) or refusal.headline
    except ChangeoverError as error:
        failure = error.message
    header = _header(field, "directory", field.cluster.directory.name)
    return _clean(header | {"calls": recording.calls, "failure": failure}, field)


def masked(bundle: dict[str, Any], cluster: Cluster) -> dict[str, Any]:
    """The bundle with what tells whose site it is replaced.

    That is the inventory's names and addresses, the names of the domain, of its controller, of the Exchange
    organization, of servers, units and mailboxes. Each becomes one of the same length, for the screens of cluster
    products are laid out in columns; only where it stands as a word, so that a server called EXCH leaves
    `msExchPatchMDB` alone.
    """
    names = sorted(_names(cluster) | _domain(bundle) | _people(bundle), key=lambda name: (-len(name), name))
    stand_ins = {name.casefold(): _stand_in(number, name) for number, name in enumerate(names)}
    # A question is kept as its repr, in which a backslash is doubled.
    stand_ins |= {name.replace("\\", "\\\\"): stand_in for name, stand_in in stand_ins.items()}
    texts = "|".join(re.escape(name) for name in sorted(stand_ins, key=len, reverse=True))
    pattern = re.compile(rf"(?<![^\W_])(?:{texts})(?![^\W_])", re.IGNORECASE)

    def replaced(text: str) -> str:
        return pattern.sub(lambda match: stand_ins[match.group().casefold()], text)

    changed: dict[str, Any] = _each_text(bundle, replaced)
    return changed


def _header(field: Field, kind: str, name: str) -> dict[str, Any]:
    cluster = field.cluster
    own = ("name", "driver", "generation", "group", "floating_ip", "partition", "primary_server", "standby_server")
    return {
        "format": FORMAT,
        "kind": kind,
        "name": name,
        "at": field.clock.now().isoformat(),
        "cluster": {
            **{key: getattr(cluster, key) for key in own},
            "primary": cluster.primary.name,
            "standby": cluster.standby.name,
            "spn_classes": list(cluster.spn_classes),
            "extra_services": list(cluster.extra_services),
            "windows": [node.windows for node in cluster.nodes],
            "product_folder": cluster.product_folder,
        },
    }


def _clean(bundle: dict[str, Any], field: Field) -> dict[str, Any]:
    secrets = secrets_of(field)
    cleaned: dict[str, Any] = _each_text(bundle, lambda text: scrub(text, secrets))
    return cleaned


def _names(cluster: Cluster) -> set[str]:
    """What in the inventory tells whose site it is."""
    directory = cluster.directory
    found = {cluster.name, cluster.floating_ip, cluster.primary_server, cluster.standby_server}
    found |= {directory.name, directory.host, directory.tls_name}
    accounts = [directory.credential.username, *(node.credential.username for node in cluster.nodes)]
    found |= {part for account in accounts for part in re.split(r"[\\@]", account)}
    found |= {text for node in cluster.nodes for text in (node.name, node.address, node.tls_name)}
    return _long_enough(found)


def _domain(bundle: dict[str, Any]) -> set[str]:
    """Each part of the domains' names, the controller's own name, and those of organization, servers and units."""
    found: set[str] = set()
    for call in bundle.get("calls", ()):
        if call["call"] == "controller":
            contexts = [*call["answer"]["domain_contexts"], *call["answer"]["other_domains"]]
            found |= {part.partition("=")[2] for context in contexts for part in context.split(",")}
            found.add(call["answer"]["dns_name"].partition(".")[0])
        elif call["call"] == "search":
            found |= {name for entry in call["answer"] for name in _telling(entry)}
    return _long_enough(found)


def _telling(entry: Mapping[str, Any]) -> Iterator[str]:
    """The telling parts of an entry's name and of its values that are names."""
    for text in (entry["dn"], *chain.from_iterable(entry["attributes"].values())):
        for match in TELLING.finditer(text):
            yield from filter(None, match.groups())


def _people(bundle: dict[str, Any]) -> set[str]:
    """The names of the mailboxes that the capture came across."""
    entries = [entry for call in bundle.get("calls", ()) if call["call"] == "search" for entry in call["answer"]]
    people = (entry["dn"].partition(",")[0].partition("=")[2] for entry in entries if "homemdb" in entry["attributes"])
    return _long_enough(people)


def _long_enough(names: Iterable[str]) -> set[str]:
    return {name for name in names if len(name) >= SHORTEST_MASKED}


def _stand_in(number: int, name: str) -> str:
    """A word of the name's length; for an IPv4 address another one, for what reads addresses wants addresses."""
    if not _ADDRESS.fullmatch(name):
        return f"n{number}".ljust(len(name), "x")
    octets = []
    for old in reversed(name.split(".")[1:]):
        first, many = _OCTETS[len(old)]
        number, more = divmod(number, many)
        octets.append(str(first + more))
    return ".".join([_FIRST[len(name.partition(".")[0])], *reversed(octets)])


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {str(key): _each_text(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_each_text(item, change) for item in value]
    return value
