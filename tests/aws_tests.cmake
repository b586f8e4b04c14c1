# The AWS backend, played by hand, and through core from recordings.
if(TARGET archway_backend_aws)
    foreach(part core codes endpoint)
        archway_test(aws_${part}_test aws_${part}_test.c backend_host.c backend_services.c
            $<TARGET_OBJECTS:archway_backend_aws> LIBRARIES archway_kit_xml PkgConfig::CRYPTO)
    endforeach()
endif()
