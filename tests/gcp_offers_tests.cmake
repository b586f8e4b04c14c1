# What the GCP backend lists.
if(TARGET archway_backend_gcp)
    foreach(part listing types attach prices parts kept quotas reservation)
        archway_test(gcp_${part}_test gcp_${part}_test.c gcp_answers.c backend_host.c
            backend_services.c $<TARGET_OBJECTS:archway_backend_gcp> LIBRARIES archway_kit_crypto PkgConfig::CRYPTO)
    endforeach()
    archway_test(gcp_offers_replay_test gcp_offers_replay_test.c replay_session.c)
    set(replays gcp_offers_replay_test)
    foreach(sweep cancel memory deadline)
        archway_test(sweep_${sweep}_gcp_offers_test sweep_${sweep}_test.c
            gcp_offer_acts.c acts.c replay_session.c)
        list(APPEND replays sweep_${sweep}_gcp_offers_test)
    endforeach()
    foreach(test ${replays})
        add_dependencies(${test} archway_backend_gcp)
    endforeach()
    # Descriptions of SKUs, which need nothing else of the backend.
    add_library(gcp_sku_parts STATIC ${PROJECT_SOURCE_DIR}/backends/gcp/sku_parts.c)
    target_link_libraries(gcp_sku_parts PUBLIC archway_core)
    archway_test(gcp_sku_parts_test gcp_sku_parts_test.c LIBRARIES gcp_sku_parts)
endif()
