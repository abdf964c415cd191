"""A cluster, the people who look at it, and pages as they read them."""

from tests.web.conftest import ada, olga, page, rita, tokyo

__all__ = ["ada", "olga", "page", "rita", "tokyo"]
