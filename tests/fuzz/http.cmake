docket_fuzz(NAME http_fuzz LIBS docket::http docket::service)
