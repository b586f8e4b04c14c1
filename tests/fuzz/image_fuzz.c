/* SPDX-License-Identifier: Apache-2.0 */
/* What comes from users, registries and the files of docker: the first line is the name of an image, or a
 * challenge; the rest an index, a manifest, a configuration, a file of logins, kept facts. */
#include "core/image_challenge.h"
#include "core/image_facts.h"
#include "core/image_login.h"
#include "core/image_reference.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void read_reference(struct arena *arena, const char *text)
{
    struct image_reference once;
    struct image_reference again;
    aw_error error = {0};
    if (image_reference_read(arena, text, &once, &error)) {
        fuzz_check_error(&error);
        return;
    }
    /* Written out it is the same. */
    FUZZ_CHECK(image_reference_read(arena, once.name, &again, NULL) == 0);
    FUZZ_CHECK(strcmp(once.name, again.name) == 0);
    FUZZ_CHECK(strcmp(once.registry, again.registry) == 0);
    FUZZ_CHECK(strcmp(once.repository, again.repository) == 0);
    FUZZ_CHECK(strcmp(image_reference_wanted(&once), image_reference_wanted(&again)) == 0);
}

static void read_challenge(const char *text)
{
    const aw_header header = {"www-authenticate", text};
    const aw_response answer = {.size = sizeof answer, .headers = &header, .header_count = 1};
    struct image_challenge challenge;
    if (image_challenge_read(&answer, &challenge))
        FUZZ_CHECK(challenge.scheme == IMAGE_BASIC || *challenge.realm);
}

static void check_facts(struct arena *arena, struct image_facts *facts)
{
    struct image_facts again = {0};
    image_facts_complete(facts);
    char *text = image_facts_write(arena, facts);
    if (!text || !facts->platforms)
        return;
    FUZZ_CHECK(image_facts_read(arena, (aw_bytes){text, strlen(text)}, &again) == 0);
    FUZZ_CHECK(again.archs == facts->archs);
}

static void read_body(struct arena *arena, aw_bytes body)
{
    struct image_document document;
    struct image_platform platform;
    struct image_login login;
    struct image_facts facts = {
        .digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"};
    aw_error error = {0};
    if (image_document_read(arena, NULL, body, &document, &error)) {
        fuzz_check_error(&error);
    } else {
        FUZZ_CHECK(!document.config || image_digest_is_good(document.config));
        facts.platforms = document.platforms;
        check_facts(arena, &facts);
    }
    if (image_config_read(arena, body, &platform, &error))
        fuzz_check_error(&error);
    image_facts_read(arena, body, &facts);
    if (image_login_read(arena, body, "r.io", "a/b", &login, &error))
        fuzz_check_error(&error);
    if (image_login_read_helper(arena, body, &login, &error))
        fuzz_check_error(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    char *text = fuzz_text(data, size);
    size_t line = strcspn(text, "\n");
    const char *rest = text + line + (text[line] != '\0');
    arena_init(&arena, true);
    read_body(&arena, (aw_bytes){rest, strlen(rest)});
    text[line] = '\0';
    read_reference(&arena, text);
    read_challenge(text);
    arena_finish(&arena);
    free(text);
    return 0;
}
