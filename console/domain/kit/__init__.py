"""The kit: what lies on a node so that it can point the directory at itself on a day when the console is silent."""
