docket_test(NAME city_test
  SOURCES unit/city_test.cpp
  LIBS docket::files docket::partition docket::definition Boost::json LABELS unit)
if(TARGET city_test)
  target_include_directories(city_test PRIVATE ${CMAKE_SOURCE_DIR}/tests/support ${CMAKE_SOURCE_DIR}/tests/unit)
endif()
