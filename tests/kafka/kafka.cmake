# The Kafka home. Over librdkafka's mock cluster these are plain tests; those with the label kafka need a real broker and start one.
if(DOCKET_KAFKA)
  docket_test(NAME kafka_mock_test
    SOURCES kafka/produce_errors_test.cpp kafka/worker_errors_test.cpp kafka/parts_test.cpp kafka/intake_message_test.cpp kafka/clock_test.cpp kafka/heads_test.cpp simulation/office.cpp
    LIBS docket::kafka docket::node docket::partition docket::definition docket::cli Boost::json
    LABELS integration TIMEOUT 120)
  docket_test(NAME output_rows_test SOURCES kafka/output_rows_test.cpp LIBS docket::local Boost::json LABELS integration TIMEOUT 120)
  target_compile_definitions(output_rows_test PRIVATE DOCKET_ASYNCAPI_FOLDER="${CMAKE_SOURCE_DIR}/build/asyncapi")
endif()
# Real brokers, each of them shared by the tests of one program, one at a time, and stopped behind the last: some stop theirs. The programs run
# side by side, and first, as they wait more than they work. A broker's data is in memory where that is to be had: what survives a kill is the
# kernel's, and a busy disk would make a broker miss its own session.
if(DOCKET_KAFKA AND TARGET docket)
  string(MD5 build_name ${CMAKE_BINARY_DIR})
  string(SUBSTRING ${build_name} 0 8 build_name)
  function(docket_kafka_test name)
    set(broker_folder ${CMAKE_BINARY_DIR}/${name}-broker)
    if(IS_DIRECTORY /dev/shm)
      set(broker_folder /dev/shm/docket-${name}-${build_name})
    endif()
    docket_test(NAME ${name} SOURCES ${ARGN}
      LIBS docket::kafka docket::cli docket::embedded docket::ledger docket::model Boost::json LABELS kafka TIMEOUT 600
      PROPERTIES FIXTURES_REQUIRED ${name}_broker RESOURCE_LOCK ${name}_broker COST 1000)
    target_compile_definitions(${name} PRIVATE DOCKET_BROKER_FOLDER="${broker_folder}" DOCKET_KAFKAJS_FOLDER="${CMAKE_SOURCE_DIR}/build/kafkajs")
    add_dependencies(${name} docket)
    add_test(NAME ${name}.down COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/kafka/broker.sh wipe --dir ${broker_folder})
    set_tests_properties(${name}.down PROPERTIES LABELS kafka TIMEOUT 60 FIXTURES_CLEANUP ${name}_broker)
  endfunction()
  docket_kafka_test(kafka_test kafka/node_test.cpp kafka/intake_test.cpp kafka/nodes_test.cpp kafka/definitions_test.cpp kafka/backfill_test.cpp kafka/shared_keys_test.cpp kafka/clients_test.cpp
    kafka/outputs_test.cpp kafka/reactions_test.cpp)
  docket_kafka_test(kafka_faults_test kafka/faults_test.cpp kafka/intake_faults_test.cpp kafka/guard_test.cpp)
  docket_kafka_test(kafka_three_test kafka/three_brokers_test.cpp)
endif()
