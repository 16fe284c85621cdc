# shellcheck shell=bash
# What `./dev fuzz` and the step of `./dev test` do; sourced by dev.

fuzzers() { basename -s .cpp -a tests/fuzz/*_fuzz.cpp; }

fuzz_one() {  # name seconds [libFuzzer arguments]
  local found=build/fuzz/found/$1 grown=build/fuzz/corpus/$1 seeds=tests/fuzz/corpus/$1 log=build/fuzz/$1.log inputs
  mkdir -p "$found" "$grown" && rm -f "$found"/* "$found.said"
  inputs=("$grown")
  [[ ! -d $seeds ]] || inputs+=("$seeds")
  if build/fuzz/"$1" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -artifact_prefix="$found/" -print_final_stats=1 \
      "${@:3}" "${inputs[@]}" >"$log" 2>&1; then
    say "  $1: $(awk -F': *' '/number_of_executed_units/ {print $NF}' "$log") runs, nothing found"
  else
    { tail -n 40 "$log"; tail -n +1 "$found"/* | base64; } | tee "$found.said" >&2
    say "  $1: FAILED; the input is in $found/, log: $log. Again: build/fuzz/$1 $found/<file>"
    return 1
  fi
}

fuzz_all() {  # seconds a fuzzer [libFuzzer arguments]
  local name failed=0
  need "${FUZZ_PACKAGES[@]}"
  mapfile -t FUZZERS < <(fuzzers)
  build fuzz "${FUZZERS[@]}" || return 1
  for name in "${FUZZERS[@]}"; do fuzz_one "$name" "$@" || failed=1; done
  return $failed
}

cmd_fuzz() {  # [seconds]
  STEPS=2
  step "packages"
  need "${BUILD_PACKAGES[@]}" "${FUZZ_PACKAGES[@]}"
  step "fuzzing, ${1:-60} s each"
  fuzz_all "${1:-60}"
}
