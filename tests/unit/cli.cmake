docket_test(NAME cli_unit_test SOURCES unit/cli_table_test.cpp unit/cli_parse_test.cpp LIBS docket::cli Boost::json LABELS unit)
