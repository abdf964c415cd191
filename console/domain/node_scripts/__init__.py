"""What the scripts on a node are told, how long they may take, how they end, and what a script must not contain."""
