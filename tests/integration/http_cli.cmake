docket_test(NAME http_cli_test SOURCES integration/http_cli_test.cpp integration/http_cli_publish_test.cpp
  LIBS docket::cli docket::http docket::service Boost::json LABELS integration)
