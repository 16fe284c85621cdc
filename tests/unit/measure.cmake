docket_test(NAME duration_test
  SOURCES unit/duration_test.cpp
  LIBS docket::partition docket::definition Boost::json LABELS unit)
if(TARGET duration_test)
  target_include_directories(duration_test PRIVATE ${CMAKE_SOURCE_DIR}/tests/support ${CMAKE_SOURCE_DIR}/tests/unit)
endif()
