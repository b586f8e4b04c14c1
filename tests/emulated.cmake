# Programs for another machine, run by an emulator of user programs.

# archway_startable(TARGET VARIABLE): the path under which any program can start it. What an emulated program
# starts is not emulated, so a script stands for it.
function(archway_startable target variable)
    set(${variable} $<TARGET_FILE:${target}> PARENT_SCOPE)
    if(NOT CMAKE_CROSSCOMPILING_EMULATOR)
        return()
    endif()
    find_program(ARCHWAY_EMULATOR ${CMAKE_CROSSCOMPILING_EMULATOR} REQUIRED)
    get_target_property(name ${target} OUTPUT_NAME)
    if(NOT name)
        set(name ${target})
    endif()
    set(script ${CMAKE_BINARY_DIR}/emulated/${name})
    file(WRITE ${script}.in "#!/bin/sh\n"
        "exec ${ARCHWAY_EMULATOR} \${EMULATED_PRELOAD:+-E LD_PRELOAD=\"$EMULATED_PRELOAD\"} $<TARGET_FILE:${target}> \"$@\"\n")
    file(GENERATE OUTPUT ${script} INPUT ${script}.in
        FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
    set(${variable} ${script} PARENT_SCOPE)
endfunction()

# archway_not_emulated(NAME REASON): a test that is skipped, and says why.
function(archway_not_emulated name reason)
    add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -E echo "not under an emulator: ${reason}")
    set_tests_properties(${name} PROPERTIES SKIP_REGULAR_EXPRESSION "not under an emulator")
endfunction()

# How plugins are checked under one: by the rules that may come out otherwise on another machine, at few points.
if(CMAKE_CROSSCOMPILING_EMULATOR)
    set(ARCHWAY_CHECK_EMULATED --points 2 --rules L,S,T1,C3,C6,M1,M4,E1,I)
endif()
