docket_test(NAME scenarios_test
  SOURCES scenarios/scenario.cpp scenarios/runner.cpp scenarios/scenarios_test.cpp
  LIBS docket::partition docket::definition Boost::json LABELS scenario)
