# The journal, and recovery from it, on the small cloud of the engine's tests.
foreach(part create data recover account gc resources list fault cost)
    archway_test(journal_${part}_test journal_${part}_test.c journal_stage.c faulty_disk.c
        engine_stage.c engine_cloud.c replay_session.c recording_files.c LIBRARIES PkgConfig::SQLITE)
    set_target_properties(journal_${part}_test PROPERTIES ENABLE_EXPORTS ON)
    add_dependencies(journal_${part}_test engine_plugins)
endforeach()
archway_test(journal_place_test journal_place_test.c journal_stage.c place_stage.c
    engine_stage.c engine_cloud.c replay_session.c recording_files.c LIBRARIES PkgConfig::SQLITE)
set_target_properties(journal_place_test PROPERTIES ENABLE_EXPORTS ON)
add_dependencies(journal_place_test engine_plugins)
archway_test(journal_begin_test journal_begin_test.c recording_files.c)
archway_threaded(journal_begin_test)
