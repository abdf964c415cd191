"""Celery's side: thin tasks that take an id each and call a service; no rules here."""

from tasks.app import app

__all__ = ["app"]
