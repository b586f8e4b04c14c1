# The AWS backend, played by hand, and through core from recordings.
if(TARGET archway_backend_aws)
    foreach(part core account codes endpoint)
        archway_test(aws_${part}_test aws_${part}_test.c backend_host.c backend_services.c
            $<TARGET_OBJECTS:archway_backend_aws> LIBRARIES archway_kit_xml archway_kit_crypto PkgConfig::CRYPTO)
    endforeach()
    # Offers.
    foreach(part offers types all_types prices plain kept quotas)
        archway_test(aws_${part}_test aws_${part}_test.c aws_answers.c backend_host.c
            backend_services.c $<TARGET_OBJECTS:archway_backend_aws>
            LIBRARIES archway_kit_xml archway_kit_crypto PkgConfig::CRYPTO)
    endforeach()
    archway_test(aws_offers_replay_test aws_offers_replay_test.c replay_session.c)
    set(replays aws_offers_replay_test)
    foreach(sweep cancel memory deadline)
        archway_test(sweep_${sweep}_aws_offers_test sweep_${sweep}_test.c
            aws_offer_acts.c acts.c replay_session.c)
        list(APPEND replays sweep_${sweep}_aws_offers_test)
    endforeach()
    foreach(test ${replays})
        add_dependencies(${test} archway_backend_aws)
    endforeach()
    # Signing, which needs nothing else of the backend.
    file(GLOB signer CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/backends/aws/sigv4*.c)
    add_library(aws_signer STATIC ${signer} sigv4_reference.c sigv4_reference_url.c)
    target_link_libraries(aws_signer PUBLIC archway_core PkgConfig::CRYPTO)
    foreach(part test refusals_test keys_test memory_test random_test)
        archway_test(aws_sigv4_${part} aws_sigv4_${part}.c sigv4_stage.c header_collector.c
            LIBRARIES aws_signer)
    endforeach()
    archway_test(aws_sigv4_vectors_test aws_sigv4_vectors_test.c sigv4_vectors.c sigv4_reference.c
        sigv4_reference_url.c header_collector.c backend_host.c backend_services.c
        $<TARGET_OBJECTS:archway_backend_aws> LIBRARIES archway_kit_xml archway_kit_crypto PkgConfig::CRYPTO)
endif()
