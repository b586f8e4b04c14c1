# Debian packages, by `cpack` in a build whose prefix is /usr: the library, the command, what is needed to build with
# it, and one for each backend.
set(CPACK_GENERATOR DEB)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PACKAGE_NAME archway)
set(CPACK_PACKAGE_VENDOR Archway)
set(CPACK_PACKAGE_CONTACT "Archway maintainers <maintainers@archway.invalid>")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_BINARY_DIR}/${CMAKE_INSTALL_LIBDIR})
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS OFF)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
    set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE arm64)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE amd64)
endif()

set(library libarchway${PROJECT_VERSION_MAJOR})
set(same "${library} (= ${PROJECT_VERSION})")
set(CPACK_COMPONENTS_ALL library command development)

set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME ${library})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_DEPENDS libsqlite3-0) # loaded when it is needed, so not found in the file
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SUGGESTS ca-certificates)
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION
    "One C interface to rented machines of either CPU architecture
 The library that loads the backends, ranks their offers, and creates, finds and
 terminates machines.")

set(CPACK_DEBIAN_COMMAND_PACKAGE_NAME archway)
set(CPACK_DEBIAN_COMMAND_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_COMMAND_PACKAGE_DEPENDS "${same}")
set(CPACK_COMPONENT_COMMAND_DESCRIPTION
    "Machines of either CPU architecture, wherever they are cheapest
 The command archway, its manual pages, and completion for bash, zsh and fish.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libarchway-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "${same}, libcurl4-openssl-dev, libssl-dev, libjansson-dev, libyaml-dev, libexpat1-dev")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_RECOMMENDS "archway (= ${PROJECT_VERSION}), cmake, pkg-config")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
    "What servers and backends of Archway are built with
 The headers, the static libraries, pkg-config and CMake packages, and the
 beginning of a backend.")

get_property(backends GLOBAL PROPERTY ARCHWAY_BACKENDS)
foreach(backend ${backends})
    string(REPLACE archway_backend_ "" name ${backend})
    string(TOUPPER backend-${name} component)
    list(APPEND CPACK_COMPONENTS_ALL backend-${name})
    set(CPACK_DEBIAN_${component}_PACKAGE_NAME archway-backend-${name})
    set(CPACK_DEBIAN_${component}_PACKAGE_SECTION admin)
    set(CPACK_DEBIAN_${component}_PACKAGE_ENHANCES "archway, ${library}")
    set(CPACK_COMPONENT_${component}_DESCRIPTION
        "The backend of Archway for ${name}
 A shared object that Archway loads when it lies in its folder.")
    # Programs that it runs: what no shared library tells.
    get_target_property(CPACK_DEBIAN_${component}_PACKAGE_DEPENDS ${backend} ARCHWAY_PACKAGE_DEPENDS)
    if(NOT CPACK_DEBIAN_${component}_PACKAGE_DEPENDS)
        set(CPACK_DEBIAN_${component}_PACKAGE_DEPENDS "")
    endif()
    list(APPEND recommended archway-backend-${name})
endforeach()
list(JOIN recommended ", " CPACK_DEBIAN_COMMAND_PACKAGE_RECOMMENDS)

# The shells' parts of completion, where each looks for them.
foreach(file bash:bash-completion/completions/archway zsh:zsh/vendor-completions/_archway
        fish:fish/vendor_completions.d/archway.fish)
    string(REPLACE : ";" parts ${file})
    list(GET parts 0 shell)
    list(GET parts 1 path)
    cmake_path(GET path PARENT_PATH folder)
    cmake_path(GET path FILENAME name)
    set(made ${CMAKE_BINARY_DIR}/completion/${shell}/${name})
    file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/completion/${shell})
    add_custom_command(OUTPUT ${made}
        COMMAND sh -c "exec \"$@\" > \"$0\"" ${made} ${CMAKE_CROSSCOMPILING_EMULATOR}
            $<TARGET_FILE:archway_command> completion ${shell}
        DEPENDS archway_command VERBATIM)
    list(APPEND scripts ${made})
    install(FILES ${made} DESTINATION ${CMAKE_INSTALL_DATADIR}/${folder} COMPONENT command)
endforeach()
add_custom_target(archway_completion ALL DEPENDS ${scripts})

foreach(component ${CPACK_COMPONENTS_ALL})
    string(TOUPPER ${component} upper)
    install(FILES ${PROJECT_SOURCE_DIR}/LICENSE
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${CPACK_DEBIAN_${upper}_PACKAGE_NAME}
        RENAME copyright COMPONENT ${component})
endforeach()
include(CPack)
