/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin's file is judged from its bytes, whatever the bytes are. */
#include "core/elf.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX_FILE (1 << 20)

struct file {
    unsigned char bytes[MAX_FILE];
    size_t size;
};

static struct file good;
static struct file bare;      /* the good one, ending where its last segment ends */
static uint64_t bare_address; /* of its end, once it is loaded */
static struct file changed;

static void read_plugin(const char *name, struct file *file)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/plugins/%s.so", BINARY_DIR, name);
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    file->size = fread(file->bytes, 1, sizeof file->bytes, stream);
    assert_true(feof(stream));
    fclose(stream);
}

/* Judges a copy that ends where its memory ends, so that a sanitizer sees a step beyond. */
static int judge(const struct file *file, struct elf_entry *ret_entry, aw_error *ret_error)
{
    void *copy = malloc(file->size ? file->size : 1);
    assert_non_null(copy);
    memcpy(copy, file->bytes, file->size);
    int result = elf_judge(copy, file->size, ret_entry, ret_error);
    free(copy);
    return result;
}

static void assert_good(const struct file *file)
{
    struct elf_entry entry = {0};
    aw_error error = {0};
    if (judge(file, &entry, &error) != 0)
        fail_msg("refused: %s", error.message);
    assert_int_equal(entry.abi_major, AW_ABI_MAJOR);
    assert_int_equal(entry.magic, AW_MAGIC);
    assert_int_equal(entry.size, sizeof(aw_backend_entry));
    assert_int_equal(entry.minor, AW_ABI_MINOR);
    assert_int_equal(entry.min_minor, 0);
}

static void assert_refused(const struct file *file, const char *reason)
{
    struct elf_entry entry = {0};
    aw_error error = {0};
    assert_int_equal(judge(file, &entry, &error), -1);
    assert_int_not_equal(error.code, AW_OK);
    if (!strstr(error.message, reason))
        fail_msg("\"%s\" does not say \"%s\"", error.message, reason);
}

/* Either answer will do, but it must be an answer. */
static void assert_judged(const struct file *file)
{
    struct elf_entry entry = {0};
    aw_error error = {0};
    if (judge(file, &entry, &error) == 0)
        assert_int_not_equal(entry.abi_major, 0);
    else
        assert_int_not_equal(strlen(error.message), 0);
}

static Elf64_Ehdr *changed_header(void)
{
    changed = good;
    return (Elf64_Ehdr *)(void *)changed.bytes;
}

static void test_a_good_file_tells_the_version_of_its_entry(void **state)
{
    (void)state;
    assert_good(&good);
}

static const char *provider_of(const struct file *file)
{
    static struct elf_entry entry;
    aw_error error = {0};
    entry = (struct elf_entry){0};
    if (judge(file, &entry, &error) != 0)
        fail_msg("refused: %s", error.message);
    return entry.provider;
}

static Elf64_Dyn *dynamic_of(struct file *file, int64_t tag)
{
    const Elf64_Ehdr *header = (const void *)file->bytes;
    const Elf64_Phdr *segment = (const void *)(file->bytes + header->e_phoff);
    while (segment->p_type != PT_DYNAMIC)
        segment++;
    Elf64_Dyn *entry = (void *)(file->bytes + segment->p_offset);
    while (entry->d_tag != tag)
        entry++;
    return entry;
}

static void test_a_file_tells_for_whom_it_is(void **state)
{
    (void)state;
    assert_string_equal(provider_of(&good), "good");
    assert_string_equal(provider_of(&bare), "good");
    read_plugin("newer_major", &changed);
    assert_string_equal(provider_of(&changed), "");
}

static void test_a_file_that_does_not_tell_it_is_good_all_the_same(void **state)
{
    (void)state;
    changed = good;
    dynamic_of(&changed, DT_RELA)->d_tag = DT_NULL + 0x6ffffdf5; /* what nobody knows */
    assert_string_equal(provider_of(&changed), "");
    changed = good;
    dynamic_of(&changed, DT_RELASZ)->d_un.d_val = UINT64_MAX;
    assert_string_equal(provider_of(&changed), "good");
    dynamic_of(&changed, DT_RELA)->d_un.d_ptr = UINT64_MAX - 8;
    assert_string_equal(provider_of(&changed), "");
}

static void test_symbols_are_found_by_either_kind_of_hash_table(void **state)
{
    (void)state;
    read_plugin("gnu_hash", &changed);
    assert_good(&changed);
    read_plugin("sysv_hash", &changed);
    assert_good(&changed);
}

static void test_a_file_without_section_headers_will_do(void **state)
{
    (void)state;
    assert_true(bare.size < good.size);
    assert_good(&bare);
}

static void test_version_1_goes_before_a_newer_one(void **state)
{
    (void)state;
    read_plugin("both_majors", &changed);
    assert_good(&changed);
}

static void test_a_newer_version_alone_is_told(void **state)
{
    (void)state;
    struct elf_entry entry = {0};
    aw_error error = {0};
    read_plugin("newer_major", &changed);
    assert_int_equal(judge(&changed, &entry, &error), 0);
    assert_int_equal(entry.abi_major, 2);
}

static void test_a_file_for_another_machine_is_refused_by_name(void **state)
{
    (void)state;
#if defined(__x86_64__)
    changed_header()->e_machine = EM_AARCH64;
    assert_refused(&changed, "is for aarch64, this is x86-64");
#else
    changed_header()->e_machine = EM_X86_64;
    assert_refused(&changed, "is for x86-64, this is aarch64");
#endif
    changed_header()->e_machine = EM_386;
    changed.bytes[EI_CLASS] = ELFCLASS32;
    assert_refused(&changed, "is for i386, this is");
    changed_header()->e_machine = 0xbeef;
    assert_refused(&changed, "is for an unknown machine, this is");
}

static void test_the_other_width_and_byte_order_of_this_machine_are_refused(void **state)
{
    (void)state;
    changed_header();
    changed.bytes[EI_CLASS] = ELFCLASS32;
    assert_refused(&changed, "is for 32-bit ");
    Elf64_Ehdr *header = changed_header();
    changed.bytes[EI_DATA] = ELFDATA2MSB;
    header->e_machine = __builtin_bswap16(header->e_machine);
    assert_refused(&changed, "is for big-endian ");
}

static void test_what_is_no_shared_object_is_refused(void **state)
{
    (void)state;
    changed_header()->e_type = ET_EXEC;
    assert_refused(&changed, "no shared object");
    changed.size = 0;
    assert_refused(&changed, "is empty");
    changed.size = (size_t)snprintf((char *)changed.bytes, 64, "#!/bin/sh\necho hello\n");
    assert_refused(&changed, "no ELF shared object");
}

static void test_a_file_that_ends_early_is_refused_wherever_it_ends(void **state)
{
    (void)state;
    changed = good;
    for (changed.size = 1; changed.size < good.size; changed.size++)
        assert_refused(&changed, changed.size < SELFMAG ? "no ELF" : "truncated");
}

static void test_more_segments_than_anyone_needs_are_refused(void **state)
{
    (void)state;
    Elf64_Ehdr *header = changed_header();
    Elf64_Phdr segment = {.p_type = PT_LOAD};
    header->e_phoff = sizeof *header;
    header->e_phnum = 100;
    header->e_shoff = 0;
    for (size_t i = 0; i < 100; i++)
        memcpy(changed.bytes + sizeof *header + i * sizeof segment, &segment, sizeof segment);
    assert_refused(&changed, "its program headers make no sense");
}

static void test_a_hostile_number_anywhere_is_safe_to_look_at(void **state)
{
    (void)state;
    const uint64_t numbers[] = {
        0,          1,          bare.size,       bare.size - 4, bare_address, bare_address - 4,
        1ull << 63, UINT32_MAX, UINT64_MAX - 55, UINT64_MAX};
    changed = bare;
    for (size_t at = 0; at + sizeof numbers[0] <= bare.size; at += sizeof(uint32_t)) {
        for (size_t i = 0; i < 2 * sizeof numbers / sizeof numbers[0]; i++) {
            size_t size = i % 2 ? sizeof(uint32_t) : sizeof(uint64_t);
            memcpy(changed.bytes + at, &numbers[i / 2], size);
            assert_judged(&changed);
            memcpy(changed.bytes + at, bare.bytes + at, size);
        }
    }
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void test_any_bytes_changed_at_random_are_safe_to_look_at(void **state)
{
    (void)state;
    uint32_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        uint32_t count = 1 + next_random(&seed) % 16;
        /* Half of the rounds are about what stands first: the headers and the dynamic symbols. */
        size_t range = round % 2 ? bare.size : bare.size / 8;
        memcpy(changed.bytes, bare.bytes, bare.size);
        changed.size = bare.size;
        for (uint32_t i = 0; i < count; i++)
            changed.bytes[next_random(&seed) % range] = (unsigned char)next_random(&seed);
        assert_judged(&changed);
    }
}

static int read_good(void **state)
{
    (void)state;
    read_plugin("good", &good);
    bare = good;
    Elf64_Ehdr *header = (Elf64_Ehdr *)(void *)bare.bytes;
    const Elf64_Phdr *segments = (const Elf64_Phdr *)(void *)(bare.bytes + header->e_phoff);
    for (size_t i = 0; i < header->e_phnum; i++)
        if (segments[i].p_type == PT_LOAD) {
            bare.size = segments[i].p_offset + segments[i].p_filesz;
            bare_address = segments[i].p_vaddr + segments[i].p_filesz;
        }
    header->e_shoff = 0;
    header->e_shnum = 0;
    header->e_shstrndx = 0;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_good_file_tells_the_version_of_its_entry),
        cmocka_unit_test(test_a_file_tells_for_whom_it_is),
        cmocka_unit_test(test_a_file_that_does_not_tell_it_is_good_all_the_same),
        cmocka_unit_test(test_symbols_are_found_by_either_kind_of_hash_table),
        cmocka_unit_test(test_a_file_without_section_headers_will_do),
        cmocka_unit_test(test_version_1_goes_before_a_newer_one),
        cmocka_unit_test(test_a_newer_version_alone_is_told),
        cmocka_unit_test(test_a_file_for_another_machine_is_refused_by_name),
        cmocka_unit_test(test_the_other_width_and_byte_order_of_this_machine_are_refused),
        cmocka_unit_test(test_what_is_no_shared_object_is_refused),
        cmocka_unit_test(test_a_file_that_ends_early_is_refused_wherever_it_ends),
        cmocka_unit_test(test_more_segments_than_anyone_needs_are_refused),
        cmocka_unit_test(test_a_hostile_number_anywhere_is_safe_to_look_at),
        cmocka_unit_test(test_any_bytes_changed_at_random_are_safe_to_look_at),
    };
    return cmocka_run_group_tests(tests, read_good, NULL);
}
