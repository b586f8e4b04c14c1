/* SPDX-License-Identifier: Apache-2.0 */
/* archway new-backend: the example backend and its recordings, under the name of a new one. */
#include "cli/beside.h"
#include "cli/exit_code.h"
#include "cli/files.h"
#include "cli/memory.h"
#include "cli/record.h"
#include "cli/session.h"
#include "cli/talk.h"
#include "cli/verbs.h"
#include "kit/error.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGEST_NAME 31
#define LARGEST_FILE ((size_t)1 << 20)
#define NEW_MODE 0644
#define RECORDINGS "/fixtures"

/* What the example's words become; the first that fits counts. */
struct word {
    const char *from;
    char to[LARGEST_NAME + 1];
};

struct template
{
    struct word words[4];
    const char *folder; /* of the new backend */
    json_t *rows;       /* what was written */
};

static bool is_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    size_t size = strspn(name, letters);
    return *name >= 'a' && *name <= 'z' && name[size] == '\0' && size <= LARGEST_NAME;
}

static void words_init(struct template *template, const char *name)
{
    struct word *words = template->words;
    words[0] = (struct word){"example.com", "example.com"}; /* nobody's: RFC 2606 */
    words[1] = (struct word){"Example Cloud", ""};
    words[2] = (struct word){"EXAMPLE", ""};
    words[3] = (struct word){"example", ""};
    for (size_t i = 0; name[i]; i++) {
        words[1].to[i] = i == 0 ? (char)toupper((unsigned char)name[i]) : name[i];
        words[2].to[i] = name[i] == '-' ? '_' : (char)toupper((unsigned char)name[i]);
        words[3].to[i] = name[i];
    }
}

static const struct word *word_at(const struct template *template, const char *text)
{
    for (size_t i = 0; i < sizeof template->words / sizeof *template->words; i++)
        if (strncmp(text, template->words[i].from, strlen(template->words[i].from)) == 0)
            return &template->words[i];
    return NULL;
}

static void add_renamed(const struct template *template, const char *text, kit_buf *out)
{
    while (*text) {
        const struct word *word = word_at(template, text);
        if (word)
            kit_buf_add_text(out, word->to);
        else
            kit_buf_add_char(out, *text);
        text += word ? strlen(word->from) : 1;
    }
}

static int fail_at(const char *path, const char *what, aw_error *error)
{
    return kit_error_set(error, AW_E_INVALID, "%s cannot be %s: %s", path, what, strerror(errno));
}

static int write_new(const char *path, const kit_buf *content, aw_error *error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, NEW_MODE);
    if (fd < 0)
        return fail_at(path, "made", error);
    ssize_t size = write(fd, kit_buf_text(content), content->size);
    if (close(fd) != 0 || size != (ssize_t)content->size)
        return fail_at(path, "written", error);
    return 0;
}

/* The file `name` of the template's folder `from` as one of the new folder `to`. */
static int copy_file(struct template *template, const char *from, const char *to, const char *name,
                     aw_error *error)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf source;
    KIT_CLEANUP(kit_buf_finish) kit_buf target;
    KIT_CLEANUP(kit_buf_finish) kit_buf content = {0};
    KIT_CLEANUP(kit_buf_finish) kit_buf renamed;
    cli_buf_init(&source);
    cli_buf_init(&target);
    cli_buf_init(&renamed);
    kit_buf_addf(&source, "%s/%s", from, name);
    kit_buf_addf(&target, "%s/", to);
    add_renamed(template, name, &target);
    if (file_read(kit_buf_text(&source), LARGEST_FILE, &content, error) != 0)
        return -1;
    add_renamed(template, kit_buf_text(&content), &renamed);
    if (write_new(kit_buf_text(&target), &renamed, error) != 0)
        return -1;
    json_array_append_new(template->rows, json_pack("{s:s}", "path", kit_buf_text(&target)));
    return 0;
}

/* What is hidden, such as .git, is in nobody's way. */
static int is_seen(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* The template's folders have no dot in their names. */
static int is_file(const struct dirent *entry)
{
    return is_seen(entry) && strchr(entry->d_name, '.') != NULL;
}

static void free_names(struct dirent **names, int count)
{
    for (int i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

static int copy_folder(struct template *template, const char *from, const char *to, aw_error *error)
{
    struct dirent **names = NULL;
    int result = 0;
    if (mkdir(to, 0755) != 0 && errno != EEXIST)
        return fail_at(to, "made", error);
    int count = scandir(from, &names, is_file, alphasort);
    if (count < 0)
        return fail_at(from, "read", error);
    for (int i = 0; i < count && result == 0; i++)
        result = copy_file(template, from, to, names[i]->d_name, error);
    free_names(names, count);
    return result;
}

/* Is there nothing in the way? */
static int check_empty(const char *folder, aw_error *error)
{
    struct dirent **names = NULL;
    int count = scandir(folder, &names, is_seen, NULL);
    if (count < 0)
        return errno == ENOENT ? 0 : fail_at(folder, "read", error);
    free_names(names, count);
    if (count > 0)
        return kit_error_set(error, AW_E_INVALID,
                             "%s is not empty; name a folder that is, or that is not there yet",
                             folder);
    return 0;
}

static int copy_all(struct template *template, const char *from, aw_error *error)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf source;
    KIT_CLEANUP(kit_buf_finish) kit_buf target;
    cli_buf_init(&source);
    cli_buf_init(&target);
    kit_buf_addf(&source, "%s" RECORDINGS, from);
    kit_buf_addf(&target, "%s" RECORDINGS, template->folder);
    if (check_empty(template->folder, error) != 0 ||
        copy_folder(template, from, template->folder, error) != 0)
        return -1;
    return copy_folder(template, kit_buf_text(&source), kit_buf_text(&target), error);
}

int run_new_backend(struct session *session)
{
    static const char *const csv_paths[] = {"path", NULL};
    static const struct record_form form = {"files", csv_paths, "path", false};
    const struct options *options = session->options;
    const char *name = options->operands[0];
    struct template template = {.folder = options->operands[1]};
    aw_error error;
    if (!is_name(name))
        return say_usage("\"%s\" is no name for a backend; write up to %d small letters, digits "
                         "and hyphens, a letter first, such as mycloud",
                         name, LARGEST_NAME);
    KIT_CLEANUP(cli_free_text) char *from = beside_program(ARCHWAY_TEMPLATE_SUBDIR);
    if (!from)
        return say_failure(AW_E_INVALID, "the template of a backend is not installed; it comes "
                                         "with what is needed to build one (libarchway-dev)");
    words_init(&template, name);
    template.rows = json_array();
    if (copy_all(&template, from, &error) != 0) {
        json_decref(template.rows);
        return say_refusal(&error);
    }
    bool people = format_is_for_people(options->format);
    int code = record_write(people ? FORMAT_NAME : options->format, &form, template.rows, NULL);
    if (people)
        say("now: cd %s && cmake -B build && cmake --build build && ctest --test-dir build",
            template.folder);
    return code;
}
