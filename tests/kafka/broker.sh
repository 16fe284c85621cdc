#!/usr/bin/env bash
# A real Apache Kafka from Maven jars, on loopback: one node, or three that form a quorum. No container, no root. `./dev kafka` calls it.
#
#   broker.sh up     [--dir DIR] [--nodes 1|3] [--port N]   fetches the jars if need be, starts what is not running, prints the address
#   broker.sh down   [--dir DIR] [--node N]                 orderly stop; data and port stay for the next `up`
#   broker.sh kill   [--dir DIR] [--node N]                 kill -9
#   broker.sh freeze | thaw [--dir DIR] [--node N]          a node that is there and doesn't answer, and back
#   broker.sh status [--dir DIR]                            a line for each node; exit code 1 if one doesn't run
#   broker.sh wipe   [--dir DIR]                            kill -9, and its data goes
#   broker.sh jars                                          fetches Kafka's jars if need be, prints their folder
#
# Exit codes: 0 done, 1 failed, 2 usage, 77 what it needs (Java, Maven, the jars) can't be had here.
# Environment: DOCKET_CACHE (where the jars are kept; else the user's cache folder), DOCKET_MAVEN_URL (a mirror; else what Maven's own
# settings say), KAFKA_HEAP (512m).
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
say() { printf '%s\n' "$*" >&2; }
fail() { say "kafka: $*"; exit 1; }
absent() { say "kafka: $*"; exit 77; }  # what it needs can't be had here

version=$(sed -n '/kafka_2.13/{n;s:.*<version>\(.*\)</version>.*:\1:p}' "$here/pom.xml")
cache=${DOCKET_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/docket}/kafka-$version
dir=build/kafka nodes="" port="" only=""
verb=${1:-}
[[ $# == 0 ]] || shift
while [[ $# -gt 0 ]]; do
  [[ $# -gt 1 ]] || fail "$1 needs a value"
  case $1 in
    --dir) dir=$2 ;;
    --nodes) nodes=$2; [[ $2 == 1 || $2 == 3 ]] || fail "--nodes takes 1 or 3, not '$2'" ;;
    --port) port=$2 ;;
    --node) only=$2; [[ $2 == [123] ]] || fail "--node takes 1, 2 or 3, not '$2'" ;;
    *) fail "unknown option $1" ;;
  esac
  shift 2
done

# ---- jars ---------------------------------------------------------------------------------------------------------------
jars_are_right() { [[ -d $1 ]] && (cd "$1" && sha256sum --quiet --strict -c "$here/jars.sha256") >/dev/null 2>&1; }

fetch() {  # jars into the cache, whole or not at all
  jars_are_right "$cache" && return
  command -v mvn >/dev/null || absent "no Maven here (Debian: apt-get install maven); it fetches Kafka's jars"
  mkdir -p "$(dirname "$cache")"
  local new settings=()
  new=$(mktemp -d "$cache.XXXXXX")
  trap 'rm -rf "$new"' EXIT
  if [[ -n ${DOCKET_MAVEN_URL:-} ]]; then
    printf '<settings><mirrors><mirror><id>docket</id><mirrorOf>*</mirrorOf><url>%s</url></mirror></mirrors></settings>\n' "$DOCKET_MAVEN_URL" >"$new/settings.xml"
    settings=(-s "$new/settings.xml")
  fi
  say "kafka: fetching Apache Kafka $version ($(wc -l <"$here/jars.sha256") jars, 46 MB) into $cache"
  mvn -q -B "${settings[@]}" -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$new/jars" >&2 ||
    absent "Maven could not fetch the jars (see above)"
  jars_are_right "$new/jars" || { (cd "$new/jars" && sha256sum --quiet -c "$here/jars.sha256") >&2 || true; fail "the jars are not those of jars.sha256"; }
  [[ $(find "$new/jars" -name '*.jar' | wc -l) == $(wc -l <"$here/jars.sha256") ]] || fail "Maven brought jars that jars.sha256 doesn't name"
  rm -rf "$cache"
  mv "$new/jars" "$cache"
  rm -rf "$new"
  trap - EXIT
}

# ---- processes: a pid file holds the id and when it was born, so that no stranger is taken for ours ---------------------------------
born() { awk '{sub(/.*\) /, ""); print $20}' "/proc/$1/stat" 2>/dev/null; }
state() { awk '{sub(/.*\) /, ""); print $1}' "/proc/$1/stat" 2>/dev/null; }
process() {  # node: its process id, if it runs
  local id at
  read -r id at 2>/dev/null <"$dir/$1/pid" || return 1
  [[ -n $at && $(born "$id") == "$at" && $(state "$id") != Z ]] && echo "$id"
}
signal() { local n id; for n in $chosen; do if id=$(process "$n"); then kill "-$1" "$id"; fi; done; }
await_end() {  # seconds
  local n tries
  for n in $chosen; do
    for ((tries = 0; tries < $1 * 20; tries++)); do process "$n" >/dev/null || continue 2; sleep 0.05; done
    return 1
  done
}

# ---- settings -----------------------------------------------------------------------------------------------------------
free_ports() {  # count: the first of so many neighbours that are free, below the range of outgoing connections
  python3 - "$1" <<'PY'
import random, socket, sys
count = int(sys.argv[1])
while True:
    first = random.randrange(20000, 32000)
    try:
        for port in range(first, first + count):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
    except OSError:
        continue
    print(first)
    break
PY
}
client_port() { echo $((port + $1 - 1)); }
quorum_port() { echo $((port + nodes + $1 - 1)); }
address() { local n out=""; for n in $all; do out+="${out:+,}127.0.0.1:$(client_port "$n")"; done; echo "$out"; }

configure() {  # node
  local home=$dir/$1 n voters=""
  for n in $all; do voters+="${voters:+,}$n@127.0.0.1:$(quorum_port "$n")"; done
  mkdir -p "$home"
  cat >"$home/server.properties" <<TEXT
node.id=$1
process.roles=broker,controller
controller.quorum.voters=$voters
controller.listener.names=QUORUM
listener.security.protocol.map=CLIENTS:PLAINTEXT,QUORUM:PLAINTEXT
inter.broker.listener.name=CLIENTS
listeners=CLIENTS://127.0.0.1:$(client_port "$1"),QUORUM://127.0.0.1:$(quorum_port "$1")
advertised.listeners=CLIENTS://127.0.0.1:$(client_port "$1")
log.dirs=$(readlink -f "$home")/data
auto.create.topics.enable=false
default.replication.factor=$nodes
min.insync.replicas=$((nodes == 3 ? 2 : 1))
unclean.leader.election.enable=false
offsets.topic.num.partitions=4
offsets.topic.replication.factor=$nodes
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=$nodes
transaction.state.log.min.isr=$((nodes == 3 ? 2 : 1))
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
num.network.threads=2
num.io.threads=4
TEXT
  cat >"$home/log4j.properties" <<TEXT
log4j.rootLogger=INFO, file
log4j.appender.file=org.apache.log4j.FileAppender
log4j.appender.file.file=$(readlink -f "$home")/broker.log
log4j.appender.file.layout=org.apache.log4j.PatternLayout
log4j.appender.file.layout.conversionPattern=%d{ISO8601} %p %c{1}: %m%n
TEXT
}

java_run() {  # node class arguments
  local home=$dir/$1 heap=${KAFKA_HEAP:-512m}
  exec setsid java "-Xms$heap" "-Xmx$heap" -XX:+UseG1GC -XX:ParallelGCThreads=2 -XX:ConcGCThreads=1 -Djava.awt.headless=true \
    "-Dlog4j.configuration=file:$home/log4j.properties" -cp "$cache/*" "${@:2}" </dev/null >>"$home/console.log" 2>&1
}

# ---- verbs --------------------------------------------------------------------------------------------------------------
start_node() {  # node
  local home=$dir/$1 id
  configure "$1"
  if [[ ! -f $home/data/meta.properties ]]; then
    (java_run "$1" kafka.tools.StorageTool format --cluster-id "$(cat "$dir/cluster-id")" --config "$home/server.properties") ||
      { tail -n 5 "$home/console.log" >&2; fail "node $1 could not make its data folder"; }
  fi
  : >"$home/broker.log"
  java_run "$1" kafka.Kafka "$home/server.properties" 9>&- &
  id=$!
  echo "$id $(born "$id")" >"$home/pid"
  disown "$id"
}

up() {
  command -v java >/dev/null || absent "no Java here (Debian: apt-get install default-jre-headless)"
  fetch
  until [[ -s $dir/cluster-id && $(<"$dir/cluster-id") != -* ]]; do  # it must not look like an option
    head -c 16 /dev/urandom | base64 | tr '+/' '-_' | cut -c1-22 >"$dir/cluster-id"
  done
  [[ -n $port ]] || port=$(free_ports $((2 * nodes)))
  echo "nodes=$nodes port=$port" >"$dir/settings"
  local n tries started=()
  for n in $chosen; do
    process "$n" >/dev/null || { start_node "$n"; started+=("$n"); }
  done
  for n in "${started[@]}"; do
    for ((tries = 0; ; tries++)); do
      ! grep -q 'Kafka Server started' "$dir/$n/broker.log" || break
      process "$n" >/dev/null || { tail -n 20 "$dir/$n/console.log" "$dir/$n/broker.log" >&2; fail "node $n ended (logs: $dir/$n)"; }
      ((tries < 1200)) || { tail -n 20 "$dir/$n/broker.log" >&2; fail "node $n is not ready after a minute (logs: $dir/$n)"; }
      sleep 0.05
    done
  done
  if [[ ${#started[@]} == 0 ]]; then say "kafka: runs already, Apache Kafka $version, $nodes node(s), data in $dir"
  else say "kafka: Apache Kafka $version is up, $nodes node(s), data in $dir"; fi
  address
}

status() {
  local n id what code=0
  for n in $all; do
    if ! id=$(process "$n"); then what=down; code=1
    elif [[ $(state "$id") == T ]]; then what="frozen, process $id"; code=1
    else what="up, process $id"; fi
    echo "node $n on 127.0.0.1:$(client_port "$n"): $what"
  done
  return $code
}

case $verb in
  up | down | kill | freeze | thaw | status | wipe) ;;
  jars) fetch; echo "$cache"; exit ;;
  *) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
mkdir -p "$dir"
exec 9>"$dir/lock"
flock 9
wanted_nodes=$nodes wanted_port=$port
if [[ -f $dir/settings ]]; then
  # shellcheck disable=SC1091
  source "$dir/settings"
  [[ -z $wanted_nodes || $wanted_nodes == "$nodes" ]] || fail "$dir holds $nodes node(s); 'wipe' first, or give another --dir"
  [[ -z $wanted_port || $wanted_port == "$port" ]] || fail "$dir uses port $port; 'wipe' first, or give another --dir"
elif [[ $verb != up ]]; then
  [[ $verb == status ]] && { echo "no broker in $dir"; exit 1; }
  exit 0
fi
nodes=${nodes:-1}
all=$(seq "$nodes")
chosen=${only:-$all}
case $verb in
  up) up ;;
  status) status ;;
  down) signal CONT; signal TERM; await_end 30 || { say "kafka: still there after 30 s, killing it"; signal KILL; await_end 5; } ;;
  kill) signal KILL; await_end 5 ;;
  freeze) signal STOP ;;
  thaw) signal CONT ;;
  wipe) signal KILL; await_end 5; rm -rf "$dir" ;;
esac
