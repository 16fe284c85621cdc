docket_fuzz(NAME record_fuzz LIBS docket::ledger docket::embedded)
