docket_test(NAME ingest_test
  SOURCES
    unit/ingest_number_test.cpp
    unit/ingest_canonical_test.cpp
    unit/ingest_envelope_test.cpp
    unit/ingest_fields_test.cpp
    unit/ingest_identity_test.cpp
    unit/ingest_stored_test.cpp
    unit/ingest_batch_test.cpp
    unit/ingest_conformance_test.cpp
    unit/ingest_robust_test.cpp
  LIBS docket::ingest OpenSSL::Crypto
  LABELS unit)
