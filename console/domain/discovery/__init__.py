"""Finding out what a cluster is from one of its nodes: product, nodes, group, Exchange, directory; only reads."""

from console.domain.discovery.clusters import FoundCluster, FoundGroup, FoundServer, Surveyor
from console.domain.discovery.directory import FoundExchange, look_at_directory
from console.domain.discovery.facts import Fact
from console.domain.discovery.nodes import WITHIN, Surroundings, SurveyedNode, survey
from console.domain.discovery.proposal import Given, Proposal, propose

__all__ = [
    "WITHIN",
    "Fact",
    "FoundCluster",
    "FoundExchange",
    "FoundGroup",
    "FoundServer",
    "Given",
    "Proposal",
    "Surroundings",
    "SurveyedNode",
    "Surveyor",
    "look_at_directory",
    "propose",
    "survey",
]
