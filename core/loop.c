/* SPDX-License-Identifier: Apache-2.0 */
/* Timers in a pairing heap, descriptors in an epoll set, and an eventfd to be woken by. */
#include "core/loop.h"

#include "core/mem.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
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
    struct loop_timer *first;
    struct loop_watch wake_watch;
    struct epoll_event events[EVENTS_AT_ONCE];
    int event_count;
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

/* Both are roots without siblings; the later one becomes the eldest child of the earlier one. */
static struct loop_timer *meld(struct loop_timer *a, struct loop_timer *b)
{
    if (!a || !b)
        return a ? a : b;
    if (before(b, a)) {
        struct loop_timer *swap = a;
        a = b;
        b = swap;
    }
    b->next = a->child;
    b->previous = a;
    if (a->child)
        a->child->previous = b;
    a->child = b;
    return a;
}

static struct loop_timer *detach_sibling(struct loop_timer **list)
{
    struct loop_timer *timer = *list;
    if (timer) {
        *list = timer->next;
        timer->next = timer->previous = NULL;
    }
    return timer;
}

/* The two passes of a pairing heap: meld neighbours, then meld the pairs from the back. */
static struct loop_timer *meld_siblings(struct loop_timer *list)
{
    struct loop_timer *pairs = NULL;
    while (list) {
        struct loop_timer *first = detach_sibling(&list);
        struct loop_timer *pair = meld(first, detach_sibling(&list));
        pair->next = pairs;
        pairs = pair;
    }
    struct loop_timer *root = NULL;
    while (pairs)
        root = meld(root, detach_sibling(&pairs));
    return root;
}

static void unlink_from_family(struct loop_timer *timer)
{
    if (timer->previous->child == timer)
        timer->previous->child = timer->next;
    else
        timer->previous->next = timer->next;
    if (timer->next)
        timer->next->previous = timer->previous;
    timer->next = timer->previous = NULL;
}

void loop_stop(struct loop *loop, struct loop_timer *timer)
{
    if (!timer->set)
        return;
    struct loop_timer *children = meld_siblings(timer->child);
    timer->child = NULL;
    timer->set = false;
    if (timer == loop->first) {
        loop->first = children;
        return;
    }
    unlink_from_family(timer);
    loop->first = meld(loop->first, children);
}

void loop_set(struct loop *loop, struct loop_timer *timer, uint64_t delay_ms)
{
    uint64_t now_ms = loop_now_ms(loop);
    loop_stop(loop, timer);
    timer->at_ms = delay_ms > UINT64_MAX - now_ms ? UINT64_MAX : now_ms + delay_ms;
    timer->order = loop->next_order++;
    timer->set = true;
    timer->child = timer->next = timer->previous = NULL;
    loop->first = meld(loop->first, timer);
}

/* Events of the current round that the kernel has told already and that nobody wants any more. */
static void forget_events(struct loop *loop, const struct loop_watch *watch)
{
    for (int i = 0; i < loop->event_count; i++)
        if (loop->events[i].data.ptr == watch)
            loop->events[i].data.ptr = NULL;
}

bool loop_watch_fd(struct loop *loop, int fd, uint32_t epoll_events, struct loop_watch *watch)
{
    struct epoll_event event = {.events = epoll_events, .data.ptr = watch};
    if (!epoll_events) {
        forget_events(loop, watch);
        return epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, fd, NULL) == 0 || errno == ENOENT;
    }
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
    if (!loop->first)
        return -1;
    uint64_t now_ms = loop_now_ms(loop);
    uint64_t at_ms = loop->first->at_ms;
    /* A virtual clock never makes anybody wait. */
    if (loop->virtual_clock || at_ms <= now_ms)
        return 0;
    return at_ms - now_ms > INT_MAX ? INT_MAX : (int64_t)(at_ms - now_ms);
}

static bool run_timers(struct loop *loop)
{
    uint64_t now_ms = loop_now_ms(loop);
    uint64_t next_round = loop->next_order;
    bool any = false;
    /* What these timers set anew waits for the next round, so that descriptors get their turn. */
    while (loop->first && loop->first->at_ms <= now_ms && loop->first->order < next_round) {
        struct loop_timer *timer = loop->first;
        loop_stop(loop, timer);
        timer->run(timer->arg);
        any = true;
    }
    return any;
}

static bool run_events(struct loop *loop, int timeout_ms)
{
    loop->event_count = epoll_wait(loop->epoll_fd, loop->events, EVENTS_AT_ONCE, timeout_ms);
    for (int i = 0; i < loop->event_count; i++) {
        struct loop_watch *watch = loop->events[i].data.ptr;
        if (watch)
            watch->ready(watch->arg, loop->events[i].events);
    }
    bool any = loop->event_count > 0;
    loop->event_count = 0;
    return any;
}

static void step(struct loop *loop, int timeout_ms)
{
    bool any = run_events(loop, timeout_ms);
    if (run_timers(loop) || any || !loop->virtual_clock || !loop->first)
        return;
    if (loop->first->at_ms > loop->virtual_ms)
        loop->virtual_ms = loop->first->at_ms;
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
