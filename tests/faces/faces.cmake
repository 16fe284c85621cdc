# The server against its own contract, by other people's tools. Those are fetched by install.sh; without them it is skipped, or fails with CI=true.
# `sanitized`: a run with sanitizers has it there, and not again without.
if(TARGET docket)
  add_test(NAME faces.schemathesis COMMAND ${PYTHON3} -B ${CMAKE_CURRENT_SOURCE_DIR}/faces/schemathesis_test.py $<TARGET_FILE:docket> ${CMAKE_SOURCE_DIR})
  set_tests_properties(faces.schemathesis PROPERTIES LABELS "integration;sanitized" SKIP_RETURN_CODE 77 TIMEOUT 900)
endif()
