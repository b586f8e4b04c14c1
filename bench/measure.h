/* SPDX-License-Identifier: Apache-2.0 */
/* What every program here needs: a clock, a way out, and lines of results that `run` reads. */
#ifndef ARCHWAY_BENCH_MEASURE_H
#define ARCHWAY_BENCH_MEASURE_H

#include <stddef.h>
#include <stdint.h>

struct rusage;

uint64_t now_us(void); /* monotonic */

/* CPU time of the calling thread. */
uint64_t thread_cpu_ns(void);

/* Of user and system together. */
double cpu_seconds(const struct rusage *usage);

/* Says why on stderr and exits with 1. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* One line: NAME MEDIAN MIN MAX UNIT. Sorts the samples. */
void report_samples(const char *name, double *samples, size_t count, const char *unit);
/* The same for something that was measured once. */
void report(const char *name, double value, const char *unit);

#endif
