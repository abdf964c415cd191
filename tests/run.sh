#!/bin/sh
# Runs pytest over everything in a private network namespace: run.sh [PYTEST ARGUMENTS]
# In there a domain controller may have port 389 to itself, and a test that reaches for the internet fails.
set -eu

cd "$(dirname "$0")/.."
export PATH="$PATH:/usr/sbin:/sbin"
if ! unshare --net true; then
    echo "The tests need a network namespace of their own, and this system refuses one." >&2
    echo "Run them as root; in a container, start it with the right to make namespaces (CAP_SYS_ADMIN)." >&2
    exit 2
fi
exec unshare --net sh -c 'ip link set lo up && exec .venv/bin/python -m pytest "$@"' run.sh "$@" </dev/null
