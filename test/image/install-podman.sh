#!/usr/bin/env bash
# Gets podman onto a Debian machine, as root: it builds and runs container images without a daemon.
set -euo pipefail

if command -v podman >/dev/null && command -v runc >/dev/null; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "install-podman: needs podman and runc, or root on a Debian machine to install them." >&2
  exit 1
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends podman buildah runc >/dev/null
