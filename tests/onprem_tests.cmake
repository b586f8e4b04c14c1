# The backend for machines of one's own.
archway_test(kit_shell_test kit_shell_test.c)
if(TARGET archway_backend_onprem)
    foreach(part host hostile)
        archway_test(onprem_${part}_test onprem_${part}_test.c backend_host.c backend_services.c
            $<TARGET_OBJECTS:archway_backend_onprem>)
    endforeach()
    # From recordings, through core and the loaded plugin.
    archway_test(onprem_replay_test onprem_replay_test.c played.c)
    add_test(NAME onprem_scripts COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/onprem_scripts.sh ${PROJECT_SOURCE_DIR})
    # Against the system's own OpenSSH server, on loopback.
    foreach(part ssh claim)
        archway_test(onprem_${part}_test onprem_${part}_test.c onprem_lab.c sshd.c)
    endforeach()
    archway_test(onprem_agent_test onprem_agent_test.c onprem_lab.c sshd.c tls_server.c authority.c
        LIBRARIES PkgConfig::SSL PkgConfig::CRYPTO)
    foreach(sweep cancel memory deadline)
        archway_test(sweep_${sweep}_onprem_test sweep_${sweep}_test.c onprem_acts.c acts.c
            replay_session.c)
    endforeach()
    foreach(test onprem_replay_test onprem_ssh_test onprem_claim_test onprem_agent_test sweep_cancel_onprem_test sweep_memory_onprem_test
            sweep_deadline_onprem_test)
        add_dependencies(${test} archway_backend_onprem)
    endforeach()
endif()
