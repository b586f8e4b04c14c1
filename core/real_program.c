/* SPDX-License-Identifier: Apache-2.0 */
/* A child process from its start to its end. */
#include "core/real_program.h"

#include "core/arena.h"
#include "core/mem.h"
#include "core/real_spawn.h"
#include "kit/buf.h"
#include "kit/error.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEFAULT_TIMEOUT_MS 60000u
#define DEFAULT_MAX_OUTPUT ((size_t)1024 * 1024)
/* How long output may still come when the program has ended but its streams are held open. */
#define LAST_OUTPUT_MS 200u
#define CHUNK 16384
#define STATUS_LOST (-1)

struct stream {
    struct loop_watch watch;
    struct running *running;
    int fd; /* -1: closed */
    kit_buf text;
};

struct running {
    struct programs *programs;
    struct loop *loop;
    struct run_call *call;
    struct child child;
    struct loop_watch process_watch;
    struct loop_watch input_watch;
    struct loop_timer timer;
    struct stream output;
    struct stream errors;
    struct arena secrets; /* what a secret program says */
    int input;            /* -1: closed */
    size_t written;
    bool ended;
    int32_t status;
};

static void close_stream(struct running *running, int *fd, struct loop_watch *watch)
{
    if (*fd < 0)
        return;
    loop_watch_fd(running->loop, *fd, 0, watch);
    close(*fd);
    *fd = -1;
}

static void release(struct running *running)
{
    struct programs *programs = running->programs;
    programs->running--;
    if (!list_empty(&programs->waiting))
        loop_set(programs->loop, &programs->turn, 0);
    loop_stop(running->loop, &running->timer);
    close_stream(running, &running->input, &running->input_watch);
    close_stream(running, &running->output.fd, &running->output.watch);
    close_stream(running, &running->errors.fd, &running->errors.watch);
    close_stream(running, &running->child.process, &running->process_watch);
    kit_buf_finish(&running->output.text);
    kit_buf_finish(&running->errors.text);
    arena_finish(&running->secrets);
    mem_free(running);
}

static void kill_all(struct running *running)
{
    /* An emulator of user programs returns from the spawn before the child has its group. */
    if (kill(-running->child.pid, SIGKILL) < 0 && errno == ESRCH)
        pidfd_send_signal(running->child.process, SIGKILL, NULL, 0);
    while (!running->ended && waitpid(running->child.pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    running->ended = true;
}

static void finish(struct running *running)
{
    running->call->transport = NULL;
    running->call->done(running->call);
    release(running);
}

static void tell_result(struct running *running)
{
    const kit_buf *output = &running->output.text;
    const kit_buf *errors = &running->errors.text;
    running->call->result = (aw_exit){
        .size = sizeof(aw_exit),
        .status = running->status,
        .output = {kit_buf_text(output), output->size},
        .errors = {kit_buf_text(errors), errors->size},
    };
    finish(running);
}

static void give_up(struct running *running, const char *why)
{
    snprintf(running->call->problem, sizeof running->call->problem, "`%s` %s",
             running->call->program->name, why);
    kill_all(running);
    finish(running);
}

static void on_timer(void *arg)
{
    struct running *running = arg;
    if (running->ended) {
        tell_result(running);
        return;
    }
    running->call->timed_out = true;
    give_up(running, "did not end in time and was killed");
}

static void maybe_finish(struct running *running)
{
    if (running->ended && running->output.fd < 0 && running->errors.fd < 0)
        tell_result(running);
}

static void on_readable(void *arg, uint32_t events)
{
    struct stream *stream = arg;
    struct running *running = stream->running;
    char chunk[CHUNK];
    (void)events;
    ssize_t size = read(stream->fd, chunk, sizeof chunk);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size <= 0) {
        close_stream(running, &stream->fd, &stream->watch);
        maybe_finish(running);
        return;
    }
    kit_buf_add(&stream->text, chunk, (size_t)size);
    explicit_bzero(chunk, (size_t)size);
    if (stream->text.state == KIT_BUF_OK)
        return;
    running->call->too_large = true;
    running->call->no_memory = stream->text.state == KIT_BUF_NO_MEMORY;
    give_up(running, running->call->no_memory ? "said more than there is memory for and was killed"
                                              : "said more than it may and was killed");
}

static void on_writable(void *arg, uint32_t events)
{
    struct running *running = arg;
    const aw_bytes *input = &running->call->program->input;
    (void)events;
    ssize_t size = send(running->input, input->data + running->written,
                        input->size - running->written, MSG_NOSIGNAL);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    running->written += size > 0 ? (size_t)size : 0;
    if (size < 0 || running->written == input->size)
        close_stream(running, &running->input, &running->input_watch);
}

static void on_ended(void *arg, uint32_t events)
{
    struct running *running = arg;
    int status = 0;
    (void)events;
    pid_t pid = waitpid(running->child.pid, &status, WNOHANG);
    if (pid == 0)
        return;
    running->ended = true;
    /* The host ignores SIGCHLD or waits for all children: how it ended is lost, and no success. */
    running->status = pid < 0               ? STATUS_LOST
                      : WIFSIGNALED(status) ? 128 + WTERMSIG(status)
                                            : WEXITSTATUS(status);
    close_stream(running, &running->child.process, &running->process_watch);
    loop_set(running->loop, &running->timer, LAST_OUTPUT_MS);
    maybe_finish(running);
}

static bool watch_all(struct running *running)
{
    struct loop *loop = running->loop;
    bool has_input = running->call->program->input.size > 0;
    if (!has_input)
        close_stream(running, &running->input, &running->input_watch);
    return loop_watch_fd(loop, running->child.process, EPOLLIN, &running->process_watch) &&
           loop_watch_fd(loop, running->output.fd, EPOLLIN, &running->output.watch) &&
           loop_watch_fd(loop, running->errors.fd, EPOLLIN, &running->errors.watch) &&
           (!has_input || loop_watch_fd(loop, running->input, EPOLLOUT, &running->input_watch));
}

static void init_stream(struct stream *stream, struct running *running, int fd, size_t max)
{
    stream->watch = (struct loop_watch){.ready = on_readable, .arg = stream};
    stream->running = running;
    stream->fd = fd;
    kit_buf_init(&stream->text, running->call->secret ? arena_kit(&running->secrets) : mem_kit(),
                 max);
}

static void report_not_started(void *arg)
{
    struct run_call *call = arg;
    call->done(call);
}

static void not_started(struct loop *loop, struct run_call *call, int error)
{
    call->timer = (struct loop_timer){.run = report_not_started, .arg = call};
    call->no_memory = error == ENOMEM;
    snprintf(call->problem, sizeof call->problem, "`%s` cannot be started: %s",
             call->program->argv[0], strerror(error));
    loop_set(loop, &call->timer, 0);
}

static void begin(struct programs *programs, struct run_call *call)
{
    struct loop *loop = programs->loop;
    const aw_program *program = call->program;
    size_t max = program->max_output ? program->max_output : DEFAULT_MAX_OUTPUT;
    struct running *running = mem_alloc(sizeof *running);
    int error = running ? child_start(&running->child, program) : ENOMEM;
    if (error) {
        mem_free(running);
        not_started(loop, call, error);
        return;
    }
    running->programs = programs;
    running->loop = loop;
    programs->running++;
    running->call = call;
    running->input = running->child.input;
    running->process_watch = (struct loop_watch){.ready = on_ended, .arg = running};
    running->input_watch = (struct loop_watch){.ready = on_writable, .arg = running};
    running->timer = (struct loop_timer){.run = on_timer, .arg = running};
    arena_init(&running->secrets, true);
    init_stream(&running->output, running, running->child.output, max);
    init_stream(&running->errors, running, running->child.errors, max);
    if (!watch_all(running)) {
        kill_all(running);
        release(running);
        not_started(loop, call, ENOMEM);
        return;
    }
    call->started = true;
    call->transport = running;
    loop_set(loop, &running->timer, program->timeout_ms ? program->timeout_ms : DEFAULT_TIMEOUT_MS);
}

static void take_turns(void *arg)
{
    struct programs *programs = arg;
    while (programs->running < PROGRAMS_AT_ONCE && !list_empty(&programs->waiting)) {
        struct run_call *call = list_item(programs->waiting.next, struct run_call, turn);
        list_remove(&call->turn);
        begin(programs, call);
    }
}

void programs_init(struct programs *programs, struct loop *loop)
{
    *programs = (struct programs){.loop = loop};
    programs->turn = (struct loop_timer){.run = take_turns, .arg = programs};
    list_init(&programs->waiting);
}

void programs_finish(struct programs *programs)
{
    loop_stop(programs->loop, &programs->turn);
}

void program_run(struct programs *programs, struct run_call *call)
{
    call->transport = NULL;
    list_init(&call->turn);
    if (programs->running < PROGRAMS_AT_ONCE && list_empty(&programs->waiting))
        begin(programs, call);
    else
        list_append(&programs->waiting, &call->turn);
}

void program_cancel(struct programs *programs, struct run_call *call)
{
    struct loop *loop = programs->loop;
    struct running *running = call->transport;
    list_remove(&call->turn);
    loop_stop(loop, &call->timer);
    if (!running)
        return;
    call->transport = NULL;
    kill_all(running);
    release(running);
}
