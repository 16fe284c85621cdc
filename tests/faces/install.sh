#!/usr/bin/env bash
# The stock tools that tests of the faces run, into build/faces: versions and hashes as requirements.txt has them. Offline if they are there.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
to=build/faces
cmp -s tests/faces/requirements.txt $to/requirements.txt && exit
rm -rf $to
trap 'rm -rf $to' ERR  # half of it would fail tests that without it are skipped
python3 -m venv $to
$to/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r tests/faces/requirements.txt
cp tests/faces/requirements.txt $to/requirements.txt
