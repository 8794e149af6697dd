#!/usr/bin/env bash
# Gets AWS's testing package for durable functions from npm, with the SDK that it tests.
#
#   install-durable.sh DIR     leaves them in DIR; does nothing when these versions are there already
set -euo pipefail

sdk=2.4.0
testing=1.1.4
dir=${1:?usage: install-durable.sh DIR}

[ "$(cat "$dir/.complete" 2>/dev/null)" = "$sdk $testing" ] && exit 0

rm -rf "$dir"
mkdir -p "$dir"
cd "$dir"
echo '{ "private": true }' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts \
  "@aws/durable-execution-sdk-js@$sdk" "@aws/durable-execution-sdk-js-testing@$testing"
echo "$sdk $testing" >"$dir/.complete"
