"""What is told to people and programs outside: which events there are, when a notice goes, and how it is signed."""
