#!/usr/bin/env bash
# Installs Debian packages, as root. Suites may do so at the same time, and take turns: apt-get fails where another one
# is at work.
#
#   install-packages.sh PACKAGE...
set -euo pipefail

export DEBIAN_FRONTEND=noninteractive LC_ALL=C

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "expected $* to be installed, or root on a Debian machine to install it" >&2
  exit 1
fi
# `--close`: a service that a package starts does not keep the lock.
apt() { flock --close /run/lock/ari-eventbridge-apt apt-get "$@"; }
echo "installing $*" >&2
apt update -qq
apt install -qq --no-install-recommends "$@" >/dev/null
