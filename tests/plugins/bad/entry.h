/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a bad plugin: an entry like the example's, with what it has defined before in its place. */
#include "tests/plugins/bad/example.h"

#ifndef OPEN
#define OPEN cloud_open
#endif
#ifndef LIST_OFFERS
#define LIST_OFFERS cloud_list_offers
#endif
#ifndef CREATE
#define CREATE cloud_create
#endif
#ifndef GET
#define GET cloud_get
#endif
#ifndef LIST
#define LIST cloud_list
#endif
#ifndef TERMINATE
#define TERMINATE cloud_terminate
#endif
#ifndef AUTHENTICATE
#define AUTHENTICATE cloud_authenticate
#endif
#ifndef SIGN
#define SIGN cloud_sign
#endif
#ifndef CLASSIFY
#define CLASSIFY cloud_classify
#endif
#ifndef EXTENSION
#define EXTENSION cloud_extension
#endif
#ifndef PROVIDER
#define PROVIDER "example"
#endif

static const aw_vtable bad_vtable = {
    .size = sizeof bad_vtable,
    .open = OPEN,
    .regions = cloud_regions,
    .list_offers = LIST_OFFERS,
    .create = CREATE,
    .get = GET,
    .list = LIST,
    .terminate = TERMINATE,
    .authenticate = AUTHENTICATE,
    .sign = SIGN,
    .classify = CLASSIFY,
    .extension = EXTENSION,
};

const aw_backend_entry archway_backend_v1 = {
    .magic = AW_MAGIC,
    .size = sizeof archway_backend_v1,
    .minor = AW_ABI_MINOR,
    .capabilities = AW_CAP_IDEMPOTENT_CREATE | AW_CAP_WHOLE_LISTING,
    .provider = PROVIDER,
    .title = "Bad Cloud",
    .version = "0.1.0",
    .endpoint = ENDPOINT,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .limits = limits,
    .limit_count = sizeof limits / sizeof limits[0],
    .credential_variables = credential_variables,
    .vtable = &bad_vtable,
};
