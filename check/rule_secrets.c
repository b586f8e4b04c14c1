/* SPDX-License-Identifier: Apache-2.0 */
/* C4: what stands for secrets in a replay is nowhere in what the plugin says. */
#include "check/rules.h"
#include "check/run.h"

#include "core/mem.h"

#include <string.h>

static void add_hex(kit_buf *out, const char *secret)
{
    for (; *secret; secret++)
        kit_buf_addf(out, "%02x", (unsigned char)*secret);
}

/* Only whole groups of three bytes: what follows may be in the last one. */
static void add_base64(kit_buf *out, const char *secret)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i + 3 <= strlen(secret); i += 3) {
        uint32_t group = (uint32_t)(unsigned char)secret[i] << 16 |
                         (uint32_t)(unsigned char)secret[i + 1] << 8 | (unsigned char)secret[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6)
            kit_buf_add_char(out, digits[group >> shift & 63]);
    }
}

static bool is_in(const char *text, const char *secret)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf hex;
    KIT_CLEANUP(kit_buf_finish) kit_buf base64;
    kit_buf_init(&hex, mem_kit(), SIZE_MAX);
    kit_buf_init(&base64, mem_kit(), SIZE_MAX);
    add_hex(&hex, secret);
    add_base64(&base64, secret);
    return strstr(text, secret) || strstr(text, kit_buf_text(&hex)) ||
           strstr(text, kit_buf_text(&base64));
}

/* The line that holds it, with the secret out of it, would need a copy: its first word will do. */
static void tell(const char *transcript, const char *secret, struct verdict *verdict)
{
    const char *at = strstr(transcript, secret);
    const char *line = at;
    while (line && line > transcript && line[-1] != '\n')
        line--;
    verdict_fail(verdict, "a secret is shown, in what begins \"%.*s\"",
                 line ? (int)strcspn(line, " \n") : 8, line ? line : "(coded)");
}

static void scan(const struct run *run, struct verdict *verdict)
{
    const char *transcript = run_transcript(run);
    if (is_in(transcript, WORLD_SECRET))
        tell(transcript, WORLD_SECRET, verdict);
    for (size_t i = 0; i < run->stage.secret_count; i++)
        if (is_in(transcript, run->stage.secrets[i]))
            tell(transcript, run->stage.secrets[i], verdict);
}

void rule_secrets(struct subject *subject, const char *recording, struct verdict *verdict)
{
    struct run clean;
    if (!run_clean(&clean, subject, recording, NULL))
        return;
    size_t exchanges = clean.stage.exchange_count;
    uint64_t points = run_points(subject, exchanges, verdict);
    verdict->applied++;
    verdict_place(verdict, "%s", run_name(recording));
    scan(&clean, verdict);
    run_finish(&clean);
    for (uint64_t i = 0; i < points && !verdict_failed(verdict); i++) {
        const struct stage_knobs knobs = {
            .lenient = true,
            .mutation = {.kind = MUTATE_DOCUMENT, .exchange = 1 + run_point(i, points, exchanges)}};
        struct run run;
        verdict_place(verdict, "%s, exchange %zu answered with HTML", run_name(recording),
                      knobs.mutation.exchange);
        run_play(&run, subject, recording, &knobs);
        scan(&run, verdict);
        run_finish(&run);
    }
}
