"""The pages: HTTP only, no rules."""
