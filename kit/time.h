/* SPDX-License-Identifier: Apache-2.0 */
/* Times as APIs write them. */
#ifndef ARCHWAY_KIT_TIME_H
#define ARCHWAY_KIT_TIME_H

#include <stdint.h>

/* Reads "2026-05-01T12:00:00Z", with or without a fraction of a second and with Z or an offset ("+02:00"),
 * as milliseconds since 1970. 0 for NULL and for what is no such time (RFC 3339). */
uint64_t kit_time_read(const char *text);

#define KIT_TIME 21
/* Writes it as "2026-05-01T12:00:00Z", without the fraction of its second. Of times beyond the year 9999, that year's last. */
void kit_time_write(uint64_t wall_ms, char ret_text[KIT_TIME]);

#endif
