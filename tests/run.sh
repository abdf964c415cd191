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
# A test that fails is tried once more, alone, and named: with two cores shared by a domain controller, a browser and a
# lab, time can run out for a test that is right. One that fails again makes the run red.
exec unshare --net sh -c '
    ip link set lo up
    .venv/bin/python -m pytest "$@" && exit 0
    code=$?
    [ "$code" -eq 1 ] || exit "$code"
    echo "Once more, alone, what failed above:"
    exec .venv/bin/python -m pytest -v --last-failed --last-failed-no-failures none "$@"
' run.sh "$@" </dev/null
