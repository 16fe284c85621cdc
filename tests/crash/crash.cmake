# The real program, killed. Its crash points are compiled in by DOCKET_CRASH_POINTS (presets dev, asan, tsan).
if(DOCKET_CRASH_POINTS AND TARGET docket)
  docket_test(NAME crash_test
    SOURCES crash/boundaries_test.cpp crash/commands_killed_test.cpp crash/import_killed_test.cpp crash/random_kill_test.cpp
            crash/backup_test.cpp
    LIBS docket::cli docket::embedded docket::ledger Boost::json LABELS crash TIMEOUT 600)
  add_dependencies(crash_test docket)
endif()
