# What machines boot, by all backends there are.
if(TARGET archway_backend_aws AND TARGET archway_backend_gcp AND TARGET archway_backend_lambda AND
        TARGET archway_backend_hetzner AND TARGET archway_backend_onprem)
    archway_test(images_test images_test.c)
    foreach(backend aws gcp lambda hetzner onprem)
        add_dependencies(images_test archway_backend_${backend})
    endforeach()
endif()
