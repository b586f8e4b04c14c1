# archway_add_backend(NAME SOURCES file.c... [LIBRARIES target...] [FOLDER folder])
# One provider's plugin: NAME.so with one exported symbol, every other symbol bound when it is loaded.
# With FOLDER it lies there, where it is not found by itself, and is not installed.
set(ARCHWAY_KIT_DIR ${CMAKE_CURRENT_LIST_DIR})

function(archway_add_backend name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "FOLDER" "SOURCES;LIBRARIES")
    set(target archway_backend_${name})
    add_library(${target} MODULE ${arg_SOURCES})
    target_link_libraries(${target} PRIVATE archway_kit ${arg_LIBRARIES})
    set_target_properties(${target} PROPERTIES
        PREFIX "" OUTPUT_NAME ${name}
        C_VISIBILITY_PRESET hidden
        LINK_DEPENDS ${ARCHWAY_KIT_DIR}/plugin.map
        LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/${ARCHWAY_PLUGIN_DIR})
    target_link_options(${target} PRIVATE
        -Wl,--version-script=${ARCHWAY_KIT_DIR}/plugin.map -Wl,-z,now -Wl,-z,relro)
    if(NOT ARCHWAY_SANITIZE) # whose runtime the plugin finds in the program
        target_link_options(${target} PRIVATE -Wl,-z,defs)
    endif()
    # The loader refuses files and folders that others may write, whatever the umask was.
    add_custom_command(TARGET ${target} POST_BUILD
        COMMAND chmod go-w $<TARGET_FILE:${target}> $<TARGET_FILE_DIR:${target}>)
    if(arg_FOLDER)
        set_target_properties(${target} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${arg_FOLDER})
    else()
        install(TARGETS ${target} LIBRARY DESTINATION ${ARCHWAY_PLUGIN_DIR} COMPONENT backend-${name})
        set_property(GLOBAL APPEND PROPERTY ARCHWAY_BACKENDS ${target})
    endif()
endfunction()
