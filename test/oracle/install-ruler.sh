#!/usr/bin/env bash
# Fetches the reference, event-ruler, from Maven Central into .ruler/, with the Java that runs it where there is none.
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v javac >/dev/null || ! command -v mvn >/dev/null; then
  ../support/install-packages.sh default-jdk-headless maven
fi

# `.ruler/pom.xml` is written last: an interrupted or outdated fetch is repeated.
if ! cmp -s pom.xml .ruler/pom.xml; then
  rm -rf .ruler
  mvn --quiet --batch-mode org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory=.ruler
  cp pom.xml .ruler/pom.xml
fi
