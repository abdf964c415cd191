"""Use cases, one each: a transaction, its audit record, and what follows from it."""
