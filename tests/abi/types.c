/* SPDX-License-Identifier: Apache-2.0 */
/* Every type of the plugin ABI, reached from a symbol, so that its description has them all. */
#include <archway/backend.h>

#define HELD(kind, name) AW_EXPORT kind name *held_##name

const aw_backend_entry archway_backend_v1 = {.magic = AW_MAGIC};

HELD(enum, aw_code);
HELD(enum, aw_retry);
HELD(enum, aw_remedy);
HELD(enum, aw_scope);
HELD(struct, aw_error);
HELD(enum, aw_arch);
HELD(enum, aw_arch_source);
HELD(struct, aw_header);
HELD(struct, aw_bytes);
HELD(struct, aw_setting);
HELD(struct, aw_settings);
HELD(struct, aw_offer_query);
HELD(enum, aw_spot);
HELD(struct, aw_create);
HELD(struct, aw_ref);
HELD(struct, aw_list);
HELD(struct, aw_region);
HELD(struct, aw_gpu);
HELD(enum, aw_availability);
HELD(struct, aw_offer);
HELD(enum, aw_state);
HELD(struct, aw_instance);
HELD(struct, aw_resource);
HELD(struct, aw_quota);
HELD(struct, aw_image);
HELD(struct, aw_credentials);
HELD(struct, aw_request);
HELD(struct, aw_response);
HELD(struct, aw_program);
HELD(struct, aw_exit);
HELD(struct, aw_op);
HELD(enum, aw_log_level);
HELD(struct, aw_host);
HELD(enum, aw_secrecy);
HELD(struct, aw_header_sink);
HELD(struct, aw_vtable);
HELD(struct, aw_quotas);
HELD(struct, aw_images);
HELD(struct, aw_resources);
HELD(struct, aw_rate_limit);
HELD(enum, aw_option_type);
HELD(struct, aw_option);
HELD(struct, aw_backend_entry);
