# archway_embed(TARGET HEADER header.h CONSTANTS constant=script.sh...)
# Scripts as constants of the type aw_bytes in the target, to the byte. The header declares them.
if(CMAKE_SCRIPT_MODE_FILE)
    file(WRITE ${OUTPUT} "/* Made from scripts. */\n#include \"${HEADER}\"\n")
    string(REPLACE "," ";" CONSTANTS "${CONSTANTS}")
    foreach(pair ${CONSTANTS})
        string(REGEX REPLACE "=.*" "" name ${pair})
        string(REGEX REPLACE ".*=" "" script ${pair})
        file(READ ${FOLDER}/${script} hex HEX)
        string(LENGTH "${hex}" size)
        math(EXPR size "${size} / 2")
        string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
        file(APPEND ${OUTPUT}
            "static const char ${name}_text[] = {${bytes}0};\nconst aw_bytes ${name} = {${name}_text, ${size}};\n")
    endforeach()
    return()
endif()

set(ARCHWAY_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(archway_embed target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "HEADER" "CONSTANTS")
    set(output ${CMAKE_CURRENT_BINARY_DIR}/${target}_scripts.c)
    set(scripts ${arg_CONSTANTS})
    list(TRANSFORM scripts REPLACE ".*=" "")
    list(JOIN arg_CONSTANTS "," constants)
    add_custom_command(OUTPUT ${output}
        COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DFOLDER=${CMAKE_CURRENT_SOURCE_DIR}
            -DHEADER=${arg_HEADER} "-DCONSTANTS=${constants}" -P ${ARCHWAY_EMBED_SCRIPT}
        DEPENDS ${scripts} ${ARCHWAY_EMBED_SCRIPT}
        VERBATIM)
    target_sources(${target} PRIVATE ${output})
endfunction()
