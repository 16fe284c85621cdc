# Tiny inputs of every bench, so that they don't rot: the answers must be right and every figure there. Nothing is said about speed.
# bench/ makes no targets under sanitizers.
if(NOT DOCKET_SANITIZE AND NOT DOCKET_COVERAGE)
  function(docket_bench_test name workload)
    add_test(NAME bench.${name} COMMAND docket_bench ${workload} --tiny --docket $<TARGET_FILE:docket> --schemas ${CMAKE_SOURCE_DIR}/bench/schemas
             --work ${CMAKE_BINARY_DIR}/bench-tiny/${name} ${ARGN})
    set_tests_properties(bench.${name} PROPERTIES LABELS "bench" TIMEOUT 900)
  endfunction()
  foreach(workload case5 city)
    set(results ${CMAKE_BINARY_DIR}/bench-tiny-${workload}.jsonl)
    docket_bench_test(${workload} ${workload} --results ${results})
    set_tests_properties(bench.${workload} PROPERTIES FIXTURES_SETUP bench_results)
    # A lost event must be found, or the check is none.
    docket_bench_test(${workload}_spoilt ${workload} --spoil --part import)
    set_tests_properties(bench.${workload}_spoilt PROPERTIES PASS_REGULAR_EXPRESSION "the answer is wrong")
  endforeach()
  # The script that fills the README's tables finds a place for each figure, and a figure for each place.
  add_test(NAME bench.report COMMAND ${PYTHON3} -B ${CMAKE_SOURCE_DIR}/bench/report.py --check ${CMAKE_BINARY_DIR}/bench-tiny-case5.jsonl
           ${CMAKE_BINARY_DIR}/bench-tiny-city.jsonl)
  set_tests_properties(bench.report PROPERTIES LABELS "bench" TIMEOUT 60 FIXTURES_REQUIRED bench_results)
endif()
