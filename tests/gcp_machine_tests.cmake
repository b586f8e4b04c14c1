# The GCP backend: where credentials come from, and the life of machines.
if(TARGET archway_backend_gcp)
    foreach(part insert options)
        archway_test(gcp_${part}_test gcp_${part}_test.c backend_host.c backend_services.c
            $<TARGET_OBJECTS:archway_backend_gcp> LIBRARIES PkgConfig::CRYPTO)
    endforeach()
    # From recordings, through core and the loaded plugin.
    archway_test(gcp_life_test gcp_life_test.c gcp_replay.c)
    foreach(test gcp_life_test)
        target_compile_definitions(${test} PRIVATE
            PLUGIN_DIR="${CMAKE_BINARY_DIR}/${ARCHWAY_PLUGIN_DIR}")
        add_dependencies(${test} archway_backend_gcp)
    endforeach()
endif()
