# The AWS backend: where credentials come from, and the life of machines.
archway_test(kit_wish_test kit_wish_test.c kit_host.c)
if(TARGET archway_backend_aws)
    foreach(part credentials profile shared token metadata launch zones options group userdata instances memory)
        archway_test(aws_${part}_test aws_${part}_test.c backend_host.c backend_services.c
            $<TARGET_OBJECTS:archway_backend_aws> LIBRARIES archway_kit_xml archway_kit_crypto PkgConfig::CRYPTO)
    endforeach()
endif()
if(TARGET archway_backend_aws)
    # From recordings, through core and the loaded plugin.
    foreach(part life create)
        archway_test(aws_${part}_test aws_${part}_test.c aws_replay.c played.c)
        add_dependencies(aws_${part}_test archway_backend_aws)
    endforeach()
endif()
if(TARGET archway_backend_aws)
    # The command, from outside.
    archway_test(cli_aws_test cli_aws_test.c cli_run.c)
    add_dependencies(cli_aws_test archway_command archway_backend_aws)
endif()
if(TARGET archway_backend_aws)
    foreach(sweep cancel memory deadline)
        archway_test(sweep_${sweep}_aws_machines_test sweep_${sweep}_test.c
            aws_machine_acts.c acts.c replay_session.c)
        add_dependencies(sweep_${sweep}_aws_machines_test archway_backend_aws)
    endforeach()
endif()
