# Images: their names, what registries say of them, and the choice that follows from it.
archway_test(image_replay_test image_replay_test.c image_stage.c replay_session.c config_file.c)
archway_test(image_reference_test image_reference_test.c)
archway_test(image_login_test image_login_test.c)
foreach(sweep cancel memory deadline)
    archway_test(sweep_${sweep}_image_test sweep_${sweep}_test.c image_acts.c acts.c replay_session.c)
endforeach()
archway_test(choice_random_test choice_random_test.c)
archway_test(emulation_test emulation_test.c config_file.c)
