docket_test(NAME simulation_test
  SOURCES simulation/seeds_test.cpp simulation/pipeline_test.cpp simulation/told_test.cpp simulation/intake_test.cpp simulation/world.cpp simulation/callers.cpp
    simulation/checker.cpp simulation/compare.cpp simulation/office.cpp
  LIBS docket::partition docket::definition Boost::json
  LABELS simulation
  TIMEOUT 600 OPTIMIZED)
