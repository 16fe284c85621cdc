#!/bin/sh
# Once, before the nodes start: topics, a ledger for OFFICE, a folder for each node with the same keys, and tokens. Safe to run again.
#   DOCKET_HOME (/var/lib/docket)  BROKERS  OFFICE (example)  INTAKE (hotline)
set -eu
home=${DOCKET_HOME:-/var/lib/docket}
docket topics apply --brokers "$BROKERS" --intake "${INTAKE:-hotline}"
if [ ! -e "$home/tokens.yaml" ]; then
  rows="tokens:"
  for name in node reader publisher; do
    docket token make "$name" >"$home/$name.token" 2>/dev/null
    hash=$(tr -d '\n' <"$home/$name.token" | sha256sum | cut -d' ' -f1)
    case $name in
      node) may="may: [node]" ;;
      reader) may="may: [read, metrics]" ;;
      publisher) may="may: [publish], sources: all" ;;
    esac
    rows="$rows
  $name: {sha256: $hash, $may}"
  done
  echo "$rows" >"$home/tokens.yaml"
fi
if [ ! -e "$home/one/keys" ]; then
  docket ledger create --data "$home/one" --office "${OFFICE:-example}" --ledger kafka --brokers "$BROKERS"
fi
if [ ! -e "$home/two/keys" ]; then
  mkdir -p "$home/two"
  cp -r "$home/one/keys" "$home/two/"
fi
echo "ready: two folders, tokens in $home/*.token"
