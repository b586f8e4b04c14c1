/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration files for tests. */
#include "tests/config_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int config_folder_enter(void **state)
{
    char *folder = strdup("/tmp/archway-config-XXXXXX");
    *state = folder;
    return folder && mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

int config_folder_leave(void **state)
{
    char *folder = *state;
    unlink("config.yaml");
    int result = chdir("/") < 0 || rmdir(folder) < 0;
    free(folder);
    return result;
}

void config_file_write(mode_t mode, const void *text, size_t size)
{
    unlink("config.yaml");
    int fd = open("config.yaml", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, size), size);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

void config_accept(struct config *ret_config, const char *text)
{
    aw_error error = {0};
    config_file_write(0600, text, strlen(text));
    if (config_read(ret_config, "config.yaml", &error) < 0)
        fail_msg("%s", error.message);
}

void config_refuse(const char *text, const char *sentence)
{
    struct config config;
    config_init(&config);
    aw_error error = {0};
    config_file_write(0600, text, strlen(text));
    assert_int_equal(config_read(&config, "config.yaml", &error), -1);
    assert_string_equal(error.message, sentence);
    assert_int_equal(error.code, AW_E_INVALID);
    assert_null(config.path);
}
