"""Kits: the mailboxes that they are made of, kept up to date, and the files for a node."""
