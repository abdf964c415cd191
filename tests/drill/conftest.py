"""Browsers and a cluster, as the pages' own tests have them."""

from tests.web.conftest import olga, page, rita, tokyo

__all__ = ["olga", "page", "rita", "tokyo"]
