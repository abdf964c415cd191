"""Browsers of the people in these tests, and a cluster."""

from tests.web.conftest import ada, olga, page, signed_in, tokyo

__all__ = ["ada", "olga", "page", "signed_in", "tokyo"]
