"""Metrics for Prometheus, read from the database: every web process answers the same, whoever did the work."""
