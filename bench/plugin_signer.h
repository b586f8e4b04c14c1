/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin's `sign` as core calls it: loaded, opened with no settings, through the vtable. */
#ifndef ARCHWAY_BENCH_PLUGIN_SIGNER_H
#define ARCHWAY_BENCH_PLUGIN_SIGNER_H

#include <archway/backend.h>

#include <stddef.h>

struct plugin_signer;

/* Ends the program when the plugin cannot be loaded or opened. */
struct plugin_signer *plugin_signer_create(const char *path);
void plugin_signer_destroy(struct plugin_signer *signer);

/* Signs, and drops the headers but for the last one called `authorization`, whose value it returns:
 * until the next call. Ends the program when it is refused. */
const char *plugin_signer_sign(struct plugin_signer *signer, const aw_request *request,
                               const aw_credentials *credentials, uint64_t now_ms);

#endif
