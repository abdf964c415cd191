"""The rules and the vocabulary of Changeover, in plain Python: no Django, no Celery, no network library."""
