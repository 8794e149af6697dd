#!/usr/bin/env bash
# Installs ARI clients of others into .packages/, from npm, PyPI and Maven Central, with Python and Java where there are
# none. They are no dependencies of the project: the suite alone uses them.
set -euo pipefail
cd "$(dirname "$0")"

ari_client=2.2.0 asterisk_ari=1.0.0 asyncari=0.20.6
versions="$ari_client $asterisk_ari $asyncari $(cat pom.xml programs/*.java | cksum)"

if [ "$(cat .packages/installed 2>/dev/null)" = "$versions" ]; then exit 0; fi

need=()
command -v javac >/dev/null || need+=(default-jdk-headless)
command -v mvn >/dev/null || need+=(maven)
python3 -c 'import ensurepip' 2>/dev/null || need+=(python3-venv)
if [ ${#need[@]} -gt 0 ]; then
  ../support/install-packages.sh "${need[@]}"
fi

rm -rf .packages
mkdir .packages
npm install --prefix .packages --ignore-scripts --no-audit --no-fund --loglevel=error \
  "ari-client@$ari_client" "@ipcom/asterisk-ari@$asterisk_ari"
python3 -m venv .packages/python
.packages/python/bin/pip install --quiet --disable-pip-version-check "asyncari==$asyncari"
mvn --quiet --batch-mode org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies \
  -DincludeScope=runtime -DoutputDirectory=.packages/java
javac -cp '.packages/java/*' -d .packages/java programs/WithAri4java.java
# Written last: an installation that was cut short is done again.
echo "$versions" >.packages/installed
