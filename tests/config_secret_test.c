/* SPDX-License-Identifier: Apache-2.0 */
/* No secret of the configuration is left behind in the process, and no lack of memory is overlooked. */
#include "core/mem.h"
#include "tests/config_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#define SECRET_SIZE 80
#define PIECE 16 /* bytes of a secret that are too many to be left */
#define MASK 0x80
#define CHUNK 65536
#define LARGEST_REGION (32ul << 20) /* the sanitizers' own maps are larger, and empty */

/* The secret lies in the test's memory with every byte masked, so that the test does not find itself. */
static unsigned char masked[SECRET_SIZE];

static void invent_secret(void)
{
    assert_int_equal(getrandom(masked, SECRET_SIZE, 0), SECRET_SIZE);
    for (size_t i = 0; i < SECRET_SIZE; i++)
        masked[i] = (unsigned char)(('A' + masked[i] % 26) ^ MASK);
}

/* Every `%` of the form becomes the secret. */
static void write_with_secret(const char *form)
{
    static char text[4096];
    size_t used = 0;
    for (; *form; form++) {
        if (*form != '%')
            text[used++] = *form;
        for (size_t i = 0; *form == '%' && i < SECRET_SIZE; i++)
            text[used++] = (char)(masked[i] ^ MASK);
    }
    config_file_write(0600, text, used);
    explicit_bzero(text, sizeof text);
}

static bool is_piece(const unsigned char *memory)
{
    if (memory[0] < 'A' || memory[0] > 'Z')
        return false;
    for (size_t start = 0; start + PIECE <= SECRET_SIZE; start++) {
        size_t i = 0;
        while (i < PIECE && (memory[i] ^ MASK) == masked[start + i])
            i++;
        if (i == PIECE)
            return true;
    }
    return false;
}

static size_t count_in_region(int memory, unsigned long start, unsigned long end)
{
    static unsigned char chunk[CHUNK];
    size_t found = 0;
    for (unsigned long at = start; at < end; at += CHUNK - PIECE) {
        size_t wanted = end - at < CHUNK ? end - at : CHUNK;
        ssize_t got = pread(memory, chunk, wanted, (off_t)at);
        for (ssize_t i = 0; i + PIECE <= got; i++)
            found += is_piece(chunk + i);
    }
    explicit_bzero(chunk, sizeof chunk);
    return found;
}

/* Places in the writable memory of this process where a piece of the secret lies. Not on the stack: there a
 * vector register that memcpy used may have been saved. */
static size_t count_pieces(void)
{
    size_t found = 0;
    FILE *maps = fopen("/proc/self/maps", "re");
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    assert_non_null(maps);
    assert_true(memory >= 0);
    char line[512];
    while (fgets(line, sizeof line, maps)) {
        unsigned long start;
        unsigned long end;
        char access[5];
        assert_int_equal(sscanf(line, "%lx-%lx %4s", &start, &end, access), 3);
        if (strncmp(access, "rw", 2) == 0 && end - start <= LARGEST_REGION &&
            !strstr(line, "[stack]"))
            found += count_in_region(memory, start, end);
    }
    close(memory);
    fclose(maps);
    return found;
}

/* A heap with holes, as that of a server has, in which growing texts move about. */
static int fragment_heap(void **state)
{
    enum {
        BLOCKS = 20000
    };
    static void *blocks[BLOCKS];
    for (size_t i = 0; i < BLOCKS; i++)
        blocks[i] = malloc(16 + i * 7919 % 600);
    for (size_t i = 0; i < BLOCKS; i += 2)
        free(blocks[i]);
    return config_folder_enter(state);
}

static void test_a_secret_is_gone_with_its_configuration(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "backends:\n- type: cloud\n  api_key: %\n",
        "backends:\n- type: cloud\n  api_key: '%'\n",
        "backends:\n- type: cloud\n  api_key: \"-----BEGIN-----\\n%\\t%\"\n",
        "backends:\n- type: cloud\n  api_key: |\n    %\n    %\n    %%%%%%%%%%%%%%%%%%%%\n",
        "# api_key: %\n",
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct config config;
        aw_error error = {0};
        invent_secret();
        write_with_secret(forms[i]);
        assert_int_equal(config_read(&config, "config.yaml", &error), 0);
        if (config.backend_count)
            assert_true(count_pieces() > 0);
        config_finish(&config);
        assert_int_equal(count_pieces(), 0);
    }
}

static void test_a_secret_is_gone_from_a_file_that_is_refused(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "backends:\n- type: cloud\n  api_key: %\n  api_key: %\n",
        "backends:\n- type: cloud\n  api_key: \"%\n",
        "backends:\n- type: cloud\n  api_key: [%, {\n",
        "backends:\n- type: cloud\n  %: 1\n",
        "backends:\n- type: cloud\n  api_key: *%\n",
        "backends:\n- type: cloud\n  endpoint: https://me:%@example.com\n",
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct config config;
        aw_error error = {0};
        invent_secret();
        write_with_secret(forms[i]);
        assert_int_equal(config_read(&config, "config.yaml", &error), -1);
        assert_int_equal(count_pieces(), 0);
    }
}

struct fault {
    size_t allowed;
    bool happened;
};

static int fail_after(void *arg)
{
    struct fault *fault = arg;
    fault->happened = fault->allowed == 0;
    fault->allowed -= !fault->happened;
    return fault->happened;
}

static int find_read_and_check(aw_error *ret_error)
{
    static const aw_option options[] = {{"api_key", "", AW_OPTION_TEXT, AW_OPTION_SECRET}};
    KIT_CLEANUP(mem_free_text) char *path = NULL;
    KIT_CLEANUP(config_finish) struct config config;
    config_init(&config);
    aw_settings settings;
    aw_settings secrets;
    if (config_find(&path, ret_error) < 0 || config_read(&config, path, ret_error) < 0)
        return -1;
    for (size_t i = 0; i < config.backend_count; i++)
        if (config_check(&config, &config.backends[i], options, 1, &settings, &secrets, ret_error) <
            0)
            return -1;
    return 0;
}

/* Lets the first allocation fail, then the second, until none does. */
static size_t sweep(int expected, uint32_t expected_code)
{
    for (size_t allowed = 0;; allowed++) {
        struct fault fault = {.allowed = allowed};
        aw_error error = {0};
        mem_set_fault(fail_after, &fault);
        int result = find_read_and_check(&error);
        mem_set_fault(NULL, NULL);
        if (!fault.happened) {
            assert_int_equal(result, expected);
            assert_int_equal(error.code, expected_code);
            return allowed;
        }
        assert_int_equal(result, -1);
        assert_int_equal(error.code, AW_E_NO_MEMORY);
    }
}

static void write_and_sweep(const char *form, int expected, uint32_t expected_code)
{
    setenv("ARCHWAY_CONFIG", "config.yaml", 1);
    invent_secret();
    write_with_secret(form);
    assert_true(sweep(expected, expected_code) >= 4);
}

static void test_a_lack_of_memory_is_never_overlooked(void **state)
{
    (void)state;
    write_and_sweep(
        "owner: me\n"
        "backends:\n"
        "- {type: cloud, regions: [a, b], endpoint: 'https://x/', rate_limit: true}\n"
        "- {type: cloud, name: other, api_key: '%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%'}\n",
        0, AW_OK);
}

static void test_a_lack_of_memory_is_not_taken_for_a_mistake(void **state)
{
    (void)state;
    write_and_sweep("backends: [{type: cloud, colour: red}]\n", -1, AW_E_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_secret_is_gone_with_its_configuration),
        cmocka_unit_test(test_a_secret_is_gone_from_a_file_that_is_refused),
        cmocka_unit_test(test_a_lack_of_memory_is_never_overlooked),
        cmocka_unit_test(test_a_lack_of_memory_is_not_taken_for_a_mistake),
    };
    return cmocka_run_group_tests(tests, fragment_heap, config_folder_leave);
}
