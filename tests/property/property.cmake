docket_test(NAME worked_example_test SOURCES property/worked_example_test.cpp LIBS docket::partition docket::definition Boost::json LABELS property)
docket_test(NAME late_events_test SOURCES property/late_events_test.cpp LIBS docket::partition docket::definition LABELS property)
docket_test(NAME rejections_test SOURCES property/rejections_test.cpp LIBS docket::partition docket::definition LABELS property)
docket_test(NAME timers_test SOURCES property/timers_test.cpp property/timers_fairness_test.cpp property/timers_order_test.cpp LIBS docket::partition docket::definition LABELS property)
