# The real program, killed. Its crash points are compiled in by DOCKET_CRASH_POINTS (presets dev, asan, tsan).
if(DOCKET_CRASH_POINTS AND TARGET docket)
  docket_test(NAME crash_test
    SOURCES crash/boundaries_test.cpp crash/commands_killed_test.cpp crash/import_killed_test.cpp crash/random_kill_test.cpp
            crash/backup_test.cpp crash/backfill_killed_test.cpp crash/power_loss_test.cpp crash/stop_test.cpp crash/erasure_killed_test.cpp
    LIBS docket::cli docket::embedded docket::ledger Boost::json LABELS crash TIMEOUT 600)
  add_dependencies(crash_test docket docket_power)
  # The program with a disk of its own: tests/crash/power_shim.cpp stands before the C library's fsync.
  add_executable(docket_power ${CMAKE_SOURCE_DIR}/connectors/main.cpp crash/power_shim.cpp)
  target_link_libraries(docket_power PRIVATE docket::local ${CMAKE_DL_LIBS})
  set_target_properties(docket_power PROPERTIES ENABLE_EXPORTS ON)
endif()
