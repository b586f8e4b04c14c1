# Sweeps through the recordings of Lambda Cloud: stopped anywhere, without memory, out of time.
if(TARGET archway_backend_lambda)
    foreach(sweep cancel memory deadline)
        archway_test(sweep_${sweep}_test sweep_${sweep}_test.c lambda_acts.c replay_session.c)
        target_compile_definitions(sweep_${sweep}_test PRIVATE
            PLUGIN_DIR="${CMAKE_BINARY_DIR}/${ARCHWAY_PLUGIN_DIR}")
        add_dependencies(sweep_${sweep}_test archway_backend_lambda)
    endforeach()
endif()
