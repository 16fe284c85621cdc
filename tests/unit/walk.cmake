docket_test(NAME walk_check_test SOURCES unit/walk_check_test.cpp LIBS docket::walk LABELS unit)
