docket_test(NAME calendar_test
  SOURCES unit/calendar_data_test.cpp unit/calendar_deadline_test.cpp unit/calendar_duration_test.cpp unit/calendar_explain_test.cpp
          unit/calendar_pause_test.cpp unit/calendar_truth_test.cpp unit/calendar_zone_test.cpp
  LIBS docket::calendar yaml-cpp Boost::json
  LABELS unit)

docket_test(NAME time_test
  SOURCES unit/time_test.cpp unit/time_partition_test.cpp
  LIBS docket::model
  LABELS unit)
