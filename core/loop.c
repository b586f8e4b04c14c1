/* SPDX-License-Identifier: Apache-2.0 */
/* Timers in a binary heap, descriptors in an epoll set, and an eventfd to be woken by. */
#include "core/loop.h"

#include "core/mem.h"

#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define EVENTS_AT_ONCE 64

struct loop {
    int epoll_fd;
    int wake_fd;
    bool virtual_clock;
    uint64_t virtual_ms;
    uint64_t next_order;
    struct loop_timer **heap; /* from 1 */
    size_t count;
    size_t capacity;
    struct loop_watch wake_watch;
};

static void drain_wake(void *arg, uint32_t events)
{
    struct loop *loop = arg;
    uint64_t count;
    (void)events;
    while (read(loop->wake_fd, &count, sizeof count) > 0)
        continue;
}

struct loop *loop_create(bool virtual_clock)
{
    struct loop *loop = mem_alloc(sizeof *loop);
    if (!loop)
        return NULL;
    loop->virtual_clock = virtual_clock;
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    loop->wake_watch = (struct loop_watch){.ready = drain_wake, .arg = loop};
    if (loop->epoll_fd < 0 || loop->wake_fd < 0 ||
        !loop_watch_fd(loop, loop->wake_fd, EPOLLIN, &loop->wake_watch)) {
        loop_destroy(loop);
        return NULL;
    }
    return loop;
}

void loop_destroy(struct loop *loop)
{
    if (!loop)
        return;
    if (loop->epoll_fd >= 0)
        close(loop->epoll_fd);
    if (loop->wake_fd >= 0)
        close(loop->wake_fd);
    mem_free(loop->heap);
    mem_free(loop);
}

uint64_t loop_now_ms(const struct loop *loop)
{
    struct timespec now;
    if (loop->virtual_clock)
        return loop->virtual_ms;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static bool before(const struct loop_timer *a, const struct loop_timer *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void place(struct loop *loop, struct loop_timer *timer, size_t at)
{
    loop->heap[at] = timer;
    timer->place = at;
}

static void sift_up(struct loop *loop, struct loop_timer *timer, size_t at)
{
    for (; at > 1 && before(timer, loop->heap[at / 2]); at /= 2)
        place(loop, loop->heap[at / 2], at);
    place(loop, timer, at);
}

static void sift_down(struct loop *loop, struct loop_timer *timer, size_t at)
{
    for (;;) {
        size_t child = at * 2;
        if (child < loop->count && before(loop->heap[child + 1], loop->heap[child]))
            child++;
        if (child > loop->count || !before(loop->heap[child], timer))
            break;
        place(loop, loop->heap[child], at);
        at = child;
    }
    place(loop, timer, at);
}

static bool reserve(struct loop *loop)
{
    if (loop->count + 1 < loop->capacity)
        return true;
    size_t capacity = loop->capacity ? loop->capacity * 2 : 64;
    struct loop_timer **heap = mem_resize(loop->heap, capacity * sizeof(struct loop_timer *));
    if (!heap)
        return false;
    loop->heap = heap;
    loop->capacity = capacity;
    return true;
}

bool loop_set(struct loop *loop, struct loop_timer *timer, uint64_t delay_ms)
{
    uint64_t now_ms = loop_now_ms(loop);
    loop_stop(loop, timer);
    if (!reserve(loop))
        return false;
    timer->at_ms = delay_ms > UINT64_MAX - now_ms ? UINT64_MAX : now_ms + delay_ms;
    timer->order = loop->next_order++;
    sift_up(loop, timer, ++loop->count);
    return true;
}

void loop_stop(struct loop *loop, struct loop_timer *timer)
{
    size_t at = timer->place;
    if (!at)
        return;
    timer->place = 0;
    struct loop_timer *last = loop->heap[loop->count--];
    if (last == timer)
        return;
    if (at > 1 && before(last, loop->heap[at / 2]))
        sift_up(loop, last, at);
    else
        sift_down(loop, last, at);
}

bool loop_watch_fd(struct loop *loop, int fd, uint32_t epoll_events, struct loop_watch *watch)
{
    struct epoll_event event = {.events = epoll_events, .data.ptr = watch};
    if (!epoll_events)
        return epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, fd, NULL) == 0 || errno == ENOENT;
    if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_MOD, fd, &event) == 0)
        return true;
    return errno == ENOENT && epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

int loop_fd(const struct loop *loop)
{
    return loop->epoll_fd;
}

int64_t loop_timeout_ms(const struct loop *loop)
{
    if (!loop->count)
        return -1;
    uint64_t now_ms = loop_now_ms(loop);
    uint64_t at_ms = loop->heap[1]->at_ms;
    /* A virtual clock never makes anybody wait. */
    if (loop->virtual_clock || at_ms <= now_ms)
        return 0;
    return at_ms - now_ms > INT_MAX ? INT_MAX : (int64_t)(at_ms - now_ms);
}

static bool run_timers(struct loop *loop)
{
    uint64_t now_ms = loop_now_ms(loop);
    uint64_t last_order = loop->next_order;
    bool any = false;
    /* What these timers set anew waits for the next round, so that descriptors get their turn. */
    while (loop->count && loop->heap[1]->at_ms <= now_ms && loop->heap[1]->order < last_order) {
        struct loop_timer *timer = loop->heap[1];
        loop_stop(loop, timer);
        timer->run(timer->arg);
        any = true;
    }
    return any;
}

static bool run_events(struct loop *loop, int timeout_ms)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int count = epoll_wait(loop->epoll_fd, events, EVENTS_AT_ONCE, timeout_ms);
    for (int i = 0; i < count; i++) {
        struct loop_watch *watch = events[i].data.ptr;
        watch->ready(watch->arg, events[i].events);
    }
    return count > 0;
}

static void step(struct loop *loop, int timeout_ms)
{
    bool any = run_events(loop, timeout_ms);
    if (run_timers(loop) || any || !loop->virtual_clock || !loop->count)
        return;
    if (loop->heap[1]->at_ms > loop->virtual_ms)
        loop->virtual_ms = loop->heap[1]->at_ms;
    run_timers(loop);
}

void loop_step(struct loop *loop)
{
    step(loop, 0);
}

void loop_wait(struct loop *loop)
{
    step(loop, (int)loop_timeout_ms(loop));
}

void loop_wake(struct loop *loop)
{
    uint64_t one = 1;
    ssize_t written = write(loop->wake_fd, &one, sizeof one);
    (void)written;
}
