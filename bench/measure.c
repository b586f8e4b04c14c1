/* SPDX-License-Identifier: Apache-2.0 */
/* A clock, a way out, and lines of results. */
#include "bench/measure.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

uint64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t thread_cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static double seconds(const struct timeval *time)
{
    return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

double cpu_seconds(const struct rusage *usage)
{
    return seconds(&usage->ru_utime) + seconds(&usage->ru_stime);
}

void die(const char *format, ...)
{
    va_list args;
    fprintf(stderr, "%s: ", program_invocation_short_name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

void report_samples(const char *name, double *samples, size_t count, const char *unit)
{
    qsort(samples, count, sizeof *samples, compare);
    printf("%s %.4f %.4f %.4f %s\n", name, samples[count / 2], samples[0], samples[count - 1],
           unit);
    fflush(stdout);
}

void report(const char *name, double value, const char *unit)
{
    report_samples(name, &value, 1, unit);
}
