"""What every test shares: how hypothesis behaves on a busy machine."""

import os

from hypothesis import settings

# No deadline: two cores are shared with a domain controller and a browser, and a slow example is not a wrong one.
settings.register_profile("here", deadline=None)
# In the gate the examples are the same every time, so that red means a change and not a throw of dice.
settings.register_profile("gate", deadline=None, derandomize=True)
settings.load_profile("gate" if os.environ.get("CI") else "here")
