/* SPDX-License-Identifier: Apache-2.0 */
/* What a test cannot show in a program for another machine, which an emulator of user programs runs. */
#ifndef ARCHWAY_TESTS_EMULATED_H
#define ARCHWAY_TESTS_EMULATED_H

/* First in a test: under an emulator it is skipped, and says why. Needs cmocka.h. */
#ifdef ARCHWAY_EMULATED
#define NOT_EMULATED(reason)                                                                       \
    do {                                                                                           \
        print_message("not under an emulator: %s: %s\n", __func__, reason);                        \
        skip();                                                                                    \
    } while (0)
#define PATIENCE 10   /* how much longer than otherwise anything may take */
#define SWEEP_STEP 11 /* of the like points of a sweep, or random rounds, one in so many is tried */
#else
#define NOT_EMULATED(reason) ((void)(reason))
#define PATIENCE 1
#define SWEEP_STEP 1
#endif

#define SPAWN_REASON "the emulator does not tell the parent that exec failed"
#define SCAN_REASON "the emulator's own memory holds copies of registers"
#define HOST_REASON "what ssh reaches is the machine beneath, of another architecture"
#define NATIVE_REASON                                                                              \
    "the program that stands for the processor's own would be emulated too, and is not"
#define TIME_REASON "how long it takes is compared"

#endif
