docket_test(NAME http_cli_test SOURCES integration/http_cli_test.cpp integration/http_cli_publish_test.cpp
  LIBS docket::cli docket::http docket::service Boost::json LABELS integration)
# The real node and server in the test's own process, as the definitions that it runs by have a defect.
docket_test(NAME quarantine_http_test SOURCES integration/quarantine_test.cpp
  LIBS docket::local docket::cli docket::http Boost::json LABELS integration)
