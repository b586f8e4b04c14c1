# The Hetzner Cloud backend, from recordings.
if(TARGET archway_backend_hetzner)
    archway_test(hetzner_test hetzner_test.c cli_run.c)
    add_dependencies(hetzner_test archway_command archway_backend_hetzner)
    foreach(sweep cancel memory deadline)
        archway_test(sweep_${sweep}_hetzner_test sweep_${sweep}_test.c
            hetzner_acts.c acts.c replay_session.c)
        add_dependencies(sweep_${sweep}_hetzner_test archway_backend_hetzner)
    endforeach()
endif()
