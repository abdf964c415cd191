#!/bin/sh
# Sees to the Debian packages in tests/packages.txt: installs the missing ones as root, else names them and stops with 2.
set -eu

wanted=$(sed 's/#.*//' "$(dirname "$0")/packages.txt")

if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "The whole test run needs Debian 12 (dpkg-query is not here). 'make check' runs anywhere." >&2
    exit 2
fi

missing=""
for package in $wanted; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
[ -z "$missing" ] && [ "$(id -u)" = 0 ] && exit 0

if [ "$(id -u)" != 0 ]; then
    echo "The whole test run starts a domain controller in a network namespace of its own, so it needs root." >&2
    [ -z "$missing" ] || echo "These packages are missing; as root: apt-get install$missing" >&2
    echo "Then, as root: make test.   Without root: make check" >&2
    exit 2
fi

echo "Installing$missing"
export DEBIAN_FRONTEND=noninteractive
# RUNLEVEL=1: the packages are wanted for their programs; their services stay off.
export RUNLEVEL=1
apt-get update -qq
# shellcheck disable=SC2086
if ! apt-get install -y -qq --no-install-recommends $missing >/dev/null; then
    echo "apt-get could not install:$missing" >&2
    echo "Run 'apt-get install$missing' to see why, then 'make test' again." >&2
    exit 2
fi
