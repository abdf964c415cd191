#!/bin/sh
# Writes deploy/constraints.txt: the direct dependencies resolved afresh in a throw-away environment, one version each.
set -eu

cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp deploy/venv.sh "$scratch/"   # beside no constraints.txt, so that the resolver is free
sh "$scratch/venv.sh" "$scratch/venv" requirements.txt tests/requirements.txt
{
    echo "# Every version that the direct dependencies bring along. Written by 'make lock'; not edited by hand."
    "$scratch/venv/bin/python" -m pip freeze --all --exclude pip --disable-pip-version-check
} > "$scratch/constraints.txt"
mv "$scratch/constraints.txt" deploy/constraints.txt
echo "deploy/constraints.txt: $(grep -c == deploy/constraints.txt) versions"
