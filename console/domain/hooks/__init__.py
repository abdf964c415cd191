"""The webhook's protocol as pure rules: what is signed, how lines are read, what is asked and answered."""
