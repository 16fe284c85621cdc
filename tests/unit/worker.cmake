docket_test(NAME worker_test SOURCES unit/worker_test.cpp unit/answer_rejects_test.cpp unit/metric_decisions_test.cpp unit/intake_driver_test.cpp simulation/office.cpp
  LIBS docket::node docket::partition docket::definition Boost::json
  LABELS unit TIMEOUT 120)
