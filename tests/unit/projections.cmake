docket_test(NAME projection_test
  SOURCES unit/projection_codec_test.cpp unit/projection_key_test.cpp unit/projection_store_test.cpp unit/projection_layers_test.cpp
          unit/projection_metrics_test.cpp unit/projection_lists_test.cpp unit/projection_care_test.cpp
  LIBS docket::projections cereal::cereal
  LABELS unit)
docket_test(NAME projection_threads_test
  SOURCES unit/projection_threads_test.cpp
  LIBS docket::projections
  LABELS unit)
