"""Rounds of observation as fast as they go, in one process.

Run as a program: python -m tests.benchmarks.observing_round WHAT THREADS CLUSTERS. WHAT is `nodes` (both nodes of each
cluster, nothing kept) or `clusters` (all that an observation is). To each line that it is given it answers with the
round that it has made.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import django

django.setup()

from console.models import Cluster  # noqa: E402 - the models need the set-up above
from console.services import observing  # noqa: E402


def look_at_nodes(cluster: Cluster) -> bool:
    """Both nodes in one batch of commands each, read and understood; whether both answered."""
    with observing.open_kept(cluster) as field:
        observation = field.observe()
    return all(node.answered for node in observation.nodes.values())


def look_at_cluster(cluster: Cluster) -> bool:
    """All that an observation is, kept in the database; whether the nodes, the directory and the greetings are good."""
    return bool(observing.observe_taken(cluster.pk).status["tone"] == "good")


def main(what: str, threads: int, count: int) -> None:
    """Make a round of the first `count` clusters for each line of standard input."""
    look = {"nodes": look_at_nodes, "clusters": look_at_cluster}[what]
    clusters = list(Cluster.objects.select_related("site", "directory")[:count])
    observing.share()
    with ThreadPoolExecutor(threads) as pool:
        for _ in sys.stdin:
            before, began = _cost(), time.monotonic()
            good = sum(pool.map(look, clusters))
            told = {"took": time.monotonic() - began, "seconds": _cost() - before, "good": good}
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(json.dumps(told | {"mib": memory}), flush=True)  # noqa: T201 (that is what it is for)


def _cost() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
