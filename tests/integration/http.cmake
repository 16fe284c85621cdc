docket_test(NAME http_test SOURCES integration/http_test.cpp integration/http_limits_test.cpp integration/http_stream_test.cpp
  LIBS docket::http docket::service Boost::json LABELS integration)
