"""Notices to people and programs outside: what is told, the rules that lead it to channels, and its delivery."""
