docket_test(NAME definition_test
  SOURCES unit/definition_offices_test.cpp unit/definition_corruption_test.cpp unit/definition_diagnostics_test.cpp unit/definition_difference_test.cpp unit/definition_reactions_test.cpp
  unit/definition_manual_test.cpp
  LIBS docket::definition docket::walk LABELS unit OPTIMIZED)
docket_test(NAME metric_rows_test SOURCES unit/metric_rows_test.cpp LIBS docket::definition LABELS unit)
