#!/usr/bin/env bash
# Gets MiniStack, an emulator of AWS that needs no Docker, from PyPI into a virtual environment of its own.
#
#   install-ministack.sh DIR     leaves it in DIR; does nothing when this version is there already
set -euo pipefail

version=1.5.33
dir=${1:?usage: install-ministack.sh DIR}

[ "$(cat "$dir/.complete" 2>/dev/null)" = "$version" ] && exit 0

# A Python without `ensurepip` makes environments that have no pip.
if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
  "$(dirname "$0")/../support/install-packages.sh" python3-venv
fi

rm -rf "$dir"
python3 -m venv "$dir"
"$dir/bin/pip" install --quiet --disable-pip-version-check "ministack==$version"
echo "$version" >"$dir/.complete"
