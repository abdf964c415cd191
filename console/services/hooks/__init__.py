"""The webhook's use cases: keys of nodes, belief in what they sign, and the answer that only they can believe."""
