"""The directory switch: read what the directory holds for a cluster, compute the differences, carry them out."""
