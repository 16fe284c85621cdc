# The real program as a process on a data folder.
if(TARGET docket)
  docket_test(NAME process_test SOURCES integration/process_test.cpp integration/commands_test.cpp integration/ledger_damage_test.cpp integration/tokens_test.cpp integration/rejects_replay_test.cpp integration/config_test.cpp integration/completion_test.cpp integration/definitions_test.cpp integration/simulation_test.cpp integration/reactions_test.cpp integration/erasure_test.cpp integration/alarms_test.cpp
    LIBS docket::cli docket::embedded docket::ledger Boost::json RocksDB::rocksdb-shared LABELS integration)
  add_dependencies(process_test docket)
  docket_test(NAME faces_test SOURCES integration/faces_read_test.cpp integration/faces_publish_test.cpp integration/faces_schemas_test.cpp integration/faces_binary_test.cpp integration/faces_stream_test.cpp
    LIBS docket::cli docket::http docket::service Boost::json LABELS integration)
  add_dependencies(faces_test docket)
endif()
