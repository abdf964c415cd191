"""The lab: simulated nodes and a directory, spoken to over the real wire protocols."""
