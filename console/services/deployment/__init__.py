"""The node scripts where they run: their settings, what lies on the nodes, deploying, taking back."""
