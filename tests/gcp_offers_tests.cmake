# What the GCP backend lists.
if(TARGET archway_backend_gcp)
    foreach(part listing types attach prices parts kept quotas)
        archway_test(gcp_${part}_test gcp_${part}_test.c gcp_answers.c backend_host.c
            backend_services.c $<TARGET_OBJECTS:archway_backend_gcp> LIBRARIES PkgConfig::CRYPTO)
    endforeach()
    # Descriptions of SKUs, which need nothing else of the backend.
    add_library(gcp_sku_parts STATIC ${PROJECT_SOURCE_DIR}/backends/gcp/sku_parts.c)
    target_link_libraries(gcp_sku_parts PUBLIC archway_core)
    archway_test(gcp_sku_parts_test gcp_sku_parts_test.c LIBRARIES gcp_sku_parts)
endif()
