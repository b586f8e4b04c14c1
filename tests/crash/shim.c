/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loaded into the command by LD_PRELOAD. Counts the calls by which a process changes anything outside itself or
 * learns an answer, and ends it, signals it, or fills its disk at a chosen one. Between two such calls nothing
 * outside can tell one moment from another, so the counted moments are all there are: the one before a call is the
 * one after the call before it.
 *
 *     CRASH_AT=N        at the N-th: raises CRASH_SIGNAL (9 unless it is set), CRASH_TIMES times (1)
 *     CRASH_AGAIN=N     and once more at the N-th
 *     CRASH_STRUCK=FILE is made when CRASH_AT is come to
 *     CRASH_FULL_AT=N   from the N-th write to a file on, there is no space left
 *     CRASH_LOG=FILE    a line for each call
 *     CRASH_CLOCK_MS=N  all clocks are ahead by so much
 *     CRASH_SPEED=N     and go so much faster, since CRASH_WALL_MS and CRASH_STEADY_MS
 *     CRASH_JUMP_MS=N   the wall clock jumps by so much (it may be negative) at CRASH_AT, instead of a signal
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static struct {
    bool is_ours; /* not a program that the command runs */
    long at;
    long again;
    const char *struck;
    long full_at;
    long times;
    int signal;
    int log_fd;
    long long clock_ms;
    long long speed;
    long long wall_base_ms;
    long long steady_base_ms;
    long long jump_ms;
    long long wall_ms; /* what the jump has added */
    long count;
    long file_writes;
} shim = {.log_fd = -1};

static long long number_of(const char *name, long long fallback)
{
    const char *text = getenv(name);
    return text && *text ? strtoll(text, NULL, 10) : fallback;
}

__attribute__((constructor)) static void read_environment(void)
{
    const char *log = getenv("CRASH_LOG");
    shim.is_ours = strcmp(program_invocation_short_name, "archway") == 0 ||
                   strcmp(program_invocation_short_name, "crash_host") == 0;
    shim.clock_ms = number_of("CRASH_CLOCK_MS", 0);
    shim.speed = number_of("CRASH_SPEED", 1);
    shim.wall_base_ms = number_of("CRASH_WALL_MS", 0);
    shim.steady_base_ms = number_of("CRASH_STEADY_MS", 0);
    if (!shim.is_ours)
        return;
    shim.at = (long)number_of("CRASH_AT", 0);
    shim.again = (long)number_of("CRASH_AGAIN", 0);
    shim.struck = getenv("CRASH_STRUCK");
    shim.full_at = (long)number_of("CRASH_FULL_AT", 0);
    shim.times = (long)number_of("CRASH_TIMES", 1);
    shim.signal = (int)number_of("CRASH_SIGNAL", SIGKILL);
    shim.jump_ms = number_of("CRASH_JUMP_MS", 0);
    if (log)
        shim.log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void *real(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (!found)
        abort();
    return found;
}

/* ---- counting ---- */

static void log_call(const char *name, int fd)
{
    static ssize_t (*real_write)(int, const void *, size_t);
    char line[96];
    if (!real_write)
        *(void **)&real_write = real("write");
    int size = snprintf(line, sizeof line, "%ld %s %d\n", shim.count, name, fd);
    if (real_write(shim.log_fd, line, (size_t)size) != size)
        abort();
}

static void come_to(const char *name, int fd)
{
    if (!shim.is_ours)
        return;
    shim.count++;
    if (shim.log_fd >= 0)
        log_call(name, fd);
    if (shim.again && shim.count == shim.again)
        kill(getpid(), shim.signal);
    if (shim.count != shim.at)
        return;
    if (shim.struck)
        close(open(shim.struck, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    if (shim.jump_ms)
        shim.wall_ms = shim.jump_ms;
    for (long i = 0; !shim.jump_ms && i < shim.times; i++)
        kill(getpid(), shim.signal);
}

static mode_t kind_of(int fd)
{
    struct stat status;
    int saved = errno;
    mode_t kind = fstat(fd, &status) ? 0 : status.st_mode & S_IFMT;
    errno = saved;
    return kind;
}

/* What the loop wakes itself with changes nothing outside. */
static bool is_outside(int fd)
{
    mode_t kind = kind_of(fd);
    return kind == S_IFREG || kind == S_IFSOCK || fd == STDOUT_FILENO || fd == STDERR_FILENO;
}

/* True: the disk is full, and errno says so. */
static bool is_full(int fd)
{
    if (!shim.is_ours || !shim.full_at || kind_of(fd) != S_IFREG ||
        ++shim.file_writes < shim.full_at)
        return false;
    errno = ENOSPC;
    return true;
}

#define REAL(name, ...)                                                                            \
    static __typeof__(name) *call_real;                                                            \
    if (!call_real)                                                                                \
    *(void **)&call_real = real(#name)

/* ---- writes ---- */

ssize_t write(int fd, const void *data, size_t size)
{
    REAL(write);
    if (is_outside(fd)) {
        come_to("write", fd);
        if (is_full(fd))
            return -1;
    }
    return call_real(fd, data, size);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at)
{
    REAL(pwrite64);
    come_to("pwrite", fd);
    return is_full(fd) ? -1 : call_real(fd, data, size, at);
}

int fdatasync(int fd)
{
    REAL(fdatasync);
    come_to("fdatasync", fd);
    return call_real(fd);
}

int fsync(int fd)
{
    REAL(fsync);
    come_to("fsync", fd);
    return call_real(fd);
}

int ftruncate64(int fd, off64_t size)
{
    REAL(ftruncate64);
    come_to("ftruncate", fd);
    return is_full(fd) ? -1 : call_real(fd, size);
}

int unlink(const char *path)
{
    REAL(unlink);
    come_to("unlink", -1);
    return call_real(path);
}

int unlinkat(int folder, const char *path, int flags)
{
    REAL(unlinkat);
    come_to("unlinkat", folder);
    return call_real(folder, path, flags);
}

int rename(const char *from, const char *to)
{
    REAL(rename);
    come_to("rename", -1);
    return call_real(from, to);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    REAL(renameat);
    come_to("renameat", from_folder);
    return call_real(from_folder, from, to_folder, to);
}

int mkdir(const char *path, mode_t mode)
{
    REAL(mkdir);
    come_to("mkdir", -1);
    return call_real(path, mode);
}

/* ---- sockets and programs ---- */

int connect(int fd, const struct sockaddr *address, socklen_t size)
{
    REAL(connect);
    come_to("connect", fd);
    return call_real(fd, address, size);
}

ssize_t send(int fd, const void *data, size_t size, int flags)
{
    REAL(send);
    come_to("send", fd);
    return call_real(fd, data, size, flags);
}

ssize_t sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *to,
               socklen_t to_size)
{
    REAL(sendto);
    come_to("sendto", fd);
    return call_real(fd, data, size, flags, to, to_size);
}

/* An answer is there once it has come; whether a socket is still open may be asked any number of times. */
ssize_t recv(int fd, void *data, size_t size, int flags)
{
    REAL(recv);
    ssize_t got = call_real(fd, data, size, flags);
    if (got > 0 && !(flags & MSG_PEEK))
        come_to("recv", fd);
    return got;
}

ssize_t read(int fd, void *data, size_t size)
{
    REAL(read);
    ssize_t got = call_real(fd, data, size);
    mode_t kind = got > 0 && shim.is_ours ? kind_of(fd) : 0;
    if (kind == S_IFSOCK || kind == S_IFIFO)
        come_to("read", fd);
    return got;
}

int posix_spawnp(pid_t *child, const char *file, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
    REAL(posix_spawnp);
    come_to("spawn", -1);
    return call_real(child, file, actions, attributes, argv, envp);
}

/* ---- clocks ---- */

static bool is_wall(clockid_t clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
}

static bool is_steady(clockid_t clock)
{
    return clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE ||
           clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_BOOTTIME;
}

int clock_gettime(clockid_t clock, struct timespec *ret_time)
{
    REAL(clock_gettime);
    int status = call_real(clock, ret_time);
    bool wall = is_wall(clock);
    if (status || (!wall && !is_steady(clock)))
        return status;
    long long base_ns = (wall ? shim.wall_base_ms : shim.steady_base_ms) * 1000000;
    long long now_ns = ret_time->tv_sec * 1000000000LL + ret_time->tv_nsec;
    now_ns = base_ns + (now_ns - base_ns) * (shim.speed ? shim.speed : 1) +
             (shim.clock_ms + (wall ? shim.wall_ms : 0)) * 1000000;
    ret_time->tv_sec = (time_t)(now_ns / 1000000000);
    ret_time->tv_nsec = (long)(now_ns % 1000000000);
    return 0;
}

static int shortened(int timeout_ms)
{
    int speed = shim.speed > 1 ? (int)shim.speed : 1;
    return timeout_ms > 0 ? (timeout_ms + speed - 1) / speed : timeout_ms;
}

int epoll_wait(int fd, struct epoll_event *events, int most, int timeout_ms)
{
    REAL(epoll_wait);
    return call_real(fd, events, most, shortened(timeout_ms));
}

int poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
    REAL(poll);
    return call_real(fds, count, shortened(timeout_ms));
}

int gettimeofday(struct timeval *restrict ret_time, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    *ret_time = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return 0;
}

time_t time(time_t *ret_time)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (ret_time)
        *ret_time = now.tv_sec;
    return now.tv_sec;
}
