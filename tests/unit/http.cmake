docket_test(NAME http_unit_test
  SOURCES unit/http_target_test.cpp unit/http_router_test.cpp unit/http_access_test.cpp unit/http_reader_test.cpp unit/http_problem_test.cpp unit/http_openapi_test.cpp fuzz/http_fuzz.cpp
  LIBS docket::http docket::service Boost::json yaml-cpp LABELS unit)
