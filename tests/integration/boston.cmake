# A minute of processor time in the dev preset.
docket_test(NAME boston_test SOURCES integration/boston_test.cpp LIBS docket::local docket::files docket::definition
  LABELS slow TIMEOUT 1800)
