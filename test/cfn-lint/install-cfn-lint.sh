#!/usr/bin/env bash
# Installs AWS's cfn-lint from PyPI into .venv/, with the Python that runs it where there is none. npm's package of that
# name is another program.
set -euo pipefail
cd "$(dirname "$0")"

version=1.58.0

if [ "$(cat .venv/installed 2>/dev/null)" = "$version" ]; then exit 0; fi
rm -rf .venv
if ! python3 -m venv .venv; then
  rm -rf .venv
  ../support/install-packages.sh python3-venv
  python3 -m venv .venv
fi
.venv/bin/pip install --quiet --disable-pip-version-check "cfn-lint==$version"
# Written last: an installation that was cut short is done again.
echo "$version" >.venv/installed
