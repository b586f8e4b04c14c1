/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a program of a few hundred bytes of machine code, runs it, and counts what it says. */
#include "cli/load.h"

#include "cli/load_code.h"
#include "cli/signals.h"
#include "kit/memory.h"

#include <archway/archway.h>

#include <elf.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Loading an emulator may take a while; an event takes milliseconds. */
#define PATIENCE_MS 10000
#define LOAD_ADDRESS 0x400000u

struct program {
    Elf64_Ehdr header;
    Elf64_Phdr segment;
};

struct child {
    pid_t pid;
    int output;
};

uint32_t load_host_arch(void)
{
    struct utsname host;
    uint32_t arch = 0;
    if (uname(&host) != 0 || archway_arch_parse(host.machine, &arch, NULL) != 0)
        return 0;
    return arch;
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static struct program describe(uint16_t machine, size_t code_size)
{
    struct program program = {
        .header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
                               EV_CURRENT},
                   .e_type = ET_EXEC,
                   .e_machine = machine,
                   .e_version = EV_CURRENT,
                   .e_entry = LOAD_ADDRESS + sizeof program,
                   .e_phoff = sizeof program.header,
                   .e_ehsize = sizeof program.header,
                   .e_phentsize = sizeof program.segment,
                   .e_phnum = 1},
        .segment = {.p_type = PT_LOAD,
                    .p_flags = PF_R | PF_X,
                    .p_vaddr = LOAD_ADDRESS,
                    .p_paddr = LOAD_ADDRESS,
                    .p_filesz = sizeof program + code_size,
                    .p_memsz = sizeof program + code_size,
                    .p_align = 0x10000},
    };
    return program;
}

/* The descriptor of the program, which the child keeps; -1: it cannot be made. */
static int make_program(uint32_t arch)
{
    bool arm64 = arch == AW_ARCH_ARM64;
    const unsigned char *code = arm64 ? load_arm64 : load_amd64;
    size_t size = arm64 ? sizeof load_arm64 : sizeof load_amd64;
    struct program program = describe(arm64 ? EM_AARCH64 : EM_X86_64, size);
    int fd = memfd_create("archway-load", 0);
    if (fd < 0)
        return -1;
    if (write(fd, &program, sizeof program) == (ssize_t)sizeof program &&
        write(fd, code, size) == (ssize_t)size)
        return fd;
    close(fd);
    return -1;
}

static _Noreturn void become(const char *emulator, int program)
{
    char path[32];
    char *argv[] = {(char *)(emulator ? emulator : "load"), path, NULL};
    snprintf(path, sizeof path, "/proc/self/fd/%d", program);
    if (emulator)
        execvp(emulator, argv);
    else
        fexecve(program, argv, environ);
    _exit(127);
}

static int start(uint32_t arch, const char *emulator, struct child *ret_child)
{
    int ends[2];
    int program = make_program(arch);
    if (program < 0 || pipe(ends) != 0) {
        if (program >= 0)
            close(program);
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        become(emulator, program);
    }
    close(program);
    close(ends[1]);
    *ret_child = (struct child){pid, ends[0]};
    return pid < 0 ? -1 : 0;
}

static void end(struct child *child)
{
    if (child->output >= 0)
        close(child->output);
    if (child->pid <= 0)
        return;
    kill(child->pid, SIGKILL);
    while (waitpid(child->pid, NULL, 0) < 0 && !signals_pending())
        ;
}

/* Reads what there is within the time. 0: nothing came; -1: it has ended; -2: it is wrong. */
static ssize_t read_events(const struct child *child, int timeout_ms)
{
    char events[4096];
    struct pollfd fds[] = {{.fd = child->output, .events = POLLIN},
                           {.fd = signals_fd(), .events = POLLIN}};
    if (poll(fds, 2, timeout_ms) <= 0 || !fds[0].revents)
        return 0;
    ssize_t size = read(child->output, events, sizeof events);
    if (size <= 0)
        return -1;
    for (ssize_t i = 0; i < size; i++)
        if (events[i] != '.')
            return -2;
    return size;
}

/* From the first event on, so that starting does not count. */
static enum load_result count(const struct child *child, uint64_t duration_ms, struct load_run *run)
{
    ssize_t got = read_events(child, PATIENCE_MS);
    uint64_t start_ns = now_ns();
    uint64_t end_ns = start_ns + duration_ms * 1000000u;
    uint64_t events = 0;
    if (signals_pending())
        return LOAD_INTERRUPTED;
    if (got <= 0)
        return got == -2 ? LOAD_WRONG : LOAD_NOT_STARTED;
    for (uint64_t now = start_ns; now < end_ns; now = now_ns()) {
        got = read_events(child, (int)((end_ns - now) / 1000000u) + 1);
        if (signals_pending())
            return LOAD_INTERRUPTED;
        if (got < 0)
            return LOAD_WRONG;
        events += (uint64_t)got;
    }
    run->events += events;
    run->elapsed_ns += now_ns() - start_ns;
    return LOAD_RAN;
}

enum load_result load_run(uint32_t arch, const char *emulator, uint64_t duration_ms,
                          struct load_run *run)
{
    KIT_CLEANUP(end) struct child child = {.output = -1};
    if (start(arch, emulator, &child) != 0)
        return LOAD_NOT_STARTED;
    return count(&child, duration_ms, run);
}
