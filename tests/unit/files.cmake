docket_test(NAME files_test
  SOURCES unit/files_csv_test.cpp unit/files_mapping_test.cpp unit/files_import_test.cpp unit/files_boston_test.cpp unit/files_tokens_test.cpp
  LIBS docket::files docket::ingest docket::definition Boost::json LABELS unit)
