/* SPDX-License-Identifier: Apache-2.0 */
/* The archway command: reads the command line, runs its verb, ends with its exit code. */
#include "cli/complete.h"
#include "cli/exit_code.h"
#include "cli/memory.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/signals.h"
#include "cli/talk.h"
#include "cli/verbs.h"

#include <fcntl.h>
#include <malloc.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    LARGE_BLOCK = 64 << 10
};

/* Keys must not land in a core dump, nor be read by a debugger. The leak sanitizer is one. */
static void protect_memory(void)
{
    struct rlimit none = {0};
#ifndef ARCHWAY_SANITIZED
    prctl(PR_SET_DUMPABLE, 0);
#endif
    setrlimit(RLIMIT_CORE, &none);
}

/* Answers of a megabyte grow and go, one after the other. In the heap they would leave holes of their size; by
 * default they come to lie there once the first has been freed. */
static void return_large_blocks(void)
{
    mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
    mallopt(M_TRIM_THRESHOLD, LARGE_BLOCK);
}

/*
 * GnuTLS comes with Debian's libcurl, for the LDAP and the RTMP that nothing here speaks, and is made ready before main
 * begins: 0.7 MB that nobody uses. This is what GNUTLS_SKIP_GLOBAL_INIT of its <gnutls/gnutls.h> defines, "globally in
 * your program". Who does use it, as a libcurl that is built on it, calls gnutls_global_init all the same.
 */
AW_EXPORT int _gnutls_global_init_skip(void);
int _gnutls_global_init_skip(void)
{
    return 1;
}

/* A closed standard descriptor would be taken by the next file that is opened, and written to. */
static void open_standard_files(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDONLY);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

static int print_version(void)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    kit_buf_addf(&out, "archway %s\n", archway_version());
    return output_write(&out);
}

static int print_help(const struct options *options)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    const struct verb *verb = options->verb;
    cli_buf_init(&out);
    if (verb && verb->bit == VERB_HELP && options->operand_count > 0) {
        const char *name = options->operands[0];
        verb = verb_find(name);
        if (!verb)
            return say_usage("there is no command \"%s\"; `archway help` lists them", name);
    } else if (verb && verb->bit == VERB_HELP) {
        verb = NULL;
    }
    help_print(verb, &out);
    return output_write(&out);
}

static int print_completion(const char *shell)
{
    const char *script = complete_script(shell);
    if (!script)
        return say_usage("no completion for \"%s\"; there is one for bash, zsh and fish", shell);
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    kit_buf_add_text(&out, script);
    return output_write(&out);
}

/* What the scripts of completion ask: `archway complete WORD...`. The words may be anything. */
static int print_candidates(char *const *words, size_t count)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf out;
    cli_buf_init(&out);
    complete_words(words, count, &out);
    return output_write(&out);
}

static int run_verb(const struct options *options)
{
    struct session session = {.options = options};
    if (options->verb->bit & VERB_APART)
        return options->verb->run(&session);
    int code = session_open(&session, options, NULL);
    if (code != EXIT_OK)
        return code;
    return session_close(&session, options->verb->run(&session));
}

static int run(const struct options *options)
{
    if (options_count(options, OPTION_VERSION))
        return print_version();
    if (options->verb && options->verb->bit == VERB_COMPLETION &&
        !options_count(options, OPTION_HELP))
        return print_completion(options->operands[0]);
    if (options_count(options, OPTION_HELP) || (options->verb && !options->verb->run))
        return print_help(options);
    if (!options->verb)
        return say_usage("what shall be done? `archway help` lists the commands");
    return run_verb(options);
}

int main(int argc, char **argv)
{
    struct options options;
    open_standard_files();
    protect_memory();
    return_large_blocks();
    signals_catch();
    if (argc > 1 && strcmp(argv[1], "complete") == 0)
        return print_candidates(argv + 2, (size_t)argc - 2);
    int code = options_read(&options, argc, argv);
    if (code == EXIT_OK)
        code = run(&options);
    options_finish(&options);
    return code;
}
