# The AWS backend, played by hand, and through core from recordings.
if(TARGET archway_backend_aws)
    foreach(part core codes endpoint)
        archway_test(aws_${part}_test aws_${part}_test.c backend_host.c backend_services.c
            $<TARGET_OBJECTS:archway_backend_aws> LIBRARIES archway_kit_xml PkgConfig::CRYPTO)
    endforeach()
    # Signing.
    set(signer $<TARGET_OBJECTS:archway_backend_aws> LIBRARIES archway_kit_xml PkgConfig::CRYPTO)
    foreach(test aws_sigv4_test aws_sigv4_memory_test)
        archway_test(${test} ${test}.c header_collector.c ${signer})
    endforeach()
    archway_test(aws_sigv4_random_test aws_sigv4_random_test.c sigv4_reference.c header_collector.c
        ${signer})
    archway_test(aws_sigv4_vectors_test aws_sigv4_vectors_test.c sigv4_vectors.c header_collector.c
        backend_host.c backend_services.c ${signer})
endif()
