/* SPDX-License-Identifier: Apache-2.0 */
/* A child with limits, and a parent that watches it. */
#include "check/child.h"

#include "kit/error.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEMORY_BYTES ((rlim_t)2 << 30)
#define CPU_SECONDS 600

struct verdict *child_memory(void)
{
    void *memory = mmap(NULL, sizeof(struct verdict), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

void child_memory_free(struct verdict *verdict)
{
    if (verdict)
        munmap(verdict, sizeof *verdict);
}

static void limit(int resource, rlim_t most)
{
    struct rlimit limits = {.rlim_cur = most, .rlim_max = most};
    setrlimit((__rlimit_resource_t)resource, &limits);
}

/* A program that tests may have handlers of its own, which would go on with its next test here. The sanitizers
 * need more address space than there is memory. */
static void set_limits(void)
{
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS};
#ifndef ARCHWAY_SANITIZED
    limit(RLIMIT_AS, MEMORY_BYTES);
#endif
    limit(RLIMIT_CPU, CPU_SECONDS);
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
        signal(fatal[i], SIG_DFL);
    limit(RLIMIT_CORE, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void be_child(void (*run)(void *arg, struct verdict *verdict), void *arg,
                     struct verdict *verdict)
{
    set_limits();
    /* What it prints is not part of the report. */
    dup2(STDERR_FILENO, STDOUT_FILENO);
    run(arg, verdict);
    _exit(0);
}

/* Until the child closes its end. False: it makes no progress. */
static bool watch(int fd, uint64_t patience_ms, const struct verdict *verdict)
{
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    uint64_t seen = verdict->beats;
    for (;;) {
        int ready = poll(&wanted, 1, (int)patience_ms);
        uint64_t beats = *(const volatile uint64_t *)&verdict->beats;
        if (ready > 0)
            return true;
        if (ready == 0 && beats == seen)
            return false;
        seen = beats;
    }
}

static int conclude(int status, bool ended, uint64_t patience_ms, struct verdict *verdict)
{
    if (!ended)
        verdict_fail(verdict, "it did not come to an end within %llu s",
                     (unsigned long long)patience_ms / 1000);
    else if (WIFSIGNALED(status))
        verdict_fail(verdict, "it was ended by the signal SIG%s", sigabbrev_np(WTERMSIG(status)));
    else if (WEXITSTATUS(status))
        verdict_fail(verdict, "it ended the process, with the status %d", WEXITSTATUS(status));
    else
        return 0;
    return 1;
}

int child_run(void (*run)(void *arg, struct verdict *verdict), void *arg, uint64_t patience_ms,
              struct verdict *verdict, aw_error *ret_error)
{
    int ends[2];
    int status = 0;
    if (pipe(ends) < 0)
        return kit_error_set(ret_error, AW_E_INTERNAL, "no pipe: %s", strerror(errno));
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        be_child(run, arg, verdict);
    }
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return kit_error_set(ret_error, AW_E_INTERNAL, "no process: %s", strerror(errno));
    }
    bool ended = watch(ends[0], patience_ms, verdict);
    if (!ended)
        kill(child, SIGKILL);
    close(ends[0]);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return conclude(status, ended, patience_ms, verdict);
}
