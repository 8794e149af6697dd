#!/usr/bin/env bash
# Gets Chromium without its window from this machine's own apt sources, unless it is there already.
set -euo pipefail

command -v chromium-headless-shell >/dev/null && exit 0

if ! "$(dirname "$0")/../support/install-packages.sh" chromium-headless-shell fonts-dejavu-core; then
  echo "install-chromium: a Chromium or Chrome elsewhere can be named in CHROMIUM" >&2
  exit 1
fi
