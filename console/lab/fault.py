"""What a fault is: a sentence, perhaps an argument, and what happens when it is switched."""

from collections.abc import Callable
from dataclasses import dataclass

from console.lab.state import Node
from console.lab.world import World

Switch = Callable[[World, Node], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: what it does in a sentence, its argument's name, and what happens when it is switched.

    With `each` it is switched for every argument that it is given, one beside the other; `product` names the only
    cluster product whose nodes have it.
    """

    sentence: str
    argument: str = ""
    on: Switch | None = None
    off: Switch | None = None
    each: bool = False
    product: str = ""
