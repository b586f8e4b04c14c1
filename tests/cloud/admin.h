/* SPDX-License-Identifier: Apache-2.0 */
/* The side of the tests: GET /_truth tells everything, POST /_script changes what happens. */
#ifndef ARCHWAY_TESTS_CLOUD_ADMIN_H
#define ARCHWAY_TESTS_CLOUD_ADMIN_H

struct call;

void admin_answer(struct call *call);

#endif
