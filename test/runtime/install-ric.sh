#!/usr/bin/env bash
# Gets AWS's own runtime interface clients from npm, and builds the native part of the newer one, which both can use.
#
#   install-ric.sh DIR     leaves them in DIR; does nothing when these versions are there already
set -euo pipefail

current=4.0.2 # nodejs24.x
earlier=3.3.0 # before nodejs24.x
dir=${1:?usage: install-ric.sh DIR}

[ "$(cat "$dir/.complete" 2>/dev/null)" = "$current $earlier" ] && exit 0

if ! command -v g++ >/dev/null || ! command -v make >/dev/null || ! command -v cmake >/dev/null ||
  ! command -v python3 >/dev/null || ! command -v xz >/dev/null; then
  "$(dirname "$0")/../support/install-packages.sh" g++ make cmake python3 xz-utils
fi

rm -rf "$dir"
mkdir -p "$dir"
cd "$dir"
echo '{ "private": true }' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts "aws-lambda-ric@$current" "earlier-ric@npm:aws-lambda-ric@$earlier"

# The npm package `node` has Node's headers; without them node-gyp would download them.
headers=$(find "$(dirname "$(node -p process.execPath)")/.." -path '*/include/node/node_api.h' 2>/dev/null | head -n 1)
[ -n "$headers" ] && export npm_config_nodedir="${headers%/include/node/node_api.h}"

# By name, as npm may refuse to run the scripts of packages.
cd node_modules/aws-lambda-ric
if ! { sh scripts/preinstall.sh && sh scripts/postinstall.sh; } >"$dir/build.log" 2>&1; then
  tail -n 40 "$dir/build.log" >&2
  exit 1
fi
cp rapid-client.node ../earlier-ric/dist/
# The earlier client has no program that takes the handler as Lambda gives it.
cat >"$dir/start.mjs" <<'PROGRAM'
import { run } from './node_modules/earlier-ric/dist/index.mjs';
await run(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
PROGRAM
echo "$current $earlier" >"$dir/.complete"
