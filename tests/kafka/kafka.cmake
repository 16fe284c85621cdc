# The Kafka home. Over librdkafka's mock cluster these are plain tests; those with the label kafka need a real broker and start one.
if(DOCKET_KAFKA)
  docket_test(NAME kafka_mock_test
    SOURCES kafka/produce_errors_test.cpp kafka/worker_errors_test.cpp kafka/parts_test.cpp kafka/intake_message_test.cpp kafka/clock_test.cpp kafka/heads_test.cpp simulation/office.cpp
    LIBS docket::kafka docket::node docket::partition docket::definition docket::cli Boost::json
    LABELS integration TIMEOUT 120)
  docket_test(NAME output_rows_test SOURCES kafka/output_rows_test.cpp LIBS docket::local Boost::json LABELS integration TIMEOUT 120)
  target_compile_definitions(output_rows_test PRIVATE DOCKET_ASYNCAPI_FOLDER="${CMAKE_SOURCE_DIR}/build/asyncapi")
endif()
# A real broker, shared by all and stopped behind the last. One at a time: some of them stop it. Its data is in memory where that is to be had:
# what survives a kill is the kernel's, and a busy disk would make a broker miss its own session.
if(DOCKET_KAFKA AND TARGET docket)
  string(MD5 build_name ${CMAKE_BINARY_DIR})
  string(SUBSTRING ${build_name} 0 8 build_name)
  set(broker_folder ${CMAKE_BINARY_DIR}/kafka-broker)
  if(IS_DIRECTORY /dev/shm)
    set(broker_folder /dev/shm/docket-kafka-${build_name})
  endif()
  docket_test(NAME kafka_test SOURCES kafka/node_test.cpp kafka/guard_test.cpp kafka/faults_test.cpp kafka/intake_test.cpp kafka/intake_faults_test.cpp
    kafka/nodes_test.cpp kafka/shared_keys_test.cpp kafka/clients_test.cpp kafka/outputs_test.cpp
    LIBS docket::kafka docket::cli docket::embedded docket::ledger docket::model Boost::json LABELS kafka TIMEOUT 600
    PROPERTIES FIXTURES_REQUIRED kafka_broker RESOURCE_LOCK kafka_broker)
  target_compile_definitions(kafka_test PRIVATE DOCKET_BROKER_FOLDER="${broker_folder}" DOCKET_KAFKAJS_FOLDER="${CMAKE_SOURCE_DIR}/build/kafkajs")
  add_dependencies(kafka_test docket)
  add_test(NAME kafka.down COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/kafka/broker.sh wipe --dir ${broker_folder})
  set_tests_properties(kafka.down PROPERTIES LABELS kafka TIMEOUT 60 FIXTURES_CLEANUP kafka_broker)
endif()
