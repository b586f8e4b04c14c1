/* SPDX-License-Identifier: Apache-2.0 */
/* What the plugin of the engine's tests does: the test says, function by function. */
#ifndef ARCHWAY_TESTS_ENGINE_SCRIPT_H
#define ARCHWAY_TESTS_ENGINE_SCRIPT_H

#include <archway/backend.h>

#define ENGINE_URL "https://engine.example"

/* All are set. Unless a test changes one, it is of a small cloud (tests/engine_cloud.h). */
extern AW_EXPORT aw_vtable engine_script;

#endif
