if(DOCKET_FUZZ)
  add_executable(definition_fuzz fuzz/definition_fuzz.cpp)
  target_link_libraries(definition_fuzz PRIVATE docket::options docket::definition -fsanitize=fuzzer)
endif()
