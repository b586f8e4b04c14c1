# The AWS backend, played by hand, and through core from recordings.
if(TARGET archway_backend_aws)
    foreach(part core codes endpoint)
        archway_test(aws_${part}_test aws_${part}_test.c backend_host.c backend_services.c
            $<TARGET_OBJECTS:archway_backend_aws> LIBRARIES archway_kit_xml PkgConfig::CRYPTO)
    endforeach()
    # Signing.
    archway_test(aws_sigv4_vectors_test aws_sigv4_vectors_test.c sigv4_vectors.c header_collector.c
        backend_host.c backend_services.c
        $<TARGET_OBJECTS:archway_backend_aws> LIBRARIES archway_kit_xml PkgConfig::CRYPTO)
endif()
