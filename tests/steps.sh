# The steps of ./dev test: each runs, goes on when it fails, and leaves its result for the last ctest to tell. Sourced by ./dev.
STEPS_FOLDER=build/steps
FAILED=()
FUZZ_SECONDS=10
LEFT_OUT=""  # "|label": tests that this run leaves out

# Runs a step of the test run, goes on when it fails, and leaves its result for the last ctest to tell (step.NAME).
run_step() {  # name title command...
  local begun=$SECONDS
  step "$2"
  if "${@:3}"; then
    echo "passed in $(took $begun)" >"$STEPS_FOLDER/$1"
  else
    echo "FAILED after $(took $begun): ./dev test --only $1 shows it again" >"$STEPS_FOLDER/$1"
    FAILED+=("$1")
  fi
  say "$1: $(cat "$STEPS_FOLDER/$1")"
}

run_ctest() {  # preset [ctest arguments]
  (
    export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1
    export TSAN_OPTIONS="halt_on_error=1:second_deadlock_stack=1:suppressions=$PWD/tests/architecture/tsan.supp"
    # One more than cores: tests on a broker wait most of their time.
    ctest --test-dir "build/$1" --output-on-failure --no-tests=error -j "$(($(jobs) + 1))" "${@:2}"
  )
}

# ctest takes several -LE as one "and": what is left out must be one expression. A test that a busy machine may have broken decides the
# second time, alone; what it said the first time is kept and told.
run_suite() {  # preset
  run_ctest "$1" -LE "^(architecture|step$LEFT_OUT)\$" && return
  python3 tests/architecture/failed_tests.py may_repeat "build/$1" || return 1
  mkdir -p "$STEPS_FOLDER" && python3 tests/architecture/failed_tests.py show "build/$1" >"$STEPS_FOLDER/$1.repeated"
  say "run again, alone: $(grep -- '^---- ' "$STEPS_FOLDER/$1.repeated")"
  run_ctest "$1" --rerun-failed
}
suite_asan() { build asan && run_suite asan; }
suite_tsan() { build tsan && run_suite tsan; }
suite_format() { format_check; }
# The same seed each time: what a run finds depends on what changed. ./dev fuzz looks at random, and longer.
suite_fuzz() { fuzz_all "$FUZZ_SECONDS" -seed=1; }
suite_faults() { python3 tests/architecture/planted_faults.py --jobs "$(jobs)"; }
