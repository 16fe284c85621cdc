# The Kafka home. Over librdkafka's mock cluster these are plain tests; those with the label kafka need a real broker and start one.
if(DOCKET_KAFKA)
  docket_test(NAME kafka_mock_test
    SOURCES kafka/produce_errors_test.cpp simulation/office.cpp
    LIBS docket::kafka docket::node docket::partition docket::definition Boost::json
    LABELS integration TIMEOUT 120)
endif()
