/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event loop: timers and descriptors, on epoll. Its clock is the machine's, or virtual: then time
 * stands still while there is something to do and jumps to the next timer when there is not. Timers
 * that are due at the same millisecond run in the order in which they were set.
 */
#ifndef ARCHWAY_CORE_LOOP_H
#define ARCHWAY_CORE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;

struct loop_timer {
    void (*run)(void *arg);
    void *arg;
    uint64_t at_ms;
    uint64_t order;
    bool set;
    struct loop_timer *child; /* links of the heap */
    struct loop_timer *next;
    struct loop_timer *previous; /* elder sibling, or the parent of the eldest */
};

struct loop_watch {
    void (*ready)(void *arg, uint32_t epoll_events);
    void *arg;
};

/* NULL when there is no memory or no descriptor. */
struct loop *loop_create(bool virtual_clock);
void loop_destroy(struct loop *loop);

/* Monotonic milliseconds. */
uint64_t loop_now_ms(const struct loop *loop);

/* Runs timer->run(timer->arg) once, `delay_ms` from now (0: in the next step). Setting a timer that is
 * set moves it. The memory is the caller's and must stay until it has run or is stopped. Cannot fail. */
void loop_set(struct loop *loop, struct loop_timer *timer, uint64_t delay_ms);
void loop_stop(struct loop *loop, struct loop_timer *timer);

/* Calls watch->ready while `fd` has one of `epoll_events`. 0: no longer, and `watch` may be freed.
 * Returns false on failure. */
bool loop_watch_fd(struct loop *loop, int fd, uint32_t epoll_events, struct loop_watch *watch);

int loop_fd(const struct loop *loop);
int64_t loop_timeout_ms(const struct loop *loop); /* -1: no timer */
/* Runs what is due now; waits for nothing. */
void loop_step(struct loop *loop);
/* Waits until something is due, then steps. */
void loop_wait(struct loop *loop);
/* Makes loop_wait return. Async-signal-safe, any thread. */
void loop_wake(struct loop *loop);

#endif
