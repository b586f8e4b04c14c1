/* SPDX-License-Identifier: Apache-2.0 */
/* One line of `hosts`. What it holds ends on a command line, so each part is checked. */
#include "backends/onprem/onprem.h"

#include "kit/error.h"
#include "kit/kept.h"
#include "kit/nearest.h"

#include <string.h>

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define NAME_MAX 63

struct line {
    aw_op *op;
    struct onprem_host *host;
    aw_error *ret_error;
};

/* Of these characters only, and not like an option of ssh's. */
static bool is_word(const char *text, const char *allowed)
{
    return *text && *text != '-' && !text[strspn(text, allowed)];
}

static int read_name(const struct line *line, const char *value)
{
    if (!is_word(value, LETTERS DIGITS "-_.") || strlen(value) > NAME_MAX || strchr("_.", value[0]))
        return kit_error_set(
            line->ret_error, AW_E_INVALID,
            "`%.80s` cannot be a machine's name, which is at most %d of A-Z a-z 0-9 - _ and . "
            "(write name=NAME)",
            value, NAME_MAX);
    line->host->name = value;
    return 0;
}

static int read_arch(const struct line *line, const char *value)
{
    line->host->arch = aw_arch(line->op, value);
    if (line->host->arch == AW_ARCH_AMD64 || line->host->arch == AW_ARCH_ARM64)
        return 0;
    return kit_error_set(line->ret_error, AW_E_INVALID,
                         "`arch=%.60s` is neither amd64 nor arm64: write one of the two, or leave "
                         "it out and the machine is asked",
                         value);
}

static int read_price(const struct line *line, const char *value)
{
    line->host->priced = 1;
    if (!onprem_price_read(value, &line->host->price_nusd_per_hour))
        return 0;
    return kit_error_set(line->ret_error, AW_E_INVALID,
                         "`price=%.60s` is no price: write dollars an hour, such as price=1.20",
                         value);
}

static int read_blocks(const struct line *line, const char *value)
{
    uint64_t blocks = 0;
    if (!kit_kept_number(value, ONPREM_BLOCKS_MAX, &blocks) && blocks > 0) {
        line->host->blocks = (uint32_t)blocks;
        return 0;
    }
    return kit_error_set(line->ret_error, AW_E_INVALID,
                         "`blocks=%.60s` must be a number from 1 to %d: into how many equal parts "
                         "the machine is cut",
                         value, ONPREM_BLOCKS_MAX);
}

static int read_port(const struct line *line, const char *value)
{
    uint64_t port = 0;
    if (!kit_kept_number(value, 65535, &port) && port > 0) {
        line->host->port = value;
        return 0;
    }
    return kit_error_set(line->ret_error, AW_E_INVALID,
                         "the port `%.60s` is no number from 1 to 65535", value);
}

static int read_user(const struct line *line, const char *value)
{
    line->host->user = value;
    if (is_word(value, LETTERS DIGITS "-_."))
        return 0;
    return kit_error_set(line->ret_error, AW_E_INVALID,
                         "`%.80s` is not the name of a user (A-Z a-z 0-9 - _ and .)", value);
}

static int read_identity(const struct line *line, const char *value)
{
    line->host->identity = value;
    if (*value && *value != '-')
        return 0;
    return kit_error_set(line->ret_error, AW_E_INVALID,
                         "`identity=` must be the path of a private key");
}

static int read_jump(const struct line *line, const char *value)
{
    line->host->jump = value;
    if (is_word(value, LETTERS DIGITS "-_.@:,[]"))
        return 0;
    return kit_error_set(line->ret_error, AW_E_INVALID,
                         "`jump=%.80s` must be [USER@]HOST[:PORT], several with commas between",
                         value);
}

/* "ssh-ed25519 AAAA... comment": the comment does not count. */
static int read_key(const struct line *line, const char *value)
{
    size_t type = strspn(value, LETTERS DIGITS "-.@");
    size_t blob = value[type] == ' ' ? strspn(value + type + 1, LETTERS DIGITS "+/=") : 0;
    const char *end = value + type + 1 + blob;
    if (type && blob >= 32 && (!*end || *end == ' ')) {
        line->host->key = kit_copy(line->op, value, (size_t)(end - value));
        return line->host->key ? 0 : -1;
    }
    return kit_error_set(line->ret_error, AW_E_INVALID,
                         "`key=` must be the machine's public host key in quotes, as `ssh-keyscan` "
                         "shows it behind the name: key=\"ssh-ed25519 AAAA...\"");
}

static const struct {
    const char *name;
    int (*read)(const struct line *line, const char *value);
} keys[] = {
    {"name", read_name},         {"arch", read_arch}, {"price", read_price},
    {"blocks", read_blocks},     {"port", read_port}, {"user", read_user},
    {"identity", read_identity}, {"jump", read_jump}, {"key", read_key},
};
#define KEY_COUNT (sizeof keys / sizeof *keys)

static int fail_unknown(const struct line *line, const char *word)
{
    const char *names[KEY_COUNT];
    for (size_t i = 0; i < KEY_COUNT; i++)
        names[i] = keys[i].name;
    const char *nearest = kit_nearest_word(word, names, KEY_COUNT);
    if (nearest)
        return kit_error_set(line->ret_error, AW_E_INVALID,
                             "`%.60s` is no part of it: did you mean `%s=`?", word, nearest);
    return kit_error_set(line->ret_error, AW_E_INVALID,
                         "`%.60s` is no part of it. Behind the host stand name=, arch=, price=, "
                         "blocks=, port=, user=, identity=, jump= and key=",
                         word);
}

static int read_pair(const struct line *line, char *word)
{
    char *value = strchr(word, '=');
    if (value)
        *value++ = '\0';
    for (size_t i = 0; value && i < KEY_COUNT; i++)
        if (!strcmp(keys[i].name, word))
            return keys[i].read(line, value);
    return fail_unknown(line, word);
}

static int read_address(const struct line *line, const char *address)
{
    line->host->address = address;
    if (is_word(address, LETTERS DIGITS "-_.:%"))
        return 0;
    return kit_error_set(line->ret_error, AW_E_INVALID,
                         "`%.100s` is no host: write [USER@]HOST[:PORT], an IPv6 address in [ ]",
                         address);
}

/* [USER@]HOST[:PORT]; an IPv6 address stands in brackets when a port follows. */
static int read_place(const struct line *line, char *word)
{
    char *at = strrchr(word, '@');
    char *host = at ? at + 1 : word;
    char *port = NULL;
    if (at)
        *at = '\0';
    if (at && read_user(line, word))
        return -1;
    if (*host == '[') {
        char *close = strchr(host, ']');
        if (!close || (close[1] && close[1] != ':'))
            return read_address(line, host);
        port = close[1] ? close + 2 : NULL;
        *close = '\0';
        host++;
    } else if (strchr(host, ':') && strchr(host, ':') == strrchr(host, ':')) {
        port = strchr(host, ':') + 1;
        port[-1] = '\0';
    }
    if (port && read_port(line, port))
        return -1;
    return read_address(line, host);
}

int onprem_host_read(aw_op *op, const char *text, struct onprem_host *ret_host, aw_error *ret_error)
{
    struct onprem_host host = {.blocks = 1};
    const struct line line = {.op = op, .host = &host, .ret_error = ret_error};
    char *rest = kit_copy_text(op, text);
    ret_error->code = AW_OK;
    if (!rest)
        return -1;
    char *word = onprem_word_next(&rest, ret_error);
    if (!word)
        return kit_error_set(ret_error, AW_E_INVALID, "it is empty: write [USER@]HOST[:PORT]");
    if (read_place(&line, word))
        return -1;
    while ((word = onprem_word_next(&rest, ret_error)) != NULL)
        if (ret_error->code || read_pair(&line, word))
            return -1;
    if (ret_error->code || (!host.name && read_name(&line, host.address)))
        return -1;
    *ret_host = host;
    return 0;
}
