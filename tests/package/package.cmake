# The Debian package, on a Debian that has nothing. Sanitizers' builds are never packaged.
if(TARGET docket AND NOT DOCKET_SANITIZE)
  add_test(NAME package.clean_root COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/package/clean_root.sh ${CMAKE_BINARY_DIR} ${CMAKE_BINARY_DIR}/package-test)
  set_tests_properties(package.clean_root PROPERTIES LABELS package TIMEOUT 600 SKIP_RETURN_CODE 77)
endif()
