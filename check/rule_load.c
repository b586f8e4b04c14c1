/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin as it is loaded and opened: L6, L7, S5, and L3 while it runs. */
#include "check/rules.h"
#include "check/run.h"

#include "core/backend.h"
#include "core/host.h"
#include "core/mem.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define MOST_MS 300u

static bool loads(struct subject *subject, struct verdict *verdict)
{
    aw_error error = {0};
    verdict->tried++;
    if (subject_load(subject, &error))
        return true;
    verdict_fail(verdict, "%s", error.message);
    return false;
}

void rule_loads(struct subject *subject, struct verdict *verdict)
{
    if (!loads(subject, verdict))
        return;
    aw_backend_entry first = subject->loaded.items[0].entry;
    plugins_finish(&subject->loaded);
    if (!loads(subject, verdict))
        return;
    aw_backend_entry again = subject->loaded.items[0].entry;
    again.vtable = first.vtable;
    if (memcmp(&first, &again, sizeof first) != 0)
        verdict_fail(verdict, "its descriptor is another one when it is loaded again");
    const aw_backend_entry *entry = &subject->loaded.items[0].entry;
    if (!entry->endpoint || !entry->endpoint[0])
        verdict_fail(verdict, "it does not say its endpoint");
    if (entry->minor > AW_ABI_MINOR)
        verdict_fail(verdict,
                     "it is built for ABI 1.%u, and this is 1.%u: check it with a newer "
                     "archway",
                     entry->minor, AW_ABI_MINOR);
}

static uint64_t cpu_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* A recording of nothing, for what needs an open backend and no conversation. */
static int empty_recording(char *ret_path, size_t path_size)
{
    int fd = memfd_create("nothing", MFD_CLOEXEC);
    static const char text[] = RECORDING_FIRST_LINE "\n";
    if (fd < 0 || write(fd, text, sizeof text - 1) < 0)
        return -1;
    snprintf(ret_path, path_size, "/proc/self/fd/%d", fd);
    return fd;
}

void rule_quick(struct subject *subject, struct verdict *verdict)
{
    char recording[64];
    struct run run;
    const struct stage_knobs knobs = {.lenient = true};
    uint64_t before_ms = cpu_ms();
    int fd = empty_recording(recording, sizeof recording);
    if (fd < 0 || !loads(subject, verdict))
        return;
    run_open(&run, subject, recording, &knobs);
    uint64_t took_ms = cpu_ms() - before_ms;
    if (took_ms > MOST_MS)
        verdict_fail(verdict, "it took %llu ms of CPU time to load and open",
                     (unsigned long long)took_ms);
    run_finish(&run);
    close(fd);
}

static void ask_extensions(const struct stage *stage, struct verdict *verdict)
{
    static const char *const unknown[] = {"",          "quotas",  "quotas/0", "quotas/999999",
                                          "no-such/1", "QUOTAS/1"};
    const aw_vtable *vtable = stage->real;
    void *state = stage->aw->backends[0]->state;
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        if (vtable->extension(state, unknown[i]))
            verdict_fail(verdict, "it says that it has \"%s\"", unknown[i]);
    if (vtable->extension(state, AW_QUOTAS) != vtable->extension(state, AW_QUOTAS))
        verdict_fail(verdict, "it has another \"" AW_QUOTAS "\" each time");
}

void rule_extensions(struct subject *subject, struct verdict *verdict)
{
    char recording[64];
    struct run run;
    const struct stage_knobs knobs = {.lenient = true};
    int fd = empty_recording(recording, sizeof recording);
    if (fd < 0 || !loads(subject, verdict))
        return;
    if (!subject->recording_count)
        run_open(&run, subject, recording, &knobs);
    else
        run_open(&run, subject, subject->recordings[0], &knobs);
    if (!run.opened)
        verdict_skip(verdict, "it cannot be opened without settings");
    else if (run.stage.real->extension)
        ask_extensions(&run.stage, verdict);
    run_finish(&run);
    close(fd);
}

/* The parts of the plugin's memory that can be written. */
struct parts {
    const char *path;
    struct {
        char *start;
        char *copy;
        size_t size;
    } items[16];
    size_t count;
};

static int note_part(struct dl_phdr_info *info, size_t size, void *arg)
{
    struct parts *parts = arg;
    (void)size;
    if (strcmp(info->dlpi_name, parts->path) != 0)
        return 0;
    for (size_t i = 0; i < info->dlpi_phnum && parts->count < 16; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_W))
            continue;
        char *start = (char *)(info->dlpi_addr + segment->p_vaddr);
        parts->items[parts->count].start = start;
        parts->items[parts->count].copy = mem_copy(start, segment->p_memsz);
        parts->items[parts->count++].size = segment->p_memsz;
    }
    return 1;
}

static bool has_changed(const struct parts *parts)
{
    for (size_t i = 0; i < parts->count; i++)
        if (memcmp(parts->items[i].start, parts->items[i].copy, parts->items[i].size) != 0)
            return true;
    return false;
}

void rule_unchanged(struct subject *subject, struct verdict *verdict)
{
    struct parts parts = {.path = subject->path};
    const struct stage_knobs knobs = {.lenient = true};
    if (!loads(subject, verdict))
        return;
    dl_iterate_phdr(note_part, &parts);
    verdict->tried = 0;
    for (size_t i = 0; i < subject->recording_count && !has_changed(&parts); i++) {
        struct run run;
        verdict_place(verdict, "%s", run_name(subject->recordings[i]));
        run_play(&run, subject, subject->recordings[i], &knobs);
        run_finish(&run);
        verdict->tried++;
        if (has_changed(&parts))
            verdict_fail(verdict, "it has changed its own static data: keep state in `open`'s");
    }
    if (!subject->recording_count)
        verdict_skip(verdict, "there is no recording of it");
    for (size_t i = 0; i < parts.count; i++)
        mem_free(parts.items[i].copy);
}
