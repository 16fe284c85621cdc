# The shape of the project as tests, and the results of the steps of ./dev test. No compiler needed, but for the canaries.
find_program(PYTHON3 python3 REQUIRED)
foreach(check layers tree words codes worked_example self_test)
  add_test(NAME architecture.${check} COMMAND ${PYTHON3} -B ${CMAKE_CURRENT_SOURCE_DIR}/architecture/${check}.py ${CMAKE_SOURCE_DIR})
  set_tests_properties(architecture.${check} PROPERTIES LABELS "architecture" TIMEOUT 120)
endforeach()

# What ./dev test ran before this ctest; SKIPPED when ctest was started by hand.
foreach(step format fuzz faults asan tsan)
  add_test(NAME step.${step} COMMAND ${PYTHON3} -B ${CMAKE_CURRENT_SOURCE_DIR}/architecture/step_result.py ${step})
  set_tests_properties(step.${step} PROPERTIES LABELS "step" SKIP_RETURN_CODE 77 TIMEOUT 10)
endforeach()

# A sanitizer that is switched off by mistake finds nothing: each preset must catch a planted mistake.
function(docket_canary mistake finding)
  if(NOT TARGET canary)
    add_executable(canary architecture/canary.cpp)
    target_link_libraries(canary PRIVATE docket::options)
    target_compile_options(canary PRIVATE -Wno-use-after-free)  # its mistakes are made on purpose
  endif()
  add_test(NAME canary.${mistake} COMMAND canary ${mistake})
  set_tests_properties(canary.${mistake} PROPERTIES LABELS "sanitizer" TIMEOUT 60 PASS_REGULAR_EXPRESSION "${finding}")
endfunction()
if(DOCKET_SANITIZE MATCHES "address")
  docket_canary(address "AddressSanitizer: heap-use-after-free")
  docket_canary(undefined "runtime error: signed integer overflow")
endif()
if(DOCKET_SANITIZE MATCHES "thread")
  docket_canary(race "ThreadSanitizer: data race")
endif()

# What ./dev run and the README tell a stranger to type.
find_program(CURL curl)
if(TARGET docket AND CURL)
  add_test(NAME integration.try_commands COMMAND ${PYTHON3} -B ${CMAKE_CURRENT_SOURCE_DIR}/architecture/try_commands.py $<TARGET_FILE:docket> ${CMAKE_SOURCE_DIR})
  set_tests_properties(integration.try_commands PROPERTIES LABELS "integration" TIMEOUT 900)
endif()
