/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets found again in whatever they were encoded into. */
#include "core/mask.h"
#include "core/mem.h"
#include "core/secret_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include <cmocka.h>

#define ROUNDS 300

struct words {
    struct arena arena;
    const char **items;
    size_t count;
};

static void words_init(struct words *words, const char *secret)
{
    *words = (struct words){.items = NULL};
    arena_init(&words->arena, true);
    assert_true(secret_words_add(&words->arena, &words->items, &words->count, secret));
}

static void words_finish(struct words *words)
{
    mem_free(words->items);
    arena_finish(&words->arena);
}

static bool is_masked(const struct words *words, const char *text)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf masked;
    const struct mask mask = {.words = words->items, .word_count = words->count};
    kit_buf_init(&masked, mem_kit(), SIZE_MAX);
    mask_add(&mask, (aw_bytes){text, strlen(text)}, &masked);
    return strstr(kit_buf_text(&masked), "<secret>") != NULL;
}

static void test_a_secret_is_found_as_it_is_and_in_a_url(void **state)
{
    struct words words;
    (void)state;
    words_init(&words, "abc/def+0123=");
    assert_true(is_masked(&words, "TOKEN='abc/def+0123='"));
    assert_true(is_masked(&words, "data=TOKEN%3Dabc%2Fdef%2B0123%3D"));
    assert_false(is_masked(&words, "TOKEN='abc/def+0124='"));
    words_finish(&words);
}

static void fill(char *text, size_t size)
{
    static const char characters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~+/=:@-";
    for (size_t i = 0; i < size; i++)
        text[i] = characters[(size_t)rand() % (sizeof characters - 1)];
    text[size] = '\0';
}

/* Before it and behind it stands something of any length. */
static void test_a_secret_is_found_within_base64(void **state)
{
    (void)state;
    srand(20261124);
    for (unsigned round = 0; round < ROUNDS; round++) {
        char secret[40];
        char text[128];
        char before[16];
        char after[16];
        unsigned char encoded[256];
        struct words words;
        fill(secret, 8 + (size_t)rand() % 24);
        fill(before, (size_t)rand() % 12);
        fill(after, (size_t)rand() % 12);
        snprintf(text, sizeof text, "%s%s%s", before, secret, after);
        EVP_EncodeBlock(encoded, (const unsigned char *)text, (int)strlen(text));
        words_init(&words, secret);
        if (!is_masked(&words, (const char *)encoded))
            fail_msg("%s in %s is not found", secret, text);
        words_finish(&words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_secret_is_found_as_it_is_and_in_a_url),
        cmocka_unit_test(test_a_secret_is_found_within_base64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
