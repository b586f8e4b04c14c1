# archway_add_backend(NAME SOURCES file.c... [LIBRARIES target...] [FIXTURES folder] [FOLDER folder])
# One provider's plugin: NAME.so with one exported symbol, every other symbol bound when it is loaded. It is installed
# into ARCHWAY_PLUGIN_DIR. LIBRARIES may be archway_kit_xml, archway_kit_crypto and others.
# With FIXTURES, its recordings, `archway check` of both is a test; on another machine's, by the emulator if there is one. With FOLDER it lies there, where it is not found by
# itself, and is not installed.
set(ARCHWAY_KIT_DIR ${CMAKE_CURRENT_LIST_DIR})

function(archway_add_backend name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "FIXTURES;FOLDER" "SOURCES;LIBRARIES")
    set(target archway_backend_${name})
    add_library(${target} MODULE ${arg_SOURCES})
    target_link_libraries(${target} PRIVATE archway_kit ${arg_LIBRARIES})
    set_target_properties(${target} PROPERTIES
        PREFIX "" OUTPUT_NAME ${name}
        C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF
        C_VISIBILITY_PRESET hidden
        LINK_DEPENDS ${ARCHWAY_KIT_DIR}/plugin.map
        LIBRARY_OUTPUT_DIRECTORY ${ARCHWAY_PLUGIN_OUTPUT_DIR})
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
    if(arg_FIXTURES)
        archway_add_check(${name} ${arg_FIXTURES})
    endif()
endfunction()

function(archway_add_check name fixtures)
    if(NOT TARGET archway_command)
        message(FATAL_ERROR "${name} is to be checked, and there is no command archway beside the CMake package: "
            "install it (Debian's package is archway), or leave FIXTURES out")
    endif()
    if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
        message(STATUS "${name} is not checked: it is for another machine, and CMAKE_CROSSCOMPILING_EMULATOR is not set")
        return()
    endif()
    cmake_path(ABSOLUTE_PATH fixtures)
    add_test(NAME archway_check_${name}
        COMMAND archway_command check $<TARGET_FILE:archway_backend_${name}> --fixtures ${fixtures})
    if(archway_libraries) # of packages that were unpacked somewhere, where no linker looks
        set_tests_properties(archway_check_${name} PROPERTIES
            ENVIRONMENT_MODIFICATION LD_LIBRARY_PATH=path_list_prepend:${archway_libraries})
    endif()
endfunction()
