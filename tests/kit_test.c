/* SPDX-License-Identifier: Apache-2.0 */
/* The kit's memory and buffers. */
#include "core/mem.h"
#include "kit/buf.h"
#include "kit_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_copies_lie_in_the_arena_and_end_in_nul(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_host_finish) struct kit_host host;
    kit_host_init(&host);
    assert_string_equal(kit_copy_text(&host.op, "GH200"), "GH200");
    assert_string_equal(kit_copy_text(&host.op, ""), "");
    char *bytes = kit_copy(&host.op, "a\0b", 3);
    assert_memory_equal(bytes, "a\0b", 4);
    assert_null(kit_copy_text(&host.op, NULL));
    assert_null(kit_copy(&host.op, NULL, 3));
    assert_int_equal(host.fails, 0);
}

static void test_a_copy_that_does_not_fit_fails_the_operation(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_host_finish) struct kit_host host;
    kit_host_init(&host);
    assert_null(kit_copy(&host.op, "x", SIZE_MAX));
    assert_int_equal(host.error.code, AW_E_NO_MEMORY);
}

static void test_growing_arena_memory_keeps_what_was_in_it(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_host_finish) struct kit_host host;
    kit_host_init(&host);
    kit_memory memory = kit_op_memory(&host.op);
    char *block = memory.resize(memory.context, NULL, 0, 4);
    memcpy(block, "abc", 4);
    char *larger = memory.resize(memory.context, block, 4, 4000);
    assert_ptr_not_equal(larger, block);
    assert_string_equal(larger, "abc");
    assert_ptr_equal(memory.resize(memory.context, larger, 4000, 10), larger);
    assert_null(memory.resize(memory.context, larger, 10, 0));
    assert_string_equal(larger, "abc");
}

static void test_arena_memory_that_cannot_grow_leaves_the_old_block(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_host_finish) struct kit_host host;
    kit_host_init(&host);
    host.fail_at = 2;
    kit_memory memory = kit_op_memory(&host.op);
    char *block = memory.resize(memory.context, NULL, 0, 4);
    memcpy(block, "abc", 4);
    assert_null(memory.resize(memory.context, block, 4, 4000));
    assert_string_equal(block, "abc");
    assert_int_equal(host.error.code, AW_E_NO_MEMORY);
}

static void test_an_empty_buffer_reads_as_empty_text(void **state)
{
    (void)state;
    kit_buf buf;
    kit_buf_init(&buf, mem_kit(), 10);
    assert_string_equal(kit_buf_text(&buf), "");
    char *text = kit_buf_take(&buf);
    assert_string_equal(text, "");
    mem_free(text);
    kit_buf_finish(&(kit_buf){0});
}

static void test_a_buffer_grows_from_many_small_pieces(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_buf_finish) kit_buf buf;
    kit_buf_init(&buf, mem_kit(), 100000);
    for (int i = 0; i < 10000; i++)
        kit_buf_addf(&buf, "%d,", i);
    assert_int_equal(buf.state, KIT_BUF_OK);
    assert_int_equal(buf.size, strlen(kit_buf_text(&buf)));
    assert_memory_equal(buf.data, "0,1,2,3,", 8);
    assert_string_equal(buf.data + buf.size - 10, "9998,9999,");
}

static void test_a_buffer_holds_nul_bytes(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_buf_finish) kit_buf buf;
    kit_buf_init(&buf, mem_kit(), 10);
    kit_buf_add(&buf, "a\0b", 3);
    kit_buf_add_char(&buf, '\0');
    kit_buf_add(&buf, NULL, 0);
    assert_int_equal(buf.size, 4);
    assert_memory_equal(kit_buf_text(&buf), "a\0b\0", 5);
}

static void test_a_buffer_takes_exactly_its_maximum(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_buf_finish) kit_buf buf;
    kit_buf_init(&buf, mem_kit(), 5);
    kit_buf_add_text(&buf, "abc");
    kit_buf_addf(&buf, "%d", 45);
    assert_string_equal(kit_buf_text(&buf), "abc45");
    kit_buf_add_text(&buf, "");
    assert_int_equal(buf.state, KIT_BUF_OK);
    kit_buf_add_char(&buf, '6');
    assert_int_equal(buf.state, KIT_BUF_FULL);
}

static void test_what_does_not_fit_whole_is_not_added_at_all(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_buf_finish) kit_buf buf;
    kit_buf_init(&buf, mem_kit(), 5);
    kit_buf_add_text(&buf, "abc");
    kit_buf_addf(&buf, "%s", "defgh");
    assert_int_equal(buf.state, KIT_BUF_FULL);
    assert_string_equal(buf.data, "abc");
    assert_null(kit_buf_text(&buf));
    assert_null(kit_buf_take(&buf));
}

static void test_a_failed_buffer_takes_nothing_more_until_it_is_cleared(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_buf_finish) kit_buf buf;
    kit_buf_init(&buf, mem_kit(), 5);
    kit_buf_add_text(&buf, "too long");
    kit_buf_add_text(&buf, "ok");
    kit_buf_addf(&buf, "ok");
    assert_null(kit_buf_text(&buf));
    kit_buf_clear(&buf);
    kit_buf_add_text(&buf, "ok");
    assert_string_equal(kit_buf_text(&buf), "ok");
    kit_buf_clear(&buf);
    assert_string_equal(kit_buf_text(&buf), "");
}

static void test_sizes_near_the_end_of_the_range_do_not_wrap(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_buf_finish) kit_buf buf;
    kit_buf_init(&buf, mem_kit(), SIZE_MAX);
    kit_buf_add_text(&buf, "abc");
    kit_buf_add(&buf, "x", SIZE_MAX - 2);
    assert_int_equal(buf.state, KIT_BUF_FULL);
    assert_string_equal(buf.data, "abc");
}

static void test_a_taken_text_leaves_a_buffer_that_can_be_used_again(void **state)
{
    (void)state;
    KIT_CLEANUP(kit_buf_finish) kit_buf buf;
    kit_buf_init(&buf, mem_kit(), 20);
    kit_buf_add_text(&buf, "first");
    char *first = kit_buf_take(&buf);
    kit_buf_add_text(&buf, "second");
    assert_string_equal(first, "first");
    assert_string_equal(kit_buf_text(&buf), "second");
    mem_free(first);
    kit_buf_finish(&buf);
    kit_buf_add_text(&buf, "third");
    assert_string_equal(kit_buf_text(&buf), "third");
}

static int countdown(void *left)
{
    return (*(int *)left)-- == 0;
}

static void test_a_buffer_without_memory_keeps_what_it_had(void **state)
{
    (void)state;
    for (int allocations = 0; allocations < 3; allocations++) {
        KIT_CLEANUP(kit_buf_finish) kit_buf buf;
        int left = allocations;
        kit_buf_init(&buf, mem_kit(), 1000);
        mem_set_fault(countdown, &left);
        for (int i = 0; i < 20; i++)
            kit_buf_addf(&buf, "%s", "0123456789");
        mem_set_fault(NULL, NULL);
        assert_int_equal(buf.state, KIT_BUF_NO_MEMORY);
        assert_null(kit_buf_text(&buf));
        assert_int_equal(buf.data ? strlen(buf.data) : 0, buf.size);
    }
}

static void test_an_empty_text_cannot_be_taken_without_memory(void **state)
{
    (void)state;
    int left = 0;
    kit_buf buf;
    kit_buf_init(&buf, mem_kit(), 10);
    mem_set_fault(countdown, &left);
    assert_null(kit_buf_take(&buf));
    mem_set_fault(NULL, NULL);
    assert_int_equal(buf.state, KIT_BUF_NO_MEMORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copies_lie_in_the_arena_and_end_in_nul),
        cmocka_unit_test(test_a_copy_that_does_not_fit_fails_the_operation),
        cmocka_unit_test(test_growing_arena_memory_keeps_what_was_in_it),
        cmocka_unit_test(test_arena_memory_that_cannot_grow_leaves_the_old_block),
        cmocka_unit_test(test_an_empty_buffer_reads_as_empty_text),
        cmocka_unit_test(test_a_buffer_grows_from_many_small_pieces),
        cmocka_unit_test(test_a_buffer_holds_nul_bytes),
        cmocka_unit_test(test_a_buffer_takes_exactly_its_maximum),
        cmocka_unit_test(test_what_does_not_fit_whole_is_not_added_at_all),
        cmocka_unit_test(test_a_failed_buffer_takes_nothing_more_until_it_is_cleared),
        cmocka_unit_test(test_sizes_near_the_end_of_the_range_do_not_wrap),
        cmocka_unit_test(test_a_taken_text_leaves_a_buffer_that_can_be_used_again),
        cmocka_unit_test(test_a_buffer_without_memory_keeps_what_it_had),
        cmocka_unit_test(test_an_empty_text_cannot_be_taken_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
