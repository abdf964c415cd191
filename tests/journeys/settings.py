"""The settings of the journeys' consoles: those of every console, but no password is checked slowly on purpose.

The newcomer's console and that of tests/sign_in/test_browser.py check theirs as every console does.
"""

from console.settings import *  # noqa: F403 - all of them

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
