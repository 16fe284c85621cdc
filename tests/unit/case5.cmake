add_subdirectory(${CMAKE_SOURCE_DIR}/bench/case5 ${CMAKE_BINARY_DIR}/bench-case5)
docket_test(NAME case5_test SOURCES unit/case5_test.cpp LIBS docket::case5 docket::partition docket::definition Boost::json LABELS unit)
