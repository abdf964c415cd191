"""The programming interface: typed, by token, answered in JSON; the same services as the pages."""
