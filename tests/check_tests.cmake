# Every plugin of the house keeps the rules, on all of its recordings. A sanitizer links libraries and adds statics
# and constructors of its own, so there the rules of the file (L) are left out.
set(check_options --points 25)
if(ARCHWAY_CHECK_EMULATED)
    set(check_options ${ARCHWAY_CHECK_EMULATED})
elseif(ARCHWAY_SANITIZE)
    set(check_options --points 5 --rules M,S,T,C,E,O,I)
endif()
function(check_backend name plugin fixtures)
    add_test(NAME check_${name} COMMAND archway_command check ${plugin} --fixtures ${fixtures}
        ${check_options})
    set_tests_properties(check_${name} PROPERTIES TIMEOUT 300 LABELS check COST 20)
endfunction()

file(GLOB backends RELATIVE ${PROJECT_SOURCE_DIR}/backends ${PROJECT_SOURCE_DIR}/backends/*)
foreach(backend ${backends})
    if(TARGET archway_backend_${backend})
        check_backend(${backend} $<TARGET_FILE:archway_backend_${backend}>
            ${PROJECT_SOURCE_DIR}/fixtures/${backend})
        add_dependencies(archway_command archway_backend_${backend})
    endif()
endforeach()

# The rules themselves: plugins that break one each. What a sanitizer sees first is not a rule's affair.
if(NOT ARCHWAY_SANITIZE)
    add_subdirectory(plugins/bad)
    archway_test(check_rules_test check_rules_test.c LIBRARIES archway_check)
    add_dependencies(check_rules_test bad_plugins)
    set_tests_properties(check_rules_test PROPERTIES TIMEOUT 300 LABELS check)
endif()
if(NOT ARCHWAY_SANITIZE)
    add_test(NAME check_example COMMAND archway_command check ${CMAKE_BINARY_DIR}/tests/example/example.so
        --fixtures ${PROJECT_SOURCE_DIR}/docs/example/fixtures ${ARCHWAY_CHECK_EMULATED})
    set_tests_properties(check_example PROPERTIES TIMEOUT 120 LABELS check)
endif()
