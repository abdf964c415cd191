"""What the nodes' own scripts report, and what the console makes of it: decided here, carried out elsewhere."""
