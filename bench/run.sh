#!/usr/bin/env bash
# Measures the release build: bench/run.sh [case5|city|all|kafka] [--quick] [--large] [--part NAME] [--rounds N] ... (docket_bench says more).
# `kafka`: through a broker of its own, beside the peer (bench/peers), parts intake, latency, http, back.
# `./dev bench` builds first. A whole run of a clean tree leaves its results in bench/results/; any other in build/.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

build=build/release
[[ -x $build/docket_bench && -x $build/docket ]] || { echo "bench: build first: ./dev bench" >&2; exit 1; }
grep -q "CMAKE_BUILD_TYPE:STRING=Release" $build/CMakeCache.txt || { echo "bench: $build is no release build" >&2; exit 1; }

commit=$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
clean=yes
if [[ -n $(git status --porcelain -- . ':!bench/results' ':!README.md' ':!README.zh.md' 2>/dev/null) ]]; then
  commit+=-changed
  clean=no
fi
compiler=$(sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=//p' $build/CMakeCache.txt)
flags=$(sed -n 's/^CMAKE_CXX_FLAGS_RELEASE:[A-Z]*=//p' $build/CMakeCache.txt)

results=bench/results
which=""
for arg in "$@"; do
  [[ $arg != case5 && $arg != city && $arg != kafka ]] || which=-$arg
  [[ $arg != --quick && $arg != --tiny && $arg != --part && $arg != --spoil && $arg != --cases ]] || results=build/bench-results
done
[[ $clean == yes ]] || results=build/bench-results
mkdir -p "$results"
common=(--docket $build/docket --schemas bench/schemas --work "${DOCKET_BENCH_WORK:-build/bench-work}"
  --results "$results/$(date -u +%F)-$commit$which.jsonl" --commit "$commit"
  --build "release, $("$compiler" -dumpfullversion -dumpversion 2>/dev/null) $flags")
[[ $which == -kafka ]] || exec $build/docket_bench "${common[@]}" "$@"

# The peer: jars once, the program at each run. Without Java there is no broker either.
peer=build/peer
[[ -d $peer/jars ]] || mvn -q -B -f bench/peers/streams/pom.xml dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$PWD/$peer/jars"
mkdir -p $peer/classes
javac -cp "$peer/jars/*" -d $peer/classes bench/peers/streams/src/main/java/Case5Peer.java
broker=$(mktemp -d "${DOCKET_BENCH_WORK:-build}/bench-kafka.XXXXXX")
trap 'tests/kafka/broker.sh wipe --dir "$broker"' EXIT
brokers=$(tests/kafka/broker.sh up --dir "$broker")
arguments=()
for arg in "$@"; do [[ $arg == kafka ]] || arguments+=("$arg"); done
[[ " $* " == *" --cases "* || " $* " == *" --quick "* || " $* " == *" --tiny "* ]] || arguments+=(--cases 1000000 --rounds 1)
$build/docket_bench_kafka "$brokers" "$peer/classes:$peer/jars/*" "${common[@]}" "${arguments[@]}"
