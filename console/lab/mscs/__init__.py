"""Microsoft's cluster service as the lab plays it: resources, moves, cluster.exe and what Exchange brings along."""
