# The black-box checker finds what is planted. Fault tests of other folders run it over a real server (support/run_history.h).
add_test(NAME checker.planted COMMAND ${PYTHON3} -B ${CMAKE_CURRENT_SOURCE_DIR}/checker/planted_test.py)
set_tests_properties(checker.planted PROPERTIES LABELS "unit" TIMEOUT 120)
if(TARGET docket)
  add_test(NAME checker.recount COMMAND ${PYTHON3} -B ${CMAKE_CURRENT_SOURCE_DIR}/checker/recount_test.py $<TARGET_FILE:docket> ${CMAKE_SOURCE_DIR})
  set_tests_properties(checker.recount PROPERTIES LABELS "integration" TIMEOUT 600)
endif()
