# What machines run at their first boot.
archway_test(bootstrap_test bootstrap_test.c config_file.c)
archway_test(bootstrap_run_test bootstrap_run_test.c bootstrap_stage.c tls_server.c authority.c
    LIBRARIES PkgConfig::SSL PkgConfig::CRYPTO)
archway_test(secret_words_test secret_words_test.c LIBRARIES PkgConfig::CRYPTO)
