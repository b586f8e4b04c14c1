# The GCP backend: where credentials come from, and the life of machines.
if(TARGET archway_backend_gcp)
    foreach(part codes external hostile insert networks options project)
        archway_test(gcp_${part}_test gcp_${part}_test.c backend_host.c backend_services.c
            $<TARGET_OBJECTS:archway_backend_gcp> LIBRARIES archway_kit_crypto PkgConfig::CRYPTO)
    endforeach()
    archway_test(gcp_auth_test gcp_auth_test.c gcp_key.c header_collector.c backend_host.c
        backend_services.c $<TARGET_OBJECTS:archway_backend_gcp> LIBRARIES archway_kit_crypto PkgConfig::CRYPTO)
    # From recordings, through core and the loaded plugin.
    archway_test(gcp_life_test gcp_life_test.c gcp_replay.c played.c)
    # Over the network.
    archway_test(gcp_token_test gcp_token_test.c gcp_key.c tls_server.c authority.c
        LIBRARIES archway_kit_crypto PkgConfig::SSL PkgConfig::CRYPTO)
    foreach(test gcp_life_test gcp_token_test)
        add_dependencies(${test} archway_backend_gcp)
    endforeach()
    foreach(sweep cancel memory deadline)
        archway_test(sweep_${sweep}_gcp_machines_test sweep_${sweep}_test.c
            gcp_machine_acts.c acts.c replay_session.c)
        add_dependencies(sweep_${sweep}_gcp_machines_test archway_backend_gcp)
    endforeach()
    # The command, from outside.
    archway_test(cli_gcp_test cli_gcp_test.c cli_run.c)
    add_dependencies(cli_gcp_test archway_command archway_backend_gcp)
endif()
