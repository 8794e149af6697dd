#!/usr/bin/env bash
# Gets Chromium without its window from this machine's own apt sources, unless it is there already.
set -euo pipefail

export DEBIAN_FRONTEND=noninteractive LC_ALL=C
say() { printf 'install-chromium: %s\n' "$*" >&2; }

command -v chromium-headless-shell >/dev/null && exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  say "needs root on a Debian machine. Elsewhere name a Chromium or Chrome in CHROMIUM."
  exit 1
fi
say "installing chromium-headless-shell"
apt-get update -qq
apt-get install -qq --no-install-recommends chromium-headless-shell fonts-dejavu-core >/dev/null
