#!/bin/sh
# Runs pytest over everything in a private network namespace: run.sh [PYTEST ARGUMENTS]
# In there a domain controller may have port 389 to itself, and a test that reaches for the internet fails.
set -eu

cd "$(dirname "$0")/.."
exec unshare --net sh -c 'ip link set lo up && exec .venv/bin/python -m pytest "$@"' run.sh "$@" </dev/null
