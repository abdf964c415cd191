"""Asks one node, of which only an address and an account are known, what it is and what cluster it is part of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from console.domain.discovery.clusters import FoundCluster, Surveyor
from console.domain.discovery.facts import Fact, unknown
from console.domain.discovery.windows import COMPUTER, CONTROLLER, SYSTEM, Machine, read_machine
from console.domain.errors import ChangeoverError
from console.domain.functional_range import SERVICES
from console.domain.observe import HOSTNAME
from console.domain.ports import Argv, Clock, CommandResult, NodeSession
from console.domain.readings import read_blocks, read_hostname

WITHIN = 60.0
"""Seconds for one round of questions."""
COMMON: tuple[Argv, ...] = (HOSTNAME, SYSTEM, COMPUTER, CONTROLLER, SERVICES)


@dataclass(frozen=True)
class Surroundings:
    """What the console knows beforehand: the products, and the services of each generation of Exchange."""

    surveyors: Mapping[str, Surveyor]
    """By driver."""
    services: Mapping[str, Mapping[str, frozenset[str]]]
    """By generation and driver the services, casefolded, without which it is not that generation."""
    own: Mapping[str, frozenset[str]]
    """By generation the services that no other one has, of which at least one has to be there."""


@dataclass(frozen=True)
class SurveyedNode:
    """What one node told."""

    name: str
    machine: Machine
    cluster: FoundCluster | None = None
    generation: str = ""
    facts: tuple[Fact, ...] = field(default=(), repr=False)


def survey(session: NodeSession, surroundings: Surroundings, clock: Clock) -> SurveyedNode:
    """What the node behind `session` is; two rounds of read-only commands.

    Raises `ReachError` where it cannot be asked, and `Garbled` where it does not even tell its name.
    """
    asked = [*COMMON, *(argv for one in surroundings.surveyors.values() for argv in one.questions())]
    asked = list(dict.fromkeys(asked))
    started = clock.now()
    answers = dict(zip(asked, session.batch(asked, within=WITHIN), strict=True))
    middle = started + (clock.now() - started) / 2
    name = read_hostname(answers[HOSTNAME])
    machine, facts = read_machine(name, answers, middle)
    node = SurveyedNode(name, machine, facts=facts)
    return _with_exchange(_with_cluster(node, session, answers, surroundings), answers, surroundings)


def _with_cluster(
    node: SurveyedNode, session: NodeSession, answers: Mapping[Argv, CommandResult], surroundings: Surroundings
) -> SurveyedNode:
    silent: list[Fact] = []
    for surveyor in surroundings.surveyors.values():
        try:
            found = surveyor.found([answers[argv] for argv in surveyor.questions()])
            if found is not None:
                return replace(node, cluster=_completed(found, surveyor, session))
        except ChangeoverError as error:
            silent.append(unknown("Cluster", node.name, error.message, surveyor.title, error.remedy))
    titles = " nor ".join(one.title for one in surroundings.surveyors.values())
    remedy = "Name a node of a cluster; where the product is installed elsewhere, import its configuration file."
    none = unknown("Cluster", node.name, f"Neither {titles} answers on this machine.", "their commands", remedy)
    return replace(node, facts=(*node.facts, *(silent or [none])))


def _completed(found: FoundCluster, surveyor: Surveyor, session: NodeSession) -> FoundCluster:
    more = surveyor.more(found)
    return surveyor.completed(found, session.batch(more, within=WITHIN)) if more else found


def _with_exchange(
    node: SurveyedNode, answers: Mapping[Argv, CommandResult], surroundings: Surroundings
) -> SurveyedNode:
    """Which generation of Exchange is installed, by its services."""
    what, source = "Exchange", "wmic service"
    try:
        installed = {block.get("Name", "").casefold() for block in read_blocks(answers[SERVICES])}
    except ChangeoverError as error:
        fact = unknown(what, node.name, error.message, source, "Choose the generation below.")
        return replace(node, facts=(*node.facts, fact))
    fits = _generations(installed, node.cluster.driver if node.cluster else "", surroundings)
    if len(fits) != 1:
        why = f"The services are those of {' and of '.join(fits)}." if fits else "Its services are not all installed."
        fact = unknown(what, node.name, why, source, "Choose the generation below; look whether set-up is finished.")
        return replace(node, facts=(*node.facts, fact))
    fact = Fact(what, node.name, f"Exchange Server {fits[0]}", "its services are installed (wmic service)")
    return replace(node, generation=fits[0], facts=(*node.facts, fact))


def _generations(installed: set[str], driver: str, surroundings: Surroundings) -> Sequence[str]:
    """The generations whose services are all there; with an unknown product, under any of them."""
    fits = []
    for generation, by_driver in surroundings.services.items():
        sets = [by_driver[driver]] if driver in by_driver else list(by_driver.values())
        if surroundings.own[generation] & installed and any(needed <= installed for needed in sets):
            fits.append(generation)
    return fits
