"""The demo: a whole Changeover with a lab of four clusters, on loopback, as one tree of processes in one terminal."""
