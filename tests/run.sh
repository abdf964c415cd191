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
# All tests share the cores; those of one file stay together. Each process has a network of its own (tests/network.py), and
# with it every port. With arguments all that they choose goes one by one.
exec unshare --net sh -c '
    ip link set lo up
    again=0
    tests() {
        .venv/bin/python -m pytest "$@" && return
        code=$?
        [ "$code" -eq 1 ] || exit "$code"
        again=1
    }
    if [ $# -gt 0 ]; then
        tests "$@"
    else
        export CHANGEOVER_TESTS_OWN_NETWORK=1
        cores=$(nproc)
        [ "$cores" -le 4 ] || cores=4
        # What takes long comes first, and waits half of the time, for a lab or a worker; the quick tests, which calculate,
        # fill what is left at the end (tests/conftest.py). So there are two processes more than cores, and the files stay
        # in that order.
        tests --cache-clear -q --durations 40 --no-loadscope-reorder --dist loadfile -n $((cores + 2))
    fi
    [ "$again" -eq 1 ] || exit 0
    echo "Once more, alone, what failed above:"
    exec .venv/bin/python -m pytest -v --last-failed --last-failed-no-failures none "$@"
' run.sh "$@" </dev/null
