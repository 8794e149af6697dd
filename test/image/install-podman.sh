#!/usr/bin/env bash
# Gets podman onto a Debian machine, as root: it builds and runs container images without a daemon.
set -euo pipefail

if command -v podman >/dev/null && command -v runc >/dev/null; then exit 0; fi
"$(dirname "$0")/../support/install-packages.sh" podman buildah runc
