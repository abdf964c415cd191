"""The demo: a whole Changeover with a lab of six clusters, on loopback, as one tree of processes in one terminal."""
