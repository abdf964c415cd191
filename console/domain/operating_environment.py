"""Which Windows goes with which Exchange: the guide's sections *Operating Environment*, as rules.

Service packs are numbers, 0 for none. `node.server.service_pack` is Exchange's, `node.service_pack` Windows'.
"""

from collections.abc import Iterator
from typing import NamedTuple

from console.domain.inventory import WINDOWS_CHOICES, NodeSpec
from console.domain.products import ClusterProduct

CHAPTER_2003 = "ExpressCluster PP Guide, chapter 1, Operating Environment"
CHAPTER_2007 = "ExpressCluster PP Guide, chapter 2, Operating Environment"
STEP_7_2003 = "ExpressCluster PP Guide, chapter 1, Installation Procedure, step 7"


class Mismatch(NamedTuple):
    """A node on which that Exchange does not run: the field to blame, why, what to do, and the source."""

    path: tuple[str, ...]
    message: str
    remedy: str
    source: str


def mismatches(product: ClusterProduct, generation: str, node: NodeSpec) -> Iterator[Mismatch]:
    """Every reason why the generation of Exchange does not run on `node` with that cluster product.

    None for an unknown generation. What the catalog says of the product goes before the guide.
    """
    if product.environments:
        yield from _by_the_catalog(product, generation, node)
    elif generation == "2003":
        yield from _exchange_2003(node)
    elif generation == "2007":
        yield from _exchange_2007(node)


def _by_the_catalog(product: ClusterProduct, generation: str, node: NodeSpec) -> Iterator[Mismatch]:
    offered = [one for one in product.environments if one.generation == generation]
    known = dict(WINDOWS_CHOICES)
    if not offered or node.windows not in known:
        return
    fits = [one for one in offered if one.windows == node.windows]
    if not fits:
        text = f"With {product.title} Exchange Server {generation} does not run on {known[node.windows]}."
        remedy = f"Use {' or '.join(known[one.windows] for one in offered)}."
        yield Mismatch(("windows",), text, remedy, offered[0].source)
        return
    (one,) = fits
    if node.architecture != one.architecture:
        text = f"Exchange Server {generation} does not run on an {node.architecture} edition of Windows."
        yield Mismatch(("architecture",), text, f"Use an {one.architecture} edition.", one.source)
    packs: dict[tuple[str, ...], tuple[int, int, str]] = {}
    packs[("service_pack",)] = (node.service_pack, one.windows_pack, known[one.windows])
    packs[("server", "service_pack")] = (node.server.service_pack, one.exchange_pack, f"Exchange Server {generation}")
    for path, (have, least, what) in packs.items():
        if have < least:
            text = f"{what} with service pack {have} is not enough there."
            yield Mismatch(path, text, f"Apply Service Pack {least} of {what} on this node.", one.source)


def _exchange_2003(node: NodeSpec) -> Iterator[Mismatch]:
    if node.windows != "2003":
        yield Mismatch(
            ("windows",),
            f"Exchange Server 2003 does not run on Windows Server {node.windows}.",
            "Use Windows Server 2003, Standard or Enterprise Edition.",
            CHAPTER_2003,
        )
    if node.architecture == "x64":
        yield Mismatch(
            ("architecture",),
            "Exchange Server 2003 does not run on an x64 edition of Windows.",
            "Use the 32-bit Standard or Enterprise Edition of Windows Server 2003.",
            CHAPTER_2003,
        )
    if node.server.service_pack < 2:
        yield Mismatch(
            ("server", "service_pack"),
            f"Exchange Server 2003 with service pack {node.server.service_pack} is not what the cluster needs.",
            "Apply Exchange Server 2003 Service Pack 2 on both servers, then write service_pack: 2.",
            STEP_7_2003,
        )


def _exchange_2007(node: NodeSpec) -> Iterator[Mismatch]:
    exchange_pack = node.server.service_pack
    if node.windows == "2008r2":
        yield Mismatch(
            ("windows",),
            f"The guide has no Exchange Server 2007 on Windows Server {node.windows}.",
            "Use Windows Server 2003 or 2008.",
            CHAPTER_2007,
        )
    if node.architecture == "x86":
        yield Mismatch(
            ("architecture",),
            "Exchange Server 2007 runs only in x64 environments.",
            "Install the node with an x64 edition of Windows.",
            CHAPTER_2007,
        )
    if node.windows == "2003" and node.service_pack < 1:
        yield Mismatch(
            ("service_pack",),
            "Exchange Server 2007 needs Service Pack 1 or later of Windows Server 2003 x64.",
            "Apply the latest service pack of Windows on this node.",
            CHAPTER_2007,
        )
    elif node.windows == "2003" and exchange_pack >= 1 and node.service_pack < 2:
        yield Mismatch(
            ("service_pack",),
            f"Exchange Server 2007 SP{exchange_pack} needs Service Pack 2 or later of Windows Server 2003.",
            "Apply Service Pack 2 of Windows Server 2003 on this node before Exchange's.",
            CHAPTER_2007,
        )
    if node.windows == "2008" and exchange_pack < 1:
        yield Mismatch(
            ("server", "service_pack"),
            "On Windows Server 2008 only Exchange Server 2007 SP1 or later can run.",
            "Install Exchange Server 2007 from the SP1 medium, then write service_pack: 1.",
            CHAPTER_2007,
        )
