# Writes backend.h as a later minor version of the ABI might have it: a field or a function more at the
# end of some structs. cmake -D IN=backend.h -D OUT=newer/backend.h -P newer_header.cmake
file(READ ${IN} header)

function(replace old new)
    string(REPLACE "${old}" "${new}" changed "${header}")
    if(changed STREQUAL header)
        message(FATAL_ERROR "newer_header.cmake: backend.h no longer has \"${old}\"")
    endif()
    set(header "${changed}" PARENT_SCOPE)
endfunction()

if(NOT header MATCHES "\n#define AW_ABI_MINOR ([0-9]+)\n")
    message(FATAL_ERROR "newer_header.cmake: backend.h no longer says AW_ABI_MINOR in the same way")
endif()
math(EXPR newer "${CMAKE_MATCH_1} + 1")
replace("\n#define AW_ABI_MINOR ${CMAKE_MATCH_1}\n" "\n#define AW_ABI_MINOR ${newer}\n")
replace("\n} aw_backend_entry;" "\n    const char *motto;\n} aw_backend_entry;")
replace("\n} aw_vtable;" "\n    int32_t (*answer)(void *state);\n} aw_vtable;")
replace("\n} aw_offer;" "\n    const char *badge;\n} aw_offer;")
replace("\n} aw_offer_query;" "\n    const char *mood;\n} aw_offer_query;")
replace("\n} aw_error;" "\n    char hint[64];\n} aw_error;")
replace("\n} aw_op;" "\n    const char *tempo;\n} aw_op;")
replace("(*emit_image)(aw_op *op, const aw_image *image);\n};"
    "(*emit_image)(aw_op *op, const aw_image *image);\n    void (*cheer)(aw_op *op, const char *text);\n};")
file(WRITE ${OUT} "${header}")
