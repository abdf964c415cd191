"""Backup and restore of everything that the console knows: its whole database, in one file."""
