docket_test(NAME ledger_test
  SOURCES unit/ledger_codec_test.cpp unit/ledger_seal_test.cpp unit/ledger_memory_test.cpp unit/ledger_chain_test.cpp unit/ledger_repair_test.cpp unit/ledger_heads_test.cpp
  LIBS docket::ledger
  LABELS unit)
docket_test(NAME ledger_embedded_test
  SOURCES unit/ledger_embedded_test.cpp unit/ledger_keys_test.cpp unit/ledger_erasure_test.cpp
  LIBS docket::embedded RocksDB::rocksdb-shared
  LABELS unit)
