"""A small Windows world that behaves: simulated cluster nodes and their directory, on real wire protocols."""
