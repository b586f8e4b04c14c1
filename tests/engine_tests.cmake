# The engine, on a small cloud: the plugin of these tests does what the test's own functions say.
add_custom_target(engine_plugins)
function(engine_plugin name capabilities)
    set(target engine_plugin_${name})
    string(TOUPPER ${name} variable)
    add_library(${target} MODULE plugins/engine/engine.c)
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
    target_compile_options(${target} PRIVATE -Wall -Wextra)
    target_compile_definitions(${target} PRIVATE
        PROVIDER="${name}" VARIABLE="${variable}" CAPABILITIES=${capabilities} ${variable})
    set_target_properties(${target} PROPERTIES
        PREFIX "" OUTPUT_NAME ${name} LIBRARY_OUTPUT_DIRECTORY ${ENGINE_PLUGINS})
    add_custom_command(TARGET ${target} POST_BUILD
        COMMAND chmod go-w $<TARGET_FILE:${target}> $<TARGET_FILE_DIR:${target}>)
    add_dependencies(engine_plugins ${target})
endfunction()
engine_plugin(engine 0)
engine_plugin(whole AW_CAP_WHOLE_LISTING)
engine_plugin(keyed AW_CAP_WHOLE_LISTING|AW_CAP_IDEMPOTENT_CREATE)
engine_plugin(paced AW_CAP_WHOLE_LISTING)

foreach(part request services share credentials clock retry create token pace offers choice fresh spot list wait loop)
    archway_test(engine_${part}_test engine_${part}_test.c
        engine_stage.c engine_cloud.c replay_session.c recording_files.c)
    set_target_properties(engine_${part}_test PROPERTIES ENABLE_EXPORTS ON)
    add_dependencies(engine_${part}_test engine_plugins)
endforeach()

# Sweeps through recordings, of that cloud and of Lambda Cloud: stopped anywhere, without memory, out of time.
foreach(sweep cancel memory deadline)
    archway_test(sweep_${sweep}_test sweep_${sweep}_test.c
        engine_acts.c acts.c engine_cloud.c replay_session.c)
    set_target_properties(sweep_${sweep}_test PROPERTIES ENABLE_EXPORTS ON)
    add_dependencies(sweep_${sweep}_test engine_plugins)
    if(TARGET archway_backend_lambda)
        archway_test(sweep_${sweep}_lambda_test sweep_${sweep}_test.c
            lambda_acts.c acts.c replay_session.c)
        add_dependencies(sweep_${sweep}_lambda_test archway_backend_lambda)
    endif()
endforeach()

# Threads.
set(threaded engine_loop_test)
if(TARGET archway_backend_lambda)
    archway_test(threads_test threads_test.c lambda_acts.c acts.c replay_session.c)
    add_dependencies(threads_test archway_backend_lambda)
    list(APPEND threaded threads_test)
endif()
archway_threaded(${threaded})
