"""What Exchange's cluster set-up can have left undone on a node, as faults of the lab."""

from console.lab.fault import Fault

DEFECTS: dict[str, Fault] = {}
