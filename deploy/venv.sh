#!/bin/sh
# Makes a virtual environment, or brings it up to date: venv.sh DIRECTORY REQUIREMENTS_FILE...
# Versions come from deploy/constraints.txt. PYTHON names another interpreter than the one found.
set -eu

home=$1
shift
constraints=$(dirname "$0")/constraints.txt

# Python 3.11 comes first: it is the one that the tests run on.
suitable='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'

find_python() {
    for name in ${PYTHON:-python3.11 python3.12 python3.13 python3}; do
        if "$name" -c "$suitable" >/dev/null 2>&1; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

explain() {
    echo "Changeover needs make and Python 3.11 or later with its venv module." >&2
    for name in ${PYTHON:-python3.11 python3.12 python3.13 python3}; do
        command -v "$name" >/dev/null 2>&1 || continue
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            echo "Found: $name ($("$name" -V 2>&1)), without a working venv module." >&2
        else
            echo "Found: $name ($("$name" -V 2>&1)), too old or not usable." >&2
        fi
    done
    echo "On Debian 12: apt-get install python3 python3-venv" >&2
    echo "Elsewhere: install Python 3.11, then: make PYTHON=/path/to/python3.11 ..." >&2
    exit 2
}

if ! "$home/bin/python" -c 'import pip' >/dev/null 2>&1; then
    python=$(find_python) || explain
    echo "Making $home with $("$python" -V 2>&1)"
    rm -rf "$home"
    "$python" -m venv "$home"
fi

set -- $(for file in "$@"; do printf -- '-r %s ' "$file"; done)
[ -f "$constraints" ] && set -- "$@" -c "$constraints"
echo "Installing what $home needs (about a minute the first time)"
if ! "$home/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; then
    echo "The packages above could not be installed into $home." >&2
    echo "Check the network or the proxy (pip config list), then run the same command again." >&2
    exit 2
fi
