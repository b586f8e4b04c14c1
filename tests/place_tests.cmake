# Placements, on the plugins of the engine's tests.
foreach(part place place_token place_random)
    archway_test(${part}_test ${part}_test.c place_stage.c
        engine_stage.c engine_cloud.c replay_session.c recording_files.c)
    set_target_properties(${part}_test PROPERTIES ENABLE_EXPORTS ON)
    add_dependencies(${part}_test engine_plugins)
endforeach()
archway_test(capacity_test capacity_test.c)
