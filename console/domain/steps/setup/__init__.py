"""What the steps of set-up procedures do, by their kinds: `setup.checked`, `setup.confirmed`, `setup.<action>`."""

from collections.abc import Mapping

from console.domain.steps.setup.base import SetupStep
from console.domain.steps.setup.people import Checked, Confirmed

SETUP: Mapping[str, SetupStep] = {
    "setup.checked": Checked(),
    "setup.confirmed": Confirmed(),
}
