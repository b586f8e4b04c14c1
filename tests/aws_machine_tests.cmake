# The AWS backend: where credentials come from, and the life of machines.
if(TARGET archway_backend_aws)
    foreach(part credentials profile token metadata)
        archway_test(aws_${part}_test aws_${part}_test.c backend_host.c backend_services.c
            $<TARGET_OBJECTS:archway_backend_aws> LIBRARIES archway_kit_xml PkgConfig::CRYPTO)
    endforeach()
endif()
