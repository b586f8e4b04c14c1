/* SPDX-License-Identifier: Apache-2.0 */
/* A signal sets a flag and wakes the poll; an alarm ends a process that does not come back to it. */
#include "cli/signals.h"

#include "cli/exit_code.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define GRACE_SECONDS 1

static volatile sig_atomic_t pending;
static int wake_fd = -1;
static archway *volatile busy; /* with what must be seen to */

static void on_signal(int number)
{
    int saved_errno = errno;
    uint64_t one = 1;
    if (busy)
        archway_wake(busy);
    else if (!pending)
        alarm(GRACE_SECONDS);
    pending = number;
    ssize_t ignored = write(wake_fd, &one, sizeof one);
    (void)ignored;
    errno = saved_errno;
}

static void on_alarm(int number)
{
    static const char message[] =
        "archway: interrupted while busy; `archway list` shows what is running\n";
    (void)number;
    if (!pending)
        return;
    ssize_t ignored = write(STDERR_FILENO, message, sizeof message - 1);
    (void)ignored;
    _exit(EXIT_SIGNAL + (int)pending);
}

void signals_catch(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    action.sa_handler = on_alarm;
    sigaction(SIGALRM, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}

void signals_wake(archway *aw)
{
    busy = aw;
}

int signals_pending(void)
{
    return pending;
}

int signals_fd(void)
{
    return wake_fd;
}
