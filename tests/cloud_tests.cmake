# What is tested on the cloud to break things on (tests/cloud).
if(TARGET archway_backend_aws AND TARGET archway_backend_gcp AND TARGET archway_backend_lambda)
    archway_test(cloud_cli_test cloud_cli_test.c cloud_cli.c cloud_rig.c cli_run.c)
    add_dependencies(cloud_cli_test archway_command cloud_server
        archway_backend_aws archway_backend_gcp archway_backend_lambda)
    archway_test(check_live_test check_live_test.c cloud_cli.c cloud_rig.c cli_run.c)
    add_dependencies(check_live_test archway_command cloud_server
        archway_backend_aws archway_backend_gcp archway_backend_lambda)
    set_tests_properties(check_live_test PROPERTIES TIMEOUT 300)
    add_test(NAME cloud_live COMMAND ${PROJECT_SOURCE_DIR}/tests/cloud/live.sh
        ${ARCHWAY_RUN_DIR} ${cloud_server})
    add_subdirectory(crash)
    add_subdirectory(sim)
endif()
